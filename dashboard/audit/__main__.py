"""The command line: `python -m dashboard.audit --help`."""

import argparse
import re
import sys
from datetime import date
from pathlib import Path

from dashboard import audit
from dashboard.audit import chain, verifying
from dashboard.audit.chain import End
from dashboard.commands import Parser
from dashboard.escape import plain
from dashboard.state import StateError

ABOUT = "The audit log of a data folder: who looked at what, exported what, and when."
LIMITS = """what verify cannot show: somebody who may write to the folder and replaces the state file, the closed
segments and the head record together. So note the head that it prints somewhere else, and give it to the next
`verify --known`. A row that was added moments ago and is lost with the head record in a power cut is not missed."""


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    made = Parser("python -m dashboard.audit", ABOUT, LIMITS)
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    checks = commands.add_parser("verify", help="walk the whole chain; exit code 1 when it is broken")
    checks.add_argument(
        "--known", type=_head, metavar="N:HASH", help="a head that was noted elsewhere: it must be in it"
    )
    shows = commands.add_parser("show", help="the newest rows, closed segments included")
    shows.add_argument("--person", default="", metavar="ID")
    shows.add_argument("--what", default="", choices=list(audit.WHAT))
    shows.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="in UTC")
    shows.add_argument("--limit", type=_positive, default=100, metavar="N", help="at most so many rows (100)")
    commands.add_parser("rotate", help="close a segment: the rows move to a packed file, the chain goes on")
    commands.add_parser("accept", help="write a break into the log, after it was looked into, and go on")
    for command in commands.choices.values():
        command.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data folder")
    return made


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError("give a number from 1 to 1000000")
    return int(text)


def _head(text: str) -> End:
    found = re.fullmatch(r"(\d{1,15}):([0-9a-f]{64})", text)
    if not found:
        raise argparse.ArgumentTypeError("give it as `verify` printed it, such as 1204:9f86d0...")
    return End(int(found[1]), found[2])


def _verify(data: Path, known: End | None) -> int:
    report = audit.verify(data, known)
    if report.holds:
        print(f"The chain holds: {report.rows:,} rows.")
        if report.accepted:
            print(f"Breaks that were accepted earlier: {report.accepted}.")
        print(f"Its head, to be noted elsewhere: {report.end.number}:{report.end.hash}")
        return 0
    first = report.breaks[0]
    print(f"The chain is BROKEN at row {first.number}: {verifying.WHY[first.why]}.", file=sys.stderr)
    for other in report.breaks[1:20]:
        print(f"Also at row {other.number}: {verifying.WHY[other.why]}.", file=sys.stderr)
    print(verifying.WHAT_TO_DO, file=sys.stderr)
    return 1


def _show(args: argparse.Namespace) -> int:
    found = audit.entries(args.data, args.person, args.what, args.day, args.limit, closed=True)
    for row in found.rows:
        values = {name: getattr(row, name) for name in chain.COLUMNS if name not in ("previous", "hash")}
        print("\t".join("" if value is None else plain(value) for value in values.values()))
    if found.more:
        print(f"Only the newest {args.limit} are shown: --limit shows more.", file=sys.stderr)
    return 0


def _rotate(data: Path) -> int:
    path, rows = audit.rotate(data, audit.THIS_COMPUTER)
    print(f"Closed: {rows:,} rows are now in {path.name}. The chain goes on from them.")
    return 0


def _accept(data: Path) -> int:
    found = audit.accept(data, audit.THIS_COMPUTER)
    if found.holds:
        print("The chain holds: there is nothing to accept.")
    for one in found.breaks:
        print(f"Accepted, and written into the log: row {one.number}, {verifying.WHY[one.why]}.")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """0; 1 when the chain is broken or the log cannot be read, with a sentence on stderr."""
    args = parser().parse_args(arguments)
    try:
        if not (args.data / "warehouse").is_dir():
            raise StateError("There is no warehouse in this folder, and so no audit log.", "Name another with --data.")
        match args.command:
            case "verify":
                return _verify(args.data, args.known)
            case "show":
                return _show(args)
            case "rotate":
                return _rotate(args.data)
            case _:
                return _accept(args.data)
    except StateError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
