"""A room for the workflow's tests alone: one thing that can be applied for and decided on."""
