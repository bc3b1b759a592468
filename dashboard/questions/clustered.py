"""Where do reports cluster beyond chance? First whether they do at all, then Getis-Ord Gi* at each place."""

from dataclasses import dataclass

import numpy as np

from dashboard.analysis import gistar
from dashboard.analysis.gistar import LEVEL, gi_star, gi_star_permuted
from dashboard.analysis.moran import global_moran, local_moran
from dashboard.analysis.multiple_testing import benjamini_hochberg
from dashboard.analysis.stability import share_of_periods
from dashboard.analysis.sufficiency import LEAST_CELLS, LEAST_INCIDENTS, sufficient
from dashboard.i18n import N_, _, ngettext
from dashboard.questions.answer import Answer, Setting, of, refusal, share, tips, together, too_few
from dashboard.questions.study import Study
from dashboard.units import Noun
from dashboard.words import count, decimal, digits, exact, number, numbered

HOT, COLD, NOT, FEW = range(4)
CLASSES = {"hot": HOT, "cold": COLD, "not significant": NOT, "too few to tell": FEW}
NAMES = (N_("Hot spot"), N_("Cold spot"), N_("Not significant"), N_("Too few to tell"))
OFTEN = 0.8
LEAST_PERIODS = 4
PERMUTATIONS, SEED = 99_999, 1  # so many, or no p could be small enough once it is corrected
NEIGHBOURS = {True: N_("the cells that share a side"), False: N_("the areas that touch")}  # of cells, of areas
OUTLIERS = {
    "HH": N_("high among high"),
    "LL": N_("low among low"),
    "HL": N_("high among low"),
    "LH": N_("low among high"),
}


@dataclass(frozen=True)
class Grain:
    """Months put together until each holds enough to tell hotspots from."""

    months: int
    word: tuple[str, str]
    counts: np.ndarray  # (n, periods)
    starts: np.ndarray  # (periods,) datetime64[M]


_GRAINS = ((1, Noun("month", "months")), (3, Noun("quarter", "quarters")), (12, Noun("year", "years")))


def grains(study: Study) -> list[Grain]:
    """Months, quarters and years of the view that are over and were collected throughout, the finest first."""
    found = []
    for months, word in _GRAINS:
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
    enough = sufficient(counts)
    settings = _settings(study, permuted)
    if not enough.enough:
        return refusal(too_few(enough, LEAST_INCIDENTS, LEAST_CELLS, noun, study.words), len(study), settings)
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
    lasting = int((often[hot] >= OFTEN).sum())
    sentence = _hot(int(hot.sum()), lasting, grain if hot.any() else None, study)
    columns = {
        _("Class"): np.array([_(name) for name in NAMES], dtype=object)[cls],
        "z": np.round(found.z, 2),
        "p": _short(p),
        "q": _short(q),
    }
    if grain is not None and hot.any():
        columns[_(_HOT_SHARES[grain.months])] = np.round(often, 2)
    columns["Local Moran"] = np.array(
        [_(OUTLIERS[c]) if c in OUTLIERS else "" for c in local.clusters().tolist()], dtype=object
    )
    return Answer(
        sentence,
        "hot",
        cls,
        tips(lambda c, n: f"{_(NAMES[c]).lower()}, {numbered(n, *noun)}", cls, counts),
        columns,
        np.where(hot, 1e3, 0) + np.nan_to_num(found.z),
        settings,
        (
            _(
                "A hotspot is a place that, together with its neighbours, has more {things} than chance would "
                "put there, judged against all {counted} of the study area."
            ).format(things=_(noun[1]), counted=count(len(study), *study.words)),
            *_cold(int((cls == COLD).sum()), study.words),
            *together(study.filters.unit, noun),
        ),
        legend=_("Clusters"),
        hot=hot,
    )


