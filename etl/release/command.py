"""The command `release`: make the protected public file, list what was published, look at one of them."""

import argparse
from collections.abc import Callable
from typing import Any

from etl import codes


def add_release(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Adds the command to the parser of `python -m etl`."""
    one = command("release", run, "Make the protected public file from the warehouse and all earlier releases.")
    one.add_argument("--check", action="store_true", help="say what would be published and publish nothing")
    one.add_argument("--list", action="store_true", help="list the releases, which are kept for good")
    one.add_argument("--open", metavar="ID", help="what a release says, whether its file is whole, how to look at it")


def run(args: argparse.Namespace) -> None:
    """Raises SourceError."""
    from etl.release.archive import Archive  # pandas and scipy take longer than the other commands

    if args.list:
        _list(Archive(args.data))
    elif args.open is not None:
        _open(Archive(args.data), args.open, args.data)
    else:
        _make(args)


def _make(args: argparse.Namespace) -> None:
    from etl.__main__ import OUT, progress_bar
    from etl.release.make import make_release
    from etl.store import Store

    with progress_bar() as bar:
        made = make_release(Store(args.data), progress=bar, check=args.check)
    if made.already:
        OUT.print(f"Nothing has changed since release {made.release}: it stays.")
        return
    _say(made.about)
    if args.check:
        OUT.print("Checked only: nothing was published.")
    else:
        OUT.print(f"Published as {made.release}. Look at it with: python start.py --tier public --data {args.data}",
                  soft_wrap=True)  # fmt: skip


def _say(about: dict[str, Any]) -> None:
    from etl.__main__ import OUT
    from etl.release import periods
    from etl.release.grid import in_words

    OUT.print(f"Release {about['release']}: no count from 1 to {about['least'] - 1}; 0 means 0 to {about['base'] - 1}.")
    if about["least"] < about["base"]:
        OUT.print(f"Periods published with a smaller K keep their figures: the smallest can be {about['least']}.")
    for unit, cube in about["units"].items():
        by = ", ".join([codes.GRAIN[cube["grain"]].lower(), "source", *cube["dimensions"]])
        place = f", by {cube['layer']}" if cube["layer"] else ", no map"
        OUT.print(f"{unit}: by {by}{place}; {cube['first'][:7]} to {cube['last'][:7]}; {cube['cells']:,} cells")
        OUT.print(f"  cost: rounding changes {in_words(cube['altered'])} of the cells", soft_wrap=True)
        if cube["grain"] not in periods.CALENDAR:
            OUT.print("  the counts are that small: pages tell these totals in sentences, without charts and maps. "
                      "A coarser policy gives no more; more months, or more sources, do.", soft_wrap=True)  # fmt: skip
        if cube["layer"]:
            OUT.print(f"  the place is shown for about {cube['place_shown']:.0%} of the records")
        for row in cube["errors"]:
            most = f"19 in 20 by at most {row['p95']}" if row["p95"] else "19 in 20 exact"
            OUT.print(f"  tables by {row['order']}: typically off by {row['median']}, {most}")
        for said in cube["dropped"]:
            OUT.print(f"  not {said}")


def _list(archive: Any) -> None:
    from etl.__main__ import OUT

    ids = archive.ids()
    if not ids:
        OUT.print("There is no release yet. Make one with `python -m etl release`.")
    for release in ids:
        about = archive.about(release)
        units = ", ".join(f"{u} by {codes.GRAIN[c['grain']].lower()}" for u, c in about["units"].items())
        OUT.print(f"{release}  policy {about['policy']}, K {about['base']}  {units}")


def _open(archive: Any, release: str, data: Any) -> None:
    import duckdb

    from etl.__main__ import OUT
    from etl.release.public_file import digest_of
    from etl.schema import SourceError

    about = archive.about(release)
    try:
        whole = archive.file(release).is_file() and digest_of(archive.file(release)) == about["rows_sha256"]
    except duckdb.Error:
        whole = False
    if not whole:
        raise SourceError(f"The file of release {release} is damaged or missing. Restore it from a backup.")
    _say(about)
    OUT.print(f"Its rows are whole: sha256 {about['rows_sha256']}", soft_wrap=True)
    OUT.print(f"Look at it with: python start.py --tier public --data {data} --release {release}", soft_wrap=True)
