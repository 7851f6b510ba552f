"""维护: what the application notes of its own running: daily jobs, signs of life, backups."""
