"""The command line: `python -m dashboard.hotspots --help`."""

import argparse
import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dashboard.analysis.gistar import LEVEL
from dashboard.analysis.grids import Grid, given_square_cells, sfhotspot_area, square_grid
from dashboard.analysis.periods import UNITS
from dashboard.commands import Parser
from dashboard.hotspots.answer import CORRECTIONS, Answer, Settings, answer
from dashboard.hotspots.place import Place, place_of
from dashboard.hotspots.points import InputError, Points, read_cells, read_points

ABOUT = """Where do points cluster more than chance explains? Lays square cells over a file of points and writes, for
each cell: x, y (its centre), n, kde, gistar (Getis-Ord Gi*, z), p, q (Benjamini-Hochberg) and class (hot, cold, not
significant, too few to tell). With --time also the classes over time of sfhotspot and of ArcGIS, and a trend."""
MORE = """example:
  python -m dashboard.hotspots reports.csv --x lon --y lat --crs EPSG:4326 --cell-size 500 --out cells.csv

docs/hotspots.md explains every column and how to hold the result against another tool. Points are reports: they show
where people look as well as where things happen."""


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    made = Parser("python -m dashboard.hotspots", ABOUT, MORE)
    made.add_argument("points", type=Path, metavar="POINTS.csv", help="one row per point; may be packed with gzip")
    made.add_argument("--x", required=True, metavar="COL", help="column of the x coordinate, or the longitude")
    made.add_argument("--y", required=True, metavar="COL", help="column of the y coordinate, or the latitude")
    made.add_argument("--crs", required=True, help="what the coordinates are: EPSG:4326 for longitude and latitude")
    made.add_argument("--cell-size", required=True, type=float, metavar="M", help="side of a cell in metres")
    made.add_argument("--out", required=True, type=Path, metavar="CELLS.csv", help="where the table of cells goes")
    made.add_argument("--grid", type=Path, metavar="CELLS.csv", help="take these cells: columns x and y, their centres")
    made.add_argument("--bandwidth", type=float, metavar="M", help="of the kernel density in metres (default: by rule)")
    made.add_argument("--neighbour-distance", type=float, metavar="M", help="default: the cell size x sqrt(2)")
    made.add_argument("--level", type=float, default=LEVEL, help=f"a q below it is significant (default {LEVEL})")
    made.add_argument(
        "--correction",
        choices=list(CORRECTIONS),
        default="cells",
        help="of p for many tests: over all cells (Benjamini-Hochberg, default), or as sfhotspot by neighbourhood",
    )
    made.add_argument("--work-crs", metavar="CRS", help="lay the cells in this one (default: --crs, or a UTM zone)")
    made.add_argument("--time", metavar="COL", help="column of dates: adds the classes over time")
    made.add_argument("--time-format", metavar="FORM", help="how they are written, such as %%m/%%d/%%Y (default: ISO)")
    made.add_argument("--period", choices=list(UNITS), default="month", help="length of a period (default month)")
    made.add_argument("--boundary", metavar="DATE", help="compare before this date with from it on, such as 2019-07-01")
    made.add_argument("--stability", action="store_true", help="add in which share of other grids a cell is a hotspot")
    return made


