"""Where do reports cluster beyond chance? First whether they do at all, then Getis-Ord Gi* at each place."""

from dataclasses import dataclass

import numpy as np

from dashboard.analysis import gistar
from dashboard.analysis.gistar import LEVEL, gi_star, gi_star_permuted
from dashboard.analysis.moran import global_moran, local_moran
from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.stability import share_of_periods
from dashboard.analysis.sufficiency import LEAST_INCIDENTS, sufficient
from dashboard.questions.answer import Answer, Setting, of, refusal, share, tips, together
from dashboard.questions.study import Study
from dashboard.words import count, number

HOT, COLD, NOT, FEW = range(4)
CLASSES = {"hot": HOT, "cold": COLD, "not significant": NOT, "too few to tell": FEW}
NAMES = ("Hot spot", "Cold spot", "Not significant", "Too few to tell")
OFTEN = 0.8
LEAST_PERIODS = 4
PERMUTATIONS, SEED = 99_999, 1  # so many, or no p could be small enough once it is corrected
NEIGHBOURS = {True: "the cells that share a side", False: "the areas that touch"}  # of cells, of areas
OUTLIERS = {"HH": "high among high", "LL": "low among low", "HL": "high among low", "LH": "low among high"}


@dataclass(frozen=True)
class Grain:
    """Months put together until each holds enough to tell hotspots from."""

    months: int
    word: tuple[str, str]
    counts: np.ndarray  # (n, periods)
    starts: np.ndarray  # (periods,) datetime64[M]


def grains(study: Study) -> list[Grain]:
    """Months, quarters and years of the view that are over and were collected throughout, the finest first."""
    found = []
    for months, word in ((1, ("month", "months")), (3, ("quarter", "quarters")), (12, ("year", "years"))):
        last = int(np.flatnonzero(study.known).max(initial=-1)) + 1
        # Counted back from the last complete month, so that nothing recent is cut off.
        starts = [i for i in range(last - months, -1, -months) if study.known[i : i + months].all()][::-1]
        runs = np.array(starts, dtype=np.int64)
        if len(runs) and len(gaps := np.flatnonzero(np.diff(runs) != months)):
            runs = runs[gaps[-1] + 1 :]  # a gap would be taken for a fall
        counts = [study.monthly[:, i : i + months].sum(axis=1) for i in runs.tolist()]
        table = np.column_stack(counts) if counts else np.empty((len(study), 0))
        found.append(Grain(months, word, table, study.months[runs] if len(runs) else study.months[:0]))
    return found


def finest(study: Study, periods: int) -> Grain | None:
    """The finest grain with so many periods whose typical one holds enough records; None where there is none."""
    for grain in grains(study):
        if grain.counts.shape[1] >= periods and np.median(grain.counts.sum(axis=0)) >= LEAST_INCIDENTS:
            return grain
    return None


def clustered(study: Study, noun: tuple[str, str], permuted: bool = False) -> Answer:
    """Hot and cold spots. permuted : p from conditional permutations instead of the normal approximation."""
    counts = study.counts
    enough = sufficient(counts, noun=noun, place=study.words)
    settings = _settings(study, permuted)
    if not enough.enough:
        return refusal(enough.sentence, len(study), settings)
    first, nothing = first_test(study, noun)
    settings.insert(0, first)
    if nothing:
        return refusal(nothing, len(study), settings)
    found = gi_star(counts, study.neighbours)
    p = gi_star_permuted(counts, study.neighbours, PERMUTATIONS, SEED) if permuted else found.p
    q = benjamini_hochberg(p) if permuted else found.q
    named = gistar.classes(found.z, q, counts, True, LEVEL)
    cls = np.array([CLASSES[name] for name in named.tolist()], dtype=np.int64)
    hot = cls == HOT
    local = local_moran(counts, study.neighbours)
    grain = finest(study, LEAST_PERIODS)
    often = _often(study, grain)
    are = "is a significant hotspot" if hot.sum() <= 1 else "are significant hotspots"
    sentence = f"{of(int(hot.sum()), len(study), study.words)} {are}"
    columns = {"Class": np.array(NAMES, dtype=object)[cls], "z": np.round(found.z, 2), "p": _short(p), "q": _short(q)}
    if grain is not None and hot.any():
        sentence += _lasting(int(hot.sum()), int((often[hot] >= OFTEN).sum()), grain.word[1])
        columns[f"Share of {grain.word[1]} hot"] = np.round(often, 2)
    columns["Local Moran"] = np.array([OUTLIERS.get(c, "") for c in local.clusters().tolist()], dtype=object)
    return Answer(
        sentence + ".",
        "hot",
        cls,
        tips(lambda c, n: f"{NAMES[c].lower()}, {number(n)} {noun[0 if n == 1 else 1]}", cls, counts),
        columns,
        np.where(hot, 1e3, 0) + np.nan_to_num(found.z),
        settings,
        (
            f"A hotspot is a place that, together with its neighbours, has more {noun[1]} than chance would put there, "
            f"judged against all {count(len(study), *study.words)} of the study area.",
            *_cold(int((cls == COLD).sum()), study.words),
            *together(study.filters.unit, noun),
        ),
        legend="Clusters",
        hot=hot,
    )