def first_test(study: Study, noun: tuple[str, str]) -> tuple[Setting, str]:
    """Do the reports cluster at all, anywhere? The test as a setting, and a sentence if they do not."""
    whole = global_moran(study.counts, study.neighbours)
    places = count(len(study), *study.words)
    if not np.isfinite(whole.p_randomisation):
        return Setting(
            _("First test"), _("Moran's I, not defined here"), _("whether the reports cluster at all, anywhere")
        ), (
            _(
                "Too few to tell: none of the {places} lies beside another, so none can be judged with its "
                "neighbours. Choose larger places."
            ).format(places=places)
        )
    value = _("Moran's I {statistic}, {said}").format(
        statistic=decimal(whole.statistic, 2), said=_said(whole.p_randomisation)
    )
    setting = Setting(_("First test"), value, _("whether the reports cluster at all, anywhere"))
    if whole.p_randomisation < LEVEL and whole.statistic > whole.expected:
        return setting, ""
    return setting, (
        _(
            "Nothing clusters: over the {places} these {things} lie no closer together than chance would "
            "put them, so a map of hotspots would show noise ({value})."
        ).format(places=places, things=_(noun[1]), value=value)
    )


_HOT_SHARES = {
    1: N_("Share of months hot"),
    3: N_("Share of quarters hot"),
    12: N_("Share of years hot"),
}


def _hot(hot: int, lasting: int, grain: Grain | None, study: Study) -> str:
    """How many hotspots there are, and how many of them were so most of the time."""
    put = {"found": of(hot, len(study), study.words), "n": number(lasting), "share": share(OFTEN)}
    if grain is None:
        return (_("{found} is a significant hotspot.") if hot <= 1 else _("{found} are significant hotspots.")).format(
            **put
        )
    put["periods"] = _(grain.word[1])
    if hot == 1:
        said = (
            _("{found} is a significant hotspot; it was one in at least {share} of {periods}.")
            if lasting
            else _("{found} is a significant hotspot; it was one in fewer than {share} of {periods}.")
        )
    elif not lasting:
        said = _("{found} are significant hotspots; none of them was so in at least {share} of {periods}.")
    else:
        said = ngettext(
            "{found} are significant hotspots; {n} of them was so in at least {share} of {periods}.",
            "{found} are significant hotspots; {n} of them were so in at least {share} of {periods}.",
            lasting,
        )
    return said.format(**put)


def _cold(cold: int, place: tuple[str, str]) -> tuple[str, ...]:
    if not cold:
        return ()
    said = ngettext(
        "{counted}, with its neighbours, has fewer than that: cold spots.",
        "{counted}, with their neighbours, have fewer than that: cold spots.",
        cold,
    )
    return (said.format(counted=count(cold, *place)),)


def _often(study: Study, grain: Grain | None) -> np.ndarray:
    if grain is None:
        return np.full(len(study), np.nan)
    by_period = gi_star(grain.counts, study.neighbours)
    return share_of_periods(by_period.z, by_period.q)


def _settings(study: Study, permuted: bool) -> list[Setting]:
    near = _(NEIGHBOURS[bool(study.resolution)])
    return [
        Setting(
            _("Neighbours"),
            _("{near}, and the place itself").format(near=near),
            _("the smallest neighbourhood, so that hotspots stay local"),
        ),
        Setting(
            "p",
            _("{permutations} conditional permutations, seed {seed}").format(
                permutations=exact(PERMUTATIONS), seed=SEED
            )
            if permuted
            else _("normal approximation"),
            _("nothing is assumed about how counts are spread") if permuted else _("fast, and what other tools show"),
        ),
        Setting(
            _("Correction"),
            "Benjamini-Hochberg",
            _("{study} places are tested: some would stand out by chance").format(study=exact(len(study))),
        ),
        Setting(
            _("Level"),
            _("q below {level}").format(level=digits(LEVEL)),
            _("of the places called hot, about one in twenty is expected to be wrong"),
        ),
    ]


def _said(p: float) -> str:
    return _("p below {p}").format(p=decimal(0.001, 3)) if p < 0.001 else f"p {decimal(p, 3)}"


def _short(p: np.ndarray) -> np.ndarray:
    return np.asarray(np.round(p, 4))