def run(args: argparse.Namespace) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The table, what it says, and what was left out, in sentences. Raises InputError or ValueError."""
    settings = _settings(args)
    if args.out.resolve() in {p.resolve() for p in (args.points, args.grid) if p}:
        raise InputError("--out names a file that is read. Give the table of cells another name.")
    points = read_points(args.points, args.x, args.y, args.time, args.time_format)
    place = place_of(args.crs, args.work_crs, points.x, points.y)
    x, y = place.to_work(points.x, points.y)
    on_map = np.isfinite(x) & np.isfinite(y)
    dates = None if points.dates is None else points.dates[on_map]
    grid = _grid(args, place, x[on_map], y[on_map])
    found = answer(grid, x[on_map], y[on_map], dates, settings)
    off = int((~on_map).sum())
    return _table(grid, place, found), _said(grid, place, found), _left_out(points, off, found)


def _settings(args: argparse.Namespace) -> Settings:
    for option in ("cell_size", "bandwidth", "neighbour_distance"):
        value = getattr(args, option)
        if value is not None and not (math.isfinite(value) and value > 0):
            raise InputError(f"--{option.replace('_', '-')} must be above 0. Give metres, such as 500.")
    if not 0 < args.level < 1:
        raise InputError("--level must lie between 0 and 1, such as 0.05.")
    if not args.time and (args.boundary or args.time_format):
        raise InputError("--boundary and --time-format need --time: the column of the dates.")
    boundary = None
    if args.boundary:
        boundary = pd.to_datetime(args.boundary, format="ISO8601", errors="coerce")
        if boundary is pd.NaT or boundary.tz is not None:
            raise InputError("--boundary must be a date such as 2019-07-01, in the local time of the points.")
    return Settings(
        args.bandwidth,
        args.neighbour_distance,
        args.level,
        args.correction,
        args.period,
        boundary,
        args.stability,
    )


def _grid(args: argparse.Namespace, place: Place, x: np.ndarray, y: np.ndarray) -> Grid:
    if args.grid:
        if place.moved and not args.work_crs:
            raise InputError(
                "--grid needs cells in metres: name their projection with --work-crs, or project the points."
            )
        cells = read_cells(args.grid)
        return given_square_cells(cells[0] * place.metres, cells[1] * place.metres, args.cell_size)
    if not len(x):
        raise InputError(f"{args.points.name} has no row with coordinates, so there is no area to lay cells over.")
    return square_grid(args.cell_size, sfhotspot_area(x, y, args.cell_size))


def _table(grid: Grid, place: Place, found: Answer) -> pd.DataFrame:
    x, y = grid.x / place.metres, grid.y / place.metres
    table = pd.concat([pd.DataFrame({"x": x, "y": y}), found.table], axis=1)
    if place.moved:
        table["lon"], table["lat"] = place.degrees(x, y)
    return table


def _said(grid: Grid, place: Place, found: Answer) -> list[str]:
    said = [f"Cells of {grid.cell_size:,.0f} m: {len(grid):,}. Points in them: {found.table['n'].sum():,}."]
    if place.moved:
        said.append(f"x and y of the cells are in {place.name}; lon and lat are given as well.")
    stretch = place.stretch(grid.x / place.metres, grid.y / place.metres)
    if abs(stretch - 1) > 0.02:
        said.append(
            f"In {place.name} a metre here is {1 / stretch:.2f} m on the ground: choose a projection that suits the "
            "place with --work-crs."
        )
    return said + [sentence for sentence in found.sentences if sentence]


def _left_out(points: Points, off: int, found: Answer) -> list[str]:
    outside = len(points.x) - off - int(found.table["n"].sum())
    reasons = {
        "another number of fields than the header": points.broken,
        "no usable coordinates": points.unlocated + off,
        "a place outside the cells": outside,
    }
    said = [f"{n:,} with {reason}" for reason, n in reasons.items() if n]
    left = [f"Of {points.rows:,} rows, left out: {', '.join(said)}."] if said else []
    if points.undated:
        left.append(f"{points.undated:,} rows with no usable date are counted in n, but not over time.")
    return left


def _write(table: pd.DataFrame, out: Path) -> None:
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        table.to_csv(part, index=False)
        part.replace(out)
    except OSError:
        part.unlink(missing_ok=True)
        raise InputError(
            f"{out} cannot be written. Check that its folder exists and that you may write there."
        ) from None


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 and a sentence on stderr when nothing was written."""
    args: Any = parser().parse_args(arguments)
    try:
        table, said, left_out = run(args)
        _write(table, args.out)
    except (InputError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped: nothing was written.", file=sys.stderr)
        return 130
    for sentence in left_out:
        print(sentence, file=sys.stderr)
    try:
        print("\n".join([*said, f"Written: {args.out}"]), flush=True)
    except BrokenPipeError:  # the reader has seen enough; Python would complain again when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
