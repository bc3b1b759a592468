"""Lamplight in one command: `python start.py` serves the dashboard, `python start.py test` runs the tests.

This file must parse under the oldest Python still met (2.7, 3.6), so that its user reads a sentence and not a
SyntaxError. The work is done in launcher/, in the standard library only.
"""

import sys
import time

OLDEST_PYTHON = (3, 11)


def wrong_python(version):
    """Return the sentence for a Python that is too old, or None."""
    if tuple(version[:2]) >= OLDEST_PYTHON:
        return None
    return (
        "Lamplight needs Python {}.{} or newer, and this is Python {}.{}.\n"
        "Install a newer one from https://www.python.org/downloads/ and start again with it, "
        "for example: python3.11 start.py".format(*(OLDEST_PYTHON + tuple(version[:2])))
    )


def main():
    """Run the command; return the exit code."""
    problem = wrong_python(sys.version_info)
    if problem:
        sys.stderr.write(problem + "\n")
        return 1
    started = time.monotonic()
    from launcher.command import run  # newer syntax lives there

    return run(sys.argv[1:], started)


if __name__ == "__main__":
    sys.exit(main())
