"""What stands around a figure, in words: the same on a slide, on paper and for those who do not see it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from dashboard import dates, words
from dashboard.briefing.deck import Deck, Preset, Slide
from dashboard.briefing.plots import Grid, Native, Panel, Value
from dashboard.escape import plain
from dashboard.figures import Figure
from dashboard.i18n import _, ngettext

if TYPE_CHECKING:
    from dashboard.figures import About

NAMED_VALUES = 14  # a text alternative reads at most so many numbers out
_LISTED = 8


def frame() -> str:
    """What every slide drawn from records says."""
    return _("RESTRICTED: do not share this screen")


def footer(slide: Slide, deck: Deck) -> tuple[str, ...]:
    """What a figure rests on, the most needed first: unit, view, date and source; caveat; release."""
    about = slide.figure.about if slide.figure else None
    if about is None:
        return tuple(filter(None, [_last(None, deck)]))
    sources = words.listed([plain(s) for s in about.sources], _("and"))
    # The view in words mostly begins with what is counted.
    said_there = plain(about.filters).lower().startswith(plain(about.unit).lower())
    first = [
        _("Counted: {unit}.").format(unit=plain(about.unit)) if about.unit and not said_there else "",
        _ended(about.filters),
        _ended(_("Source: {sources}").format(sources=sources)) if sources else "",
    ]
    return tuple(filter(None, [" ".join(filter(None, first)), _ended(about.caveat), _last(about, deck)]))


def _last(about: "About | None", deck: Deck) -> str:
    as_of = (about.as_of if about else None) or deck.as_of
    release = (about.release if about else "") or deck.release
    secret = about.restricted if about else deck.secret
    invented = deck.fictional or (about is not None and about.fictional)
    parts = [
        _("Fictional sample: every record is invented.") if invented else "",
        _("As of {day}.").format(day=words.day(as_of)) if as_of else "",
        _("Release {release}.").format(release=plain(release)) if release and not secret else "",
        _("Drawn from records, not from a public release.") if secret else "",
    ]
    return " ".join(filter(None, parts))


def marks(native: Native | None, drawn: bool = False) -> list[str]:
    """Sentences for what a chart leaves out or marks: few or none, not collected, not final, dated notes.

    drawn : it is a picture, which marks few or none itself.
    """
    if not isinstance(native, tuple):
        return []
    found: dict[str, list[Panel]] = defaultdict(list)
    for panel in native:
        if panel.few and not panel.across:
            few = _("few or none: {periods}.") if drawn else _("few or none, no bar is drawn: {periods}.")
            found[few.format(periods=_names(panel, panel.few))].append(panel)
        if panel.gaps:
            found[_("not collected, a gap: {periods}.").format(periods=_runs(panel))].append(panel)
    said = []
    for sentence, where in found.items():
        everywhere = len(where) == len(native)
        said.append(sentence if everywhere else f"{words.listed([p.name for p in where], _('and'))}: {sentence}")
    hatched = any(look == "hatched" for p in native for s in p.series for look in s.looks)
    if hatched and len(native) > 1:
        said.append(_("hatched: not final yet."))
    if any(s.dotted for p in native for s in p.series):
        said.append(_("dotted: not final yet."))
    years = [s.name for p in native for s in p.series if s.kind == "dots"]
    if years:
        said.append(_("each dot is one year, {years}.").format(years=words.listed(years, _("and"))))
    said = [line[:1].upper() + line[1:] for line in said]
    return said + [f"{letter(i)}  {_ended(text)}" for i, (_at, text) in enumerate(native[0].notes)]


def letter(i: int) -> str:
    """The sign of a dated note: A, B ... Z, AA."""
    return chr(65 + i) if i < 26 else letter(i // 26 - 1) + letter(i % 26)


def _names(panel: Panel, places: Sequence[int]) -> str:
    return words.listed([panel.categories[i] for i in places], _("and"), _LISTED)


def _runs(panel: Panel) -> str:
    runs = []
    for first, last in panel.gaps:
        one, other = panel.categories[first], panel.categories[last]
        runs.append(one if first == last else _("{first} to {last}").format(first=one, last=other))
    return words.listed(runs, _("and"), _LISTED)


def aside(figure: Figure, native: Native | None, preset: Preset, drawn: bool = False) -> list[str]:
    """What stands beside the figure: its marks; with everything stated, its caption, how to read it and its link."""
    said = marks(native, drawn)
    if preset == "evidence":
        said += [_ended(line) for line in (figure.subtitle, figure.caption, figure.reading) if line]
        if figure.about.link:
            said.append(_("This view: {link}").format(link=plain(figure.about.link)))
    return list(dict.fromkeys(said))


def notes(slide: Slide, left_out: Sequence[str] = ()) -> str:
    """What the speaker has below the slide: own note, what was shortened, full caption, how to read it, its link."""
    figure = slide.figure
    parts = [plain(slide.note), *left_out]
    if figure is not None:
        parts += [plain(figure.title) if plain(figure.title) != slide.heading else "", plain(figure.subtitle)]
        parts.append(plain(figure.caption))
        parts.append(_("How to read it: {text}").format(text=plain(figure.reading)) if figure.reading else "")
        parts.append(_("This view: {link}").format(link=plain(figure.about.link)) if figure.about.link else "")
    return "\n".join(filter(None, parts))


def alternative(figure: Figure, native: Native | None, panel: Panel | None = None, drawn: bool = False) -> str:
    """What a figure shows, for those who do not see it: its sentence, its numbers where they are few, its marks."""
    said = [_ended(figure.text)]
    if panel is not None and panel.name:
        said.append(_ended(panel.name))
    for one in [panel] if panel is not None else native if isinstance(native, tuple) else []:
        said += _numbers(one)
    return plain(" ".join([*said, *marks(native if panel is None else (panel,), drawn)]))


def _numbers(panel: Panel) -> list[str]:
    found = []
    for series in panel.series:
        values = [(c, v) for c, v in zip(panel.categories, series.values, strict=True) if v is not None]
        if not values:
            continue
        if len(values) <= NAMED_VALUES and series.kind != "dots":
            read = "; ".join(f"{c}: {number(v)}" for c, v in values)
            found.append(f"{series.name}: {read}." if len(panel.series) > 1 else f"{read}.")
        else:
            low, high = min(values, key=lambda cv: cv[1] or 0), max(values, key=lambda cv: cv[1] or 0)
            found.append(
                _("{name}: from {low} ({low_at}) to {high} ({high_at}).").format(
                    name=series.name, low=number(low[1]), low_at=low[0], high=number(high[1]), high_at=high[0]
                )
            )
    return found


def number(value: Value) -> str:
    """A value as the figure says it."""
    return dates.exact(value) if value is None or float(value).is_integer() else words.number(value)


def cut_rows(shown: int, total: int) -> str:
    """That a table was shortened."""
    return _("The first {shown} of {total} rows; the data of the view have them all.").format(
        shown=dates.exact(shown), total=dates.exact(total)
    )


def cut_columns(shown: int, total: int) -> str:
    """That a table has more columns than fit."""
    left = total - shown
    return ngettext(
        "{n} more column is in the data of the view.", "{n} more columns are in the data of the view.", left
    ).format(n=left)


def grid_corner(grid: Grid) -> str:
    """What the columns of a grid are."""
    return grid.titles[0]


def cells(figure: Figure) -> tuple[list[str], list[list[str]], list[bool]]:
    """A table as people read it: heads, rows of texts, and which columns are numbers."""
    table, years = figure.table, {"Year", "Record", _("Year"), _("Record")}
    heads, numeric = [plain(c) for c in table.columns], []
    columns = []
    for at, name in enumerate(table.columns):
        column = table.iloc[:, at]
        is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        mixed = column.dtype == object and any(isinstance(v, int) and not isinstance(v, bool) for v in column)
        numeric.append(is_number or mixed)
        columns.append([_cell(v, figure.missing, name not in years) for v in column])
    return heads, [list(row) for row in zip(*columns, strict=True)], numeric


def _cell(value: object, missing: str, grouped: bool) -> str:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return missing
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, pd.Timestamp):
        return words.day(value.date())
    if hasattr(value, "__float__") and not isinstance(value, str):
        return number(float(value)) if grouped else str(round(float(value)))
    return plain(value)


def _ended(text: str) -> str:
    """A sentence with a full stop."""
    line = plain(text)
    return line if not line or line[-1] in ".!?:…" else line + "."
