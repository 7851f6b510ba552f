"""样板公司: an invented company with customers, people, dealings and open tasks, the same from the same seed."""
