"""How sure are we? Whether hotspots survive another grid and period, what they said about the next one, and how
concentrated reports are beside chance. Words first."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from dashboard.analysis.backtest import DRAWS, LEAST, Backtest, rolling_backtest
from dashboard.analysis.concentration import ByChance, Concentration, by_chance, concentration
from dashboard.analysis.gistar import LEVEL, gi_star
from dashboard.analysis.grids import hexagon_grid
from dashboard.analysis.projection import area_to_metres, projected_crs, to_metres
from dashboard.analysis.stability import Run, Stability, stability
from dashboard.analysis.sufficiency import LEAST_CELLS, LEAST_INCIDENTS
from dashboard.i18n import N_, _, ngettext
from dashboard.questions.answer import share
from dashboard.questions.clustered import OFTEN, Grain, finest
from dashboard.questions.study import CENTRES, Study
from dashboard.words import count, decimal, listed, number

MOST_MONTHS = 60  # left out one by one; of more, several at a time
MOST_DRAWN = 50_000  # records or places, whichever are fewer, that chance is drawn for
CHANCES, MANY_DRAWN = 199, 10_000
FEWER_DRAWS = 99
WINDOWS = {1: 12, 3: 4, 12: 1}  # periods of so many months in which hotspots are found before they are tested
# Names of columns, as tables of numbers have them; a page puts them into the reader's language.
STAYS = N_("Hotspots that stay in at least 80%")
CHANGES = {"cell size": N_("Cell size"), "origin": N_("Where cells begin")}


ONE_MONTH, MONTHS = N_("One month left out"), "months left out"


@dataclass(frozen=True)
class Trust:
    """sentences : in words. runs : a row for each kind of other choice. stable : (n,) share of the choices."""

    sentences: tuple[str, ...]
    runs: pd.DataFrame
    stable: np.ndarray
    curve: Concentration
    chance: ByChance | None
    test: Backtest | None


def trust(study: Study, hot: np.ndarray, noun: tuple[str, str] = ("report", "reports")) -> Trust:
    """hot : (n,) the hotspots of the map. The same study gives the same answer: what is drawn has a seed."""
    found = _stability(study)
    runs = _runs(found, hot, _at_a_time(study))
    curve = concentration(study.counts)
    drawn = min(len(study), int(curve.total))
    draws = CHANCES if drawn < MANY_DRAWN else CHANCES // 4  # a mean of many places needs few
    chance = by_chance(len(study), int(curve.total), draws) if 0 < drawn <= MOST_DRAWN else None
    grain = finest(study, 3)
    window = _window(grain)
    test = _tested(study, grain, window)
    said = (_stable(study, hot, runs), _ahead(test, grain, window, noun), _gathered(study, curve, chance, noun))
    return Trust(tuple(s for s in said if s), runs, found.share, curve, chance, test)


# -- other choices -----------------------------------------------------------------------------------------------------


def _stability(study: Study) -> Stability:
    """Other months on the map's own places; other sizes and origins on hexagons laid over the same ground."""
    hot, runs = _months_left_out(study)
    if 0 < study.resolution < CENTRES:
        # At the finest size the points are the centres of the cells themselves: other cells would see a pattern.
        more = _laid_anew(study)
        hot, runs = np.vstack([hot, more.hot[1:]]), (*runs, *more.runs[1:])
    return Stability(hot, runs)


