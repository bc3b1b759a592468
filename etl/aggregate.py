"""`python -m etl aggregate SOURCE FILE --out TOTALS`: runs at a service provider's, alone and without a warehouse."""

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from etl.registry import source_named
from etl.schema import SourceError


def add_command(commands: Any) -> None:
    """Adds it to the command line. It takes no --data: no warehouse is read or written."""
    text = "At a service provider's: make protected totals of her file. Nothing else leaves her machine."
    one = commands.add_parser("aggregate", help=text, description=text)
    one.add_argument("source", help="htcds or hmis")
    one.add_argument("file", type=Path, metavar="FILE")
    to = one.add_mutually_exclusive_group(required=True)
    to.add_argument("--out", type=Path, metavar="TOTALS", help="write the protected totals here")
    to.add_argument("--strip", type=Path, metavar="COPY", help="write a copy without names, birth dates and the like")
    one.add_argument("--provider", default="", metavar="NAME", help="the name on the totals; remembered")
    one.add_argument("--until", metavar="DAY", help="the last day (YYYY-MM-DD) for which the file is complete")
    one.add_argument("--keep", type=Path, metavar="FOLDER", help="where the seed lies (default ~/.lamplight-provider)")
    one.set_defaults(run=run, data=Path())


def run(args: argparse.Namespace) -> None:
    """Writes the totals, or the stripped copy, and says what became of every row. Raises SourceError."""
    source = source_named(args.source)
    target = args.out or args.strip
    args.data = target.parent  # what a message about a disk speaks of
    if not target.parent.is_dir():
        raise SourceError(f"The folder of {target.name} does not exist. Make it first, or choose another.")
    if target.exists() and target.resolve() == args.file.resolve():
        raise SourceError("The file would be written over itself. Choose another name.")
    if args.strip:
        _strip(source, args)
    else:
        _aggregate(source, args)


def _strip(source: Any, args: argparse.Namespace) -> None:
    from etl.provider.strip import strip

    lost = strip(source, args.file, args.strip)
    if lost:
        print(f"{lost:,} row{'s' if lost > 1 else ''} could not be read and are not in the copy.")
    print(f"Saved {args.strip} with the columns that are counted and no others. It still has a row for each client:")
    print("keep it on this machine, and remove it when the totals are made:")
    print(f"python -m etl aggregate {source.name} {args.strip} --out TOTALS")


def _aggregate(source: Any, args: argparse.Namespace) -> None:
    from etl.provider.kept import Kept, default_folder
    from etl.provider.make import make_totals

    kept = Kept(args.keep or default_folder())
    made = make_totals(source, args.file, kept, provider=args.provider, until=_day(args.until))
    made.totals.write(args.out)
    print("For your eyes only, these counts are exact. Where every row of your file went:")
    for table, t in made.file.tallies.items():
        parts = f"{t.counted:,} counted, {t.not_relevant:,} outside the years, {t.set_aside:,} set aside"
        print(f"  {table}: {t.read:,} rows = {parts}")
    for table, record, column, reason in made.file.set_aside[:20]:
        print(f"  {table}, record {record:,}: {reason}{f' ({column})' if column else ''}")
    if made.again:
        kept_years = ", ".join(map(str, made.again))
        print(f"Totals of {kept_years} were made before. They keep their numbers, but for groups that changed by 11.")
    years = made.totals.years
    span = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    print(f"Saved {args.out}: protected totals of {made.totals.provider}, {span}, rounded so that none is 1 to 10.")
    for e in made.totals.errors:
        print(f"  Totals of order {e['order']} are typically off by {e['median']}, 95 in 100 by at most {e['p95']}.")
    print(f"Give away that file alone. {kept.folder} is yours: who has it can take the rounding off. Keep a copy.")


def _day(text: str | None) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise SourceError("--until wants a day such as 2025-12-31.") from None
