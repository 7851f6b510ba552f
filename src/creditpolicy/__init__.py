"""A company's credit policy as a text file: read, checked, compiled to one query, run and explained."""
