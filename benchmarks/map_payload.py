"""How much a map sends to the browser: a city of the size of Los Angeles with a record in every single cell."""

import json

import h3
import numpy as np
import pandas as pd
import shapely

from benchmarks.figures import Figure, figure
from dashboard.maps import classes, layers, picture, shapes, styles
from dashboard.maps.player import Frames
from dashboard.palette import LIGHT

CITY_KM2 = 1_300
BUDGET_KB = 400
BUDGETED = "r8"
FRAMES, PLAYED, PLAYER_KB = 60, 2_000, 150
MIDDLE = (-40.0, -30.0)  # in the open South Atlantic
DIVISIONS, TRACTS = 21, 1_100


def run() -> list[Figure]:
    """Kilobytes of a whole map (base, background and figures) for each scale; only cells of r8 have a budget."""
    background = _background()
    tables = {f"r{r}": _cells(r) for r in (7, 8, 9)} | {"tracts": _tracts()}
    counts = [
        figure(
            f"map payload, {name}, {len(table):,} places",
            payload(_counts(table), background) / 1000,
            "kB",
            BUDGET_KB if name == BUDGETED else None,
        )
        for name, table in tables.items()
    ]
    city = tables[BUDGETED]
    return [
        *counts,
        figure("map payload, r8, classes with tips", payload(_clusters(city), background) / 1000, "kB", BUDGET_KB),
        figure(f"player, {FRAMES} frames x {PLAYED:,} cells", _played() / 1000, "kB", PLAYER_KB),
    ]


def _counts(table: pd.DataFrame) -> layers.Paint:
    found = classes.classes(table["n"].to_numpy(dtype="int64"))
    return layers.Paint(table, found, ("incident", "incidents"))


def _clusters(table: pd.DataFrame) -> layers.ClassPaint:
    """Every place in a class, with a tip of its own."""
    z = np.random.default_rng(3).normal(0, 2, len(table))
    kinds = np.select([z > 2.5, z < -2.5], [0, 1], 2)
    looks = styles.hot_and_cold(LIGHT)
    tips = [f"{n} incidents, {looks[k].label.lower()}, z {v:.2f}" for n, k, v in zip(table["n"], kinds, z, strict=True)]
    return layers.ClassPaint(table.assign(cls=kinds, tip=tips), looks, ("incident", "incidents"))


def _played() -> int:
    """Bytes of five years of rolling windows."""
    rng = np.random.default_rng(4)
    months = rng.poisson(rng.gamma(0.5, 2, (PLAYED, 1)), (PLAYED, FRAMES + 11))
    counts = np.lib.stride_tricks.sliding_window_view(months, 12, axis=1).sum(axis=2)
    kinds = classes.classes(counts.ravel()).of(counts)
    frames = Frames([f"January {year} to December {year}" for year in range(FRAMES)], kinds, counts)
    return len(json.dumps(picture.packed_player(frames, np.full(PLAYED, True))))


def payload(shown: layers.AnyPicture, background: layers.Background) -> int:
    """Bytes of the arguments that Streamlit sends to the map's frame."""
    from streamlit_folium import _get_feature_group_string, _get_header, generate_leaflet_string

    made = layers.base_map(background, LIGHT)
    made.render()
    header = _get_header(made)
    script = generate_leaflet_string(made)
    group = _get_feature_group_string(layers.paint(shown, LIGHT, moment="12"), made)
    return len(json.dumps({"script": script, "header": header, "feature_group": group}).encode())


def _cells(resolution: int) -> pd.DataFrame:
    rings = 0
    middle = h3.latlng_to_cell(*MIDDLE, resolution)
    area = h3.average_hexagon_area(resolution, unit="km^2")
    while len(h3.grid_disk(middle, rings)) * area < CITY_KM2:
        rings += 1
    cells = sorted(h3.grid_disk(middle, rings))[: round(CITY_KM2 / area)]
    return _table(cells, shapes.cell_shapes([h3.str_to_int(c) for c in cells]))


def _tracts() -> pd.DataFrame:
    return _table([f"0603710{i:04d}" for i in range(TRACTS)], _blobs(TRACTS, 40, 0.01))


def _background() -> layers.Background:
    areas = _table([str(i) for i in range(DIVISIONS)], _blobs(DIVISIONS, 400, 0.08))
    return layers.Background(areas.iloc[:1], areas, areas)


def _table(ids: list[str], drawn: np.ndarray) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    names = [f"{i / 10:.1f} km north-east of Harbourside" for i in range(len(ids))]
    counts = pd.array(rng.geometric(0.1, len(ids)), dtype="Int64")
    table = pd.DataFrame({"id": ids, "name": names, "n": counts, "shape": drawn})
    return table.assign(lat=MIDDLE[0], lon=MIDDLE[1])


def _blobs(count: int, points: int, radius: float) -> np.ndarray:
    """Closed outlines with this many points, as uneven as a boundary is."""
    rng = np.random.default_rng(2)
    turn = np.linspace(0, 2 * np.pi, points, endpoint=False)
    reach = radius * (1 + 0.3 * rng.random((count, points)))
    x = MIDDLE[1] + rng.random((count, 1)) + reach * np.cos(turn)
    y = MIDDLE[0] + rng.random((count, 1)) + reach * np.sin(turn)
    return np.asarray(shapely.polygons(np.stack([x, y], axis=2)))
