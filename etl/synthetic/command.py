"""The command `synthetic`: make a differentially private release of synthetic people, list them, publish one."""

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

from etl.schema import SourceError


def add_synthetic(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Adds the command to the parser of `python -m etl`."""
    one = command("synthetic", run, "Make synthetic people for researchers without an agreement (docs/synthetic.md).")
    one.add_argument("--epsilon", type=float, default=12.0, help="privacy loss; smaller protects more (default 12)")
    one.add_argument("--delta", type=float, default=1e-10, help="chance that the promise fails (default 1e-10)")
    one.add_argument("--years", type=int, metavar="N", help="years in a period (default: as few as the counts allow)")
    one.add_argument("--out", type=Path, metavar="FILE.zip", help="save a copy here as well")
    one.add_argument("--spend-more", action="store_true", help="make another release of the same people")
    one.add_argument(
        "--publish", nargs="?", const="", metavar="ID", help="offer it, or an earlier one, on the public side"
    )
    one.add_argument("--python", type=Path, metavar="PATH", help="a Python with OpenDP (default: .venv-synthetic)")
    one.add_argument("--check", action="store_true", help="say what would be made, add no noise and spend nothing")
    one.add_argument("--list", action="store_true", help="list what was made and what it spent")


def run(args: argparse.Namespace) -> None:
    """Raises SourceError."""
    if args.list:
        _list(args.data)
    elif args.publish:
        _publish(args.data, args.publish)
    else:
        _make(args)


def _make(args: argparse.Namespace) -> None:
    from etl.__main__ import OUT, progress_bar
    from etl.store import Store
    from etl.synthetic.errors import verdict
    from etl.synthetic.make import Asked, check, make
    from etl.synthetic.texts import WARNING

    asked = Asked(args.epsilon, args.delta, args.years, args.spend_more, args.python)
    _free(args.out)
    if args.check:
        people, earlier = check(Store(args.data), asked)
        names = ", ".join(s.title for s in people.sources)
        OUT.print(f"Of people counted in {people.years[0]} to {people.years[1]} by: {names}.")
        OUT.print(f"Earlier synthetic releases of the same people: {earlier}. Checked only: nothing was made or spent.")
        return
    with progress_bar() as bar:
        made = make(Store(args.data), asked, progress=bar)
    OUT.print(f"Synthetic release {made.release}: {made.rows:,} rows.")
    OUT.print(verdict(made.report))
    OUT.print(f"Epsilon {made.epsilon:.3g} at delta {asked.delta:.3g}; with earlier releases {made.together:.3g}.")
    OUT.print(WARNING)
    if args.out:
        shutil.copyfile(made.path, args.out)
    OUT.print(f"Saved as {args.out or made.path}", soft_wrap=True)
    if args.publish is not None:
        _publish(args.data, made.release)


def _free(out: Path | None) -> None:
    if out and (out.exists() or out.suffix != ".zip" or not out.parent.is_dir()):
        raise SourceError("--out must be a new file that ends in .zip, in a folder that is there. Nothing was made.")


def _list(data: Path) -> None:
    from etl.__main__ import OUT
    from etl.synthetic.ledger import Ledger
    from etl.synthetic.make import folder_of
    from etl.synthetic.publish import is_public

    entries = Ledger(folder_of(data)).entries()
    if not entries:
        OUT.print("No synthetic release was made here.")
    for e in entries:
        OUT.print(
            f"{e.release}: about {e.rows_about:,} rows, {e.years[0]} to {e.years[1]}, epsilon {e.epsilon:.3g} "
            f"at delta {e.delta:.3g}, of {', '.join(e.sources)}; {'public' if is_public(data, e.release) else 'kept'}."
        )


def _publish(data: Path, release: str) -> None:
    from etl.__main__ import OUT
    from etl.synthetic.publish import publish

    folder = publish(data, release)
    OUT.print(f"Published: it lies in {folder}, and the Export page of the public side offers it.", soft_wrap=True)
