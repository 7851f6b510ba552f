"""The pages of people's rights over their data."""
