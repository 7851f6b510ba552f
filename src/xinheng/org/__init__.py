"""组织: departments, people, their roles, and duties that may not meet in one hand."""
