"""The command line: `python -m dashboard.export --help`."""

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dashboard import api
from dashboard.commands import Parser
from dashboard.exports import FORMATS, Cancelled, ExportError, Written, suffix
from dashboard.exports.plan import Plan
from dashboard.pointer import WarehouseError
from dashboard.warehouse import TIERS

ABOUT = """Write what a view of the dashboard shows into a file: the same numbers, by the same link. On the public side
counts are protected and carry their rounding interval; on the restricted side the audit log has a row of it."""
MORE = """examples:
  python -m dashboard.export --tier public --out all.zip
  python -m dashboard.export --format parquet --out 2024.parquet "/trends?from=2024-01&to=2024-12"
  python -m dashboard.export --by year,area_district --out areas.gpkg "/map?exploitation=Forced+labour"
  python -m dashboard.export --records --out records.csv.gz

docs/exports.md describes the formats and their columns.
Exit codes: 0 written, 1 nothing written (one sentence says why), 2 wrong option, 130 stopped."""


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    made = Parser("python -m dashboard.export", ABOUT, MORE)
    made.add_argument("view", nargs="?", default="", metavar="LINK", help="of the view; without, the usual one")
    made.add_argument("--data", type=Path, default=Path("data"), metavar="DIR", help="data folder (default data)")
    made.add_argument("--tier", choices=TIERS, default="restricted", help="which side (default restricted)")
    made.add_argument("--release", default="", metavar="ID", help="an earlier public release")
    made.add_argument("--format", choices=FORMATS, help="by default what the name of the file ends in")
    made.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the file goes")
    made.add_argument("--by", default="", metavar="NAMES", help="split totals by these, such as year,exploitation")
    made.add_argument("--records", action="store_true", help="one row for each record, not totals (restricted only)")
    made.add_argument(
        "--nearest", action="store_true", help="take the nearest view where part of the link is not there"
    )
    made.add_argument("--force", action="store_true", help="replace an older file")
    return made


def run(args: argparse.Namespace, cancelled: Callable[[], bool]) -> tuple[Plan, Written]:
    """Write the file. Raises ExportError, WarehouseError, ValueError or Cancelled, and has then written nothing."""
    if args.out.is_dir():
        raise ExportError("--out names a folder.", "Give the file a name in it.")
    form = args.format or _form_of(args.out)
    if args.out.exists() and not args.force:
        raise ExportError("There is such a file already.", "Choose another name, or add --force to replace it.")
    lamplight = api.open(args.data, args.tier, args.release)
    view = lamplight.view(args.view)
    if view.notices and not args.nearest:
        raise ExportError(" ".join(view.notices), "Add --nearest to take the nearest view that there is.")
    for notice in view.notices:
        print(notice, file=sys.stderr)
    by = [name.strip() for name in args.by.split(",") if name.strip()]
    with _bar() as progress:
        made = view.export(form, args.out, by, args.records, progress, cancelled)
    return view.plan(by, args.records), made


def _form_of(out: Path) -> str:
    ends = [form for form in FORMATS if out.name.lower().endswith(suffix(form))]
    if not ends:
        raise ExportError("The name of the file says no format.", f"Choose one with --format: {', '.join(FORMATS)}.")
    return max(ends, key=len)


@contextmanager
def _bar() -> Iterator[Callable[[float], None] | None]:
    """A bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("writing"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("writing", total=1.0)
        yield lambda share: bar.update(task, completed=share)


@contextmanager
def _stoppable() -> Iterator[Callable[[], bool]]:
    """Ctrl-C and `kill` ask to stop at the next batch, so that nothing is left half written."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    kept = {number: signal.signal(number, lambda *_: asked.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def main(arguments: list[str] | None = None) -> int:
    """0; 1 and a sentence on stderr when nothing was written; 130 when it was stopped."""
    args: Any = parser().parse_args(arguments)
    try:
        with _stoppable() as cancelled:
            plan, made = run(args, cancelled)
    except (Cancelled, KeyboardInterrupt):
        print("Stopped: nothing was written.", file=sys.stderr)
        return 130
    except (ExportError, WarehouseError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    for sentence in plan.left_out:
        print(f"Left out: {sentence}", file=sys.stderr)
    print(plan.words)
    print(f"{made.rows:,} rows, {made.bytes:,} bytes, release {plan.release}, sha256 {made.sha256}")
    print(f"Written: {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
