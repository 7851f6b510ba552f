"""What the templates of credit use."""