def _at_a_time(study: Study) -> int:
    """How many months are left out together."""
    return max(-(-len(study.months) // MOST_MONTHS), 1)


def _months_left_out(study: Study) -> tuple[np.ndarray, tuple[Run, ...]]:
    """((runs, n) hot or not, runs): the map's counts, and those without each month that holds any."""
    together = _at_a_time(study)
    starts = np.arange(0, len(study.months), together)
    parts = np.add.reduceat(study.monthly, starts, axis=1) if len(starts) else study.monthly
    parts = parts[:, parts.any(axis=0)] if parts.shape[1] > 1 else parts[:, :0]
    counts = study.counts[:, None] - np.hstack([np.zeros((len(study), 1)), parts])
    found = gi_star(counts, study.neighbours)
    enough = (counts.sum(axis=0) >= LEAST_INCIDENTS) & (len(study) >= LEAST_CELLS)
    told = np.isfinite(found.z) & np.isfinite(found.q) & enough
    hot = np.where(told, (found.z > 0) & (found.q < LEVEL), np.nan).T
    runs = [Run("period", f"without part {i + 1} of {parts.shape[1]}") for i in range(parts.shape[1])]
    return hot, (Run("none", "as on the map"), *runs)


def _laid_anew(study: Study) -> Stability:
    """H3 cells have one origin and a few sizes. Hexagons as large have any, and are read at the cells' centres."""
    crs = projected_crs(study.grid.x, study.grid.y)
    ground = area_to_metres(shapely.union_all(study.grid.shapes), crs)
    size = float(np.sqrt(shapely.area(ground) / len(study) * 2 / np.sqrt(3)))
    grid = hexagon_grid(size, ground, crs)
    lon, lat, n, _month = study.points
    places, of = np.unique(lon + 1j * lat, return_inverse=True)  # months apart, but one place
    n = np.bincount(of, n, len(places))
    found = stability(grid, *to_metres(places.real, places.imag, crs), area=ground, weights=n)
    at = grid.assign(*to_metres(study.grid.x, study.grid.y, crs))
    read = np.where(at >= 0, found.hot[:, at], np.nan)
    order = sorted(range(len(found.runs)), key=lambda i: found.runs[i].changes != "none")
    return Stability(read[order], tuple(found.runs[i] for i in order))


def _runs(found: Stability, hot: np.ndarray, together: int) -> pd.DataFrame:
    """A row for each kind of choice: how many there were, and of how many hotspots how many stay."""
    left_out = ONE_MONTH if together == 1 else f"{together} {MONTHS}"
    rows = []
    for kind, stays in found.share_by_change().items():
        told = stays[hot][np.isfinite(stays[hot])]
        choices = sum(run.changes == kind for run in found.runs)
        rows.append((CHANGES.get(kind, left_out), choices, int((told >= OFTEN).sum()), len(told)))
    return pd.DataFrame(rows, columns=[N_("What was changed"), N_("Choices"), STAYS, N_("of")])


# -- sentences ---------------------------------------------------------------------------------------------------------


def _stable(study: Study, hot: np.ndarray, runs: pd.DataFrame) -> str:
    if not hot.any():
        return _("No {cell} is a significant hotspot, so there is none whose stability could be judged.").format(
            cell=_(study.words[0])
        )
    hotspots = int(hot.sum())
    tries = [
        (lasting, _tried(what, choices))
        for what, choices, lasting, told in runs.itertuples(index=False, name=None)
        if told
    ]
    if not tries:
        return _("Whether the hotspots owe their place to the choice of cells or months cannot be told from so little.")
    put = {"often": share(OFTEN), "n": number(hotspots)}
    if hotspots == 1:
        return _one(tries).format(**put)
    parts = [_("none {how}").format(how=how) if not n else f"{number(n)} {how}" for n, how in tries]
    first, how = tries[0]
    if not first:
        parts[0] = _("none stay hotspots {how}").format(how=how)
    else:
        said = ngettext("{n} stays a hotspot {how}", "{n} stay hotspots {how}", first)
        parts[0] = said.format(n=number(first), how=how)
    return _("Of {n} hotspots, {parts}, each in at least {often} of the tries.").format(parts=listed(parts), **put)


def _one(tries: list[tuple[int, str]]) -> str:
    stays = listed([how for lasting, how in tries if lasting])
    goes = listed([how for lasting, how in tries if not lasting], "or")
    if stays and goes:
        said = _(
            "The one hotspot stays one {stays}, but not {goes}. To stay means to be one in at least {often} of the "
            "tries."
        )
    elif stays:
        said = _("The one hotspot stays one {stays}. To stay means to be one in at least {often} of the tries.")
    else:
        said = _("The one hotspot does not stay one {goes}. To stay means to be one in at least {often} of the tries.")
    return said.replace("{stays}", stays).replace("{goes}", goes)


def _tried(what: str, choices: int) -> str:
    tries = count(choices, "try", "tries")
    if what == CHANGES["cell size"]:
        return _("when cells are larger or smaller ({tries})").format(tries=tries)
    if what == CHANGES["origin"]:
        return _("when cells begin elsewhere ({tries})").format(tries=tries)
    if what == ONE_MONTH:
        return _("when a month is left out ({tries})").format(tries=tries)
    return _("when {n} months are left out ({tries})").format(n=what.split()[0], tries=tries)


def _ahead(test: Backtest | None, grain: Grain | None, window: int, noun: tuple[str, str]) -> str:
    put = {"things": _(noun[1])}
    if test is None or grain is None:
        put["least"] = str(LEAST_INCIDENTS)
        said = _(
            "Whether hotspots say anything about the time after them cannot be told: there are too few complete "
            "periods with about {least} {things}."
        )
    elif test.without == test.periods:
        put["stretch"] = count(window, *grain.word)
        said = _(
            "Whether hotspots say anything about the time after them cannot be told: in none of the stretches of "
            "{stretch} was there one."
        )
    elif np.isnan(test.hit_rate):
        put["least"] = str(LEAST)
        said = _(
            "Whether hotspots say anything about the time after them cannot be told: there are fewer than {least} "
            "{things} to hold them against."
        )
    else:
        return _hit(test, grain, window, noun)
    return said.format(**put)


# A sentence for each length of the period, because its name is a word of the sentence.
_HELD = {
    1: N_("Hotspots found in {found} held {held} of the {things} of the month after, on {area} of the area"),
    3: N_("Hotspots found in {found} held {held} of the {things} of the quarter after, on {area} of the area"),
    12: N_("Hotspots found in {found} held {held} of the {things} of the year after, on {area} of the area"),
}


def _hit(test: Backtest, grain: Grain, window: int, noun: tuple[str, str]) -> str:
    held = _(_HELD[grain.months]).format(
        found=count(window, *grain.word), held=share(test.hit_rate), things=_(noun[1]), area=share(test.area_share)
    )
    put = {"held": held, "times": decimal(test.pai, 1), "tested": count(test.periods, *grain.word)}
    sure = test.p < LEVEL
    if test.pai >= 0.05:
        said = (
            _("{held}: {times} times what chance would give (PAI; {tested} tested).")
            if sure
            else _(
                "{held}: {times} times what chance would give, and no more than chance allows (PAI; {tested} tested)."
            )
        )
    else:
        said = (
            _("{held}: almost none of what chance would give (PAI; {tested} tested).")
            if sure
            else _(
                "{held}: almost none of what chance would give, and no more than chance allows (PAI; {tested} tested)."
            )
        )
    text = said.format(**put)
    if np.isfinite(test.naive_hit_rate):
        naive = _("Simply the busiest places, as large an area, held {share}.")
        text = f"{text} {naive.format(share=share(test.naive_hit_rate))}"
    return text


def _gathered(study: Study, curve: Concentration, chance: ByChance | None, noun: tuple[str, str]) -> str:
    if not curve.total:
        return ""
    put = {"things": _(noun[1]), "half": number(curve.half_places), "places": count(len(study), *study.words)}
    put["share"] = share(curve.half_share)
    if chance is None:
        return _("Half of the {things} lie in {half} of {places} ({share}).").format(**put)
    return _(
        "Half of the {things} lie in {half} of {places} ({share}); if each had fallen anywhere by chance, they would "
        "fill {chance}."
    ).format(chance=share(chance.half_share), **put)


# -- the time after ----------------------------------------------------------------------------------------------------


def _window(grain: Grain | None) -> int:
    """In how many periods hotspots are found before they are tested: a year's, or half of what there is."""
    if grain is None:
        return 0
    periods, usual = grain.counts.shape[1], WINDOWS[grain.months]
    return usual if periods > usual else max(periods // 2, 1)


def _tested(study: Study, grain: Grain | None, window: int) -> Backtest | None:
    if grain is None:
        return None

    def find(counts: np.ndarray) -> np.ndarray:
        found = gi_star(counts, study.neighbours)
        return np.asarray((found.q < LEVEL) & (found.z > 0))

    sizes = _sizes(study)
    # Places of unequal size are drawn one by one, which takes long.
    draws = DRAWS if sizes is None else FEWER_DRAWS
    return rolling_backtest(grain.counts, find, window=window, area=sizes, draws=draws).pooled


def _sizes(study: Study) -> np.ndarray | None:
    """(n,) square metres of areas; None for cells, which are as good as alike."""
    if study.resolution:
        return None
    crs = projected_crs(study.grid.x, study.grid.y)
    flat = shapely.transform(study.grid.shapes, lambda c: np.column_stack(to_metres(c[:, 0], c[:, 1], crs)))
    return np.maximum(shapely.area(flat), 1.0)
