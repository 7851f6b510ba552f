"""Running the application: setting up, serving, the worker, daily jobs, backup, restore, and what the doctor sees."""
