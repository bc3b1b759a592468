"""Restricted facts -> the protected public file. See policy.toml for what it may hold, and make.py for the way."""
