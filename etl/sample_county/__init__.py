"""The fictional Lantern County: a place, what happened there, and the files its publishers would print."""
