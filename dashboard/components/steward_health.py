"""Steward: is there room, how old are the data, does the log hold; and what was loaded."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from dashboard import audit, state, words
from dashboard.audit import Report
from dashboard.components import context, data_figures
from dashboard.escape import markdown_text
from dashboard.filters import default
from dashboard.i18n import _
from dashboard.pointer import WarehouseError
from dashboard.warehouse import Warehouse

LITTLE_ROOM = 2.0  # a load writes the warehouse anew beside the old one: room for so many more of it is too little
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def figures(data: Path, report: Report | None) -> None:
    """Four small figures, and what is wrong in words below them."""
    opened, trouble = _opened()
    free, needed = shutil.disk_usage(data).free, _size(opened.path) if opened else 0
    with st.container(key="steward_health"):
        room, held, log, saved = st.columns(4, border=True)
        _one(room, _("Free disk space"), size(free), "")
        _one(
            held,
            _("Warehouse"),
            _("Version {version}").format(version=opened.version) if opened else _("cannot be opened"),
            _age(opened),
        )
        _one(log, _("Audit log"), _verdict(report), _verified(data))
        _one(saved, _("State file"), size(_state_size(data)), _("Sign-ins, groups and the audit log"))
    if trouble:
        st.error(markdown_text(trouble))
    if free < LITTLE_ROOM * needed:
        st.warning(_("The disk is nearly full: the next load may not fit. Free some space, or move old versions away."))


def _one(column: st.delta_generator.DeltaGenerator, label: str, value: str, below: str) -> None:
    with column, st.container(gap="xsmall"):
        st.caption(label)
        st.markdown(f"**{markdown_text(value)}**")
        if below:
            st.caption(markdown_text(below))


def _opened() -> tuple[Warehouse | None, str]:
    try:
        return context.warehouse(), ""
    except WarehouseError as error:
        return None, str(error)


def _age(opened: Warehouse | None) -> str:
    if opened is None:
        return ""
    known = opened.catalogue.as_of
    if known is None:
        return _("Holds no records")
    days = (datetime.now(UTC).date() - known).days
    return _("Records up to {day}, {counted} ago").format(
        day=words.day(known), counted=words.count(days, "day", "days")
    )


def _verdict(report: Report | None) -> str:
    if report is None:
        return _("Verified by the command")
    return _("The chain holds") if report.holds else _("BROKEN at row {number}").format(number=report.breaks[0].number)


def _verified(data: Path) -> str:
    last = audit.last_verified(data)
    if last is None:
        return _("Never verified")
    when = datetime.fromisoformat(last.at)
    return _("{counted}, verified on {day}").format(
        counted=words.capital(words.count(last.rows, "row", "rows")), day=words.day(when)
    )


def _state_size(data: Path) -> int:
    path = state.path_of(data)
    return sum(_size(path.with_name(path.name + rest)) for rest in ("", "-wal"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def size(n: float) -> str:
    """A size for people: `12 kB`, `4.2 GB`."""
    step = 0
    while n >= 1000 and step < len(_UNITS) - 1:
        n, step = n / 1000, step + 1
    return f"{n:.3g} {_UNITS[step]}"


def loads() -> None:
    """What was loaded, and the equation of its rows; nothing where the warehouse cannot be opened."""
    try:
        opened = context.warehouse()
    except WarehouseError:
        return
    ctx = context.Context(opened, default(opened.catalogue), opened.catalogue)
    data_figures.loads(ctx)
    data_figures.equations(ctx)