def first_test(study: Study, noun: tuple[str, str]) -> tuple[Setting, str]:
    """Do the reports cluster at all, anywhere? The test as a setting, and a sentence if they do not."""
    whole = global_moran(study.counts, study.neighbours)
    places = count(len(study), *study.words)
    if not np.isfinite(whole.p_randomisation):
        return Setting("First test", "Moran's I, not defined here", "whether the reports cluster at all, anywhere"), (
            f"Too few to tell: none of the {places} lies beside another, so none can be judged with its neighbours. "
            "Choose larger places."
        )
    value = f"Moran's I {whole.statistic:.2f}, {_said(whole.p_randomisation)}"
    setting = Setting("First test", value, "whether the reports cluster at all, anywhere")
    if whole.p_randomisation < LEVEL and whole.statistic > whole.expected:
        return setting, ""
    return setting, (
        f"Nothing clusters: over the {places} these {noun[1]} lie no closer together than chance would put them, so a "
        f"map of hotspots would show noise ({value})."
    )


def _lasting(hot: int, lasting: int, periods: str) -> str:
    """How many of the hotspots were so most of the time, to follow their number."""
    if hot == 1:
        return f"; it was one in {'at least' if lasting else 'fewer than'} {share(OFTEN)} of {periods}"
    these = f"{number(lasting) if lasting else 'none'} of them {'was' if lasting <= 1 else 'were'}"
    return f"; {these} so in at least {share(OFTEN)} of {periods}"


def _cold(cold: int, place: tuple[str, str]) -> tuple[str, ...]:
    if not cold:
        return ()
    its, has = ("its", "has") if cold == 1 else ("their", "have")
    return (f"{count(cold, *place)}, with {its} neighbours, {has} fewer than that: cold spots.",)


def _often(study: Study, grain: Grain | None) -> np.ndarray:
    if grain is None:
        return np.full(len(study), np.nan)
    by_period = gi_star(grain.counts, study.neighbours)
    return share_of_periods(by_period.z, by_period.q)


def _settings(study: Study, permuted: bool) -> list[Setting]:
    near = NEIGHBOURS[bool(study.resolution)]
    return [
        Setting(
            "Neighbours", near + ", and the place itself", "the smallest neighbourhood, so that hotspots stay local"
        ),
        Setting(
            "p",
            f"{PERMUTATIONS:,} conditional permutations, seed {SEED}" if permuted else "normal approximation",
            "nothing is assumed about how counts are spread" if permuted else "fast, and what other tools show",
        ),
        Setting(
            "Correction", "Benjamini-Hochberg", f"{len(study):,} places are tested: some would stand out by chance"
        ),
        Setting("Level", f"q below {LEVEL}", "of the places called hot, about one in twenty is expected to be wrong"),
    ]


def _said(p: float) -> str:
    return "p below 0.001" if p < 0.001 else f"p {p:.3f}"


def _short(p: np.ndarray) -> np.ndarray:
    return np.asarray(np.round(p, 4))
