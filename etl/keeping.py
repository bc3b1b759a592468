"""Commands that keep data safe and let them go: backup, restore, forget, places."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from etl.schema import SourceError
from etl.store import Store

Command = Callable[..., argparse.ArgumentParser]


def add_commands(command: Command) -> None:
    """Adds them to the command line. command : (name, function, text) -> its parser."""
    saved = command(
        "backup", cmd_backup, "Save everything in one file. It is RESTRICTED: records and the seed are in it."
    )
    saved.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to; outside the data folder")
    back = command("restore", cmd_restore, "Make a data folder again from a backup.")
    back.add_argument("file", type=Path, metavar="FILE")
    back.add_argument("--force", action="store_true", help="replace what the folder serves now")
    gone = command("forget", cmd_forget, "Erase records, or a whole source, from everything that is kept. No way back.")
    gone.add_argument("source")
    gone.add_argument("ids", nargs="*", metavar="ID", help="the publisher's identifier; - reads them from the input")
    gone.add_argument("--withdraw", action="store_true", help="erase all of the source")
    gone.add_argument("--yes", action="store_true", help="do not ask")
    gone.add_argument("--backup", nargs="+", type=Path, default=[], metavar="FILE", help="backups to change as well")
    places = command("places", cmd_places, "Confidential places (DIR/places.csv): records there keep no point.")
    places.add_argument("do", choices=("check", "apply"), help="check: read the list; apply: take the points out")


def cmd_backup(args: argparse.Namespace) -> None:
    from etl.backup import backup

    held = backup(Store(args.data), args.out)
    print(
        f"Saved version {held.version}: {held.files:,} files, {held.bytes / 1e6:,.1f} MB, read again and found whole."
    )
    print(f"{args.out} is RESTRICTED: it holds records and secrets. Keep it where the warehouse itself may lie.")


def cmd_restore(args: argparse.Namespace) -> None:
    from etl.restore import restore, version_of

    restore(args.file, args.data, force=args.force)
    print(f"Restored: {args.data} serves version {version_of(args.data)}. `python start.py` shows it.")


def cmd_forget(args: argparse.Namespace) -> None:
    from etl.forget import forget, withdraw
    from etl.restore import in_backup

    store = Store(args.data)
    if args.withdraw == bool(args.ids):
        raise SourceError("Name the records (forget SOURCE ID ...), or the source alone with --withdraw, not both.")
    if args.withdraw and not args.yes:
        _ask(
            f"Every load of {args.source} is erased for good, with all earlier versions. Type its name to go on: ", args
        )
    ids = [one for given in args.ids for one in (sys.stdin.read().split("\n") if given == "-" else [given])]

    def act(where: Store) -> int:
        done = withdraw(where, args.source) if args.withdraw else forget(where, args.source, ids)
        if done.files:
            print(f"{done.files} of the publisher's files in {where.data} went too.")
        if done.left:
            print(f"{done.left} old files are open in another program. Close it, then run `python -m etl rebuild`.")
        return done.loads

    if act(store):
        print("Erased from what is kept and served. No command brings it back.")
    else:
        print("No kept load holds it. Check the identifier. Files that are loaded later will be read without it.")
    for archive in args.backup:
        in_backup(archive, act)
        print(f"{archive} was changed as well.")
    print("Backups that were not named here, and files outside the data folder, are as they were: see to them.")


def _ask(question: str, args: argparse.Namespace) -> None:
    print(question, end="", flush=True)
    if sys.stdin.readline().strip() != args.source:
        raise SourceError("Nothing was changed.")


def cmd_places(args: argparse.Namespace) -> None:
    from etl.confidential import FILE, apply_places, older_loads, read_places

    store = Store(args.data)
    places = read_places(store.data)
    if not (store.data / FILE).exists() and args.do == "check":
        raise SourceError(f"There is no {store.data / FILE}. Its columns: name, lat, lon, radius_m, kind.")
    if args.do == "check":
        waiting = len(older_loads(store))
        print(f"The list can be read: {len(places)} places. {waiting} loads were read with another list.")
        return
    done = apply_places(store)
    print(f"{done.loads} loads were written anew." if done.loads else "Every load was read with this list.")
    print("Publishers' original files still hold every point: delete those that you need no longer.")
