"""Pages that read: a customer's tab 评级, one rating, the grades of a day, the overview."""
