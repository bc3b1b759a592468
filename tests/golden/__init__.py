"""Small files in each publisher's own format, and the tables that they must become.

Everything in them is invented; the quirks are real. `python -m tests.golden.update [CASE ...]` writes the
expected tables anew: read every difference before you keep it.
"""
