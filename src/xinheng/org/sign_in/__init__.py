"""Signing in: by name and password, by a second factor, or by the company's own sign-in; limits, sessions, walls."""
