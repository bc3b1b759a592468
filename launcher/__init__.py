"""What start.py does, in the standard library only: this runs before anything is installed."""

OLDEST_PYTHON = (3, 11)


class Problem(Exception):
    """Something a person can put right; the message says how."""
