"""The press and records pack: public figures with what they mean, what they cannot say, and words to use.

`pack` makes the zip; it is made from the protected file only.
"""

from dashboard.press.pack import NotPublic, Pack, contact, pack

__all__ = ["NotPublic", "Pack", "contact", "pack"]
