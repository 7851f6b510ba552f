"""打印: forms as PDF and Word."""
