"""The pages of grades that move."""
