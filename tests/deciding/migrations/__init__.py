"""The table of the tests' own room."""
