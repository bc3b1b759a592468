"""Synthetic people, differentially private, for researchers without an agreement. See docs/synthetic.md."""
