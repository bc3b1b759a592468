"""Steward: the audit log, newest first, and whether its chain holds."""

import time
from datetime import date, datetime
from pathlib import Path
from urllib.parse import unquote_plus

import pandas as pd
import streamlit as st

from dashboard import audit, words
from dashboard.audit import Report, Row, verifying
from dashboard.components import figure, notices
from dashboard.components.taken_away import Made, on_click
from dashboard.escape import markdown_text
from dashboard.exports.inert import csv_bytes
from dashboard.i18n import _
from dashboard.state import StateError

SHOWN, TAKEN_AWAY = 500, 100_000  # rows on the page, and in a file
_SOON = 50_000  # rows that are walked in well under a second, each time the page is opened
_WIDTHS = {"When": 150, "Of": 190, "Filters": 440}  # pixels: the first rows alone would make them too narrow
_AGAIN = 30.0  # seconds in which clicks on this page do not walk it again
_CHECKED = "_lamplight_chain_checked"


def checked(data: Path) -> Report | None:
    """The chain, walked anew when the page is opened; None where that is left to the command, or cannot be done."""
    kept = st.session_state.get(_CHECKED)
    if kept and kept[1].holds and 0 <= time.time() - kept[0] < _AGAIN:
        return kept[1]
    try:
        if audit.size(data) > _SOON:
            return None
        report = audit.verify(data)
    except StateError:
        return None  # the log below says why
    st.session_state[_CHECKED] = (time.time(), report)
    return report


def alarm(data: Path, report: Report | None) -> None:
    """A broken chain, above everything else: where, and what to do."""
    if report is None:
        _alarm_of_the_last(data)
        return
    if report.holds:
        return
    first, more = report.breaks[0], len(report.breaks) - 1
    also = _("And at {counted}.").format(counted=words.count(more, "other row", "other rows")) if more else ""
    _broken(first.number, f": {_(verifying.WHY[first.why])}. {also}".rstrip())


def _alarm_of_the_last(data: Path) -> None:
    """A log too long to walk for a page: what the command found last."""
    last = audit.last_verified(data)
    if last is not None and last.broken_at:
        _broken(
            last.broken_at,
            _(", as was found on {day}.").format(day=words.day(datetime.fromisoformat(last.at))),
        )


def _broken(number: int, why: str) -> None:
    with st.container(key="steward_alarm"):
        st.error(
            f":red[**{_('The audit log is broken at row {number}').format(number=number)}**{markdown_text(why)}]  \n"
            f"{notices.with_commands(_(verifying.WHAT_TO_DO))}",
            icon=":material/error:",
        )


def log(data: Path) -> None:
    """The newest rows, by person, deed and day, and the same as a file."""
    figure.heading(_("Audit log"), _("Who looked at what and who took what away, newest first. Times are UTC"))
    try:
        names = audit.persons(data)
    except StateError as error:
        st.error(markdown_text(str(error)))
        return
    person, what, day = _asked(names)
    found = audit.entries(data, person, what, day, SHOWN)
    if not found.rows:
        st.markdown(_("No row is like that.") if names else _("Nothing has been recorded yet."))
        return
    st.dataframe(
        shown(found.rows), hide_index=True, height=figure.ROWS_SHOWN if len(found.rows) > 10 else "auto",
        column_config={name: st.column_config.TextColumn(width=width) for name, width in _WIDTHS.items()},
        key="steward_log",
    )  # fmt: skip
    said = _(
        "It says codes and ids of filters, never a value of a record. The rows cannot be changed here, and each is "
        "sealed over the one before."
    )
    if found.more:
        said = f"{_('The newest rows; the file has more.')} {said}"
    st.caption(markdown_text(said))
    st.download_button(
        _("Download as csv"),
        data=on_click(lambda: _file(data, person, what, day), only=lambda r: r.administers),
        file_name="lamplight-audit.csv",
        mime="text/csv",
        key="steward_log_csv",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def _asked(names: tuple[str, ...]) -> tuple[str, str, date | None]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=300):
            person = st.selectbox(
                _("Person"), names, format_func=_who, index=None, key="steward_person", placeholder=_("Everybody")
            )
        with st.container(width=230):
            labels = audit.WHAT
            what = st.selectbox(
                _("What"), list(labels), format_func=lambda w: _(labels.get(w, w)), index=None, key="steward_what",
                placeholder=_("Everything"),
            )  # fmt: skip
        with st.container(width=170):
            day = st.date_input(_("Day (UTC)"), value=None, key="steward_day", format="YYYY-MM-DD")
    return person or "", what or "", day if isinstance(day, date) else None


def shown(rows: tuple[Row, ...]) -> pd.DataFrame:
    """Rows for people: labels for codes, and no column in which nothing stands."""
    table = pd.DataFrame(
        {
            _("When"): [r.at[:19].replace("T", " ") for r in rows],
            _("Who"): [_who(r.person) for r in rows],
            _("What"): [_(audit.WHAT.get(r.what, r.what)) for r in rows],
            _("Page"): [r.page for r in rows],
            _("Filters"): [unquote_plus(r.filters).replace("&", ", ") for r in rows],
            _("Of"): [r.subject or _taken(r) for r in rows],
            _("Role"): [r.role for r in rows],
            _("Agency"): [r.agency for r in rows],
            _("Clock"): [_("went back") if r.clock_back else "" for r in rows],
            _("Row"): [str(r.number) for r in rows],
        }
    )
    return table[[c for c in table.columns if table[c].ne("").any()]]


def _who(person: str) -> str:
    return _("this computer") if person == audit.THIS_COMPUTER.person else person


def _taken(row: Row) -> str:
    """What an export was, by which the file itself can be told: `csv, 120 rows, ab12ab12ab12`."""
    return f"{row.format}, {words.count(row.rows or 0, 'row')}, {row.sha256[:12]}" if row.format else ""


def _file(data: Path, person: str, what: str, day: date | None) -> Made:
    """The rows with every field, as csv."""
    rows = audit.entries(data, person, what, day, TAKEN_AWAY, closed=True).rows
    return csv_bytes(pd.DataFrame([r.__dict__ for r in rows]).astype({"rows": "Int64"})), len(rows)
