"""`python -m benchmarks [NAME ...] [--json]`: each figure beside its budget or peer, in one run."""

import argparse
import importlib
import sys

from benchmarks.aside import aside
from benchmarks.figures import Figure, as_json, table

NAMES = ("etl", "measures", "map_payload", "hotspots", "disclosure", "export", "start", "briefing")


def main() -> int:
    """Runs the named benchmarks, or all. 0 when every budget is kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--json", action="store_true", help="for a program")
    parser.add_argument("--full", action="store_true", help="the long ones too: 10,000,000 rows")
    args = parser.parse_args()
    figures: list[Figure] = []
    for name in args.names or NAMES:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        measure = importlib.import_module(f"benchmarks.{name}").run
        # Each in a process of its own: what one has read would count as memory of the next.
        figures += aside(measure, full=args.full) if name == "etl" else aside(measure)
    print(as_json(figures) if args.json else table(figures))
    return 0 if all(f["ok"] for f in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
