"""The pages of the workflow."""
