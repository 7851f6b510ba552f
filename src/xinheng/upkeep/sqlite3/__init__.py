"""SQLite as Django knows it, with writers of one process taking turns."""
