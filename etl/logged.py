"""Commands that change what is kept are rows of the audit log too: who keeps the data must be able to show it."""

import argparse
import sys

# The command -> what the log calls it. `sample` writes nothing that anybody could be asked about.
_CALLED = {"load": "load", "remove": "remove", "undo": "remove", "release": "release", "backup": "backup",
           "restore": "restore", "forget": "forget"}  # fmt: skip


def log(args: argparse.Namespace) -> None:
    """Adds the row of a command that was done. Where it cannot be written, says so: the command stays done."""
    what = _CALLED.get(args.command)
    looked = any(getattr(args, name, None) for name in ("check", "list", "open"))
    if what is None or looked or not (args.data / "warehouse").is_dir():
        return
    from dashboard import audit  # the log's chain, and nothing of the screen
    from dashboard.state import StateError

    if getattr(args, "withdraw", False):
        what = "withdraw"
    try:
        audit.record(args.data, audit.THIS_COMPUTER, what, subject=getattr(args, "source", "") or "")
    except StateError as error:
        print(f"Done, but the audit log has no row of it. {error.message} {error.remedy}", file=sys.stderr)
