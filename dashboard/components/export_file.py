"""On the Export page: the format, the button, large files in the making, the same from code, and the citation."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import audit, exports, words
from dashboard.access import Access
from dashboard.components import gate
from dashboard.downloads import PATH
from dashboard.escape import markdown_text
from dashboard.exports.citation import publishers
from dashboard.exports.inert import csv_bytes
from dashboard.exports.material import Material
from dashboard.exports.plan import Plan
from dashboard.exports.prepared import Preparing
from dashboard.i18n import _
from dashboard.view_context import Context
from dashboard.warehouse import served_tier

LARGE = 100_000  # rows: from here on the file is prepared with progress before it is offered
SHEET = 1_048_575  # rows of a workbook's sheet, beside the header
FORM = "form"
_JOB, _JOB_OF = "_lamplight_export_job", "_lamplight_export_of"
# Bytes of each format for a byte of csv, measured on the fictional county's records and totals.
_SIZE = {"csv": 1.0, "csv.gz": 0.08, "parquet": 0.1, "xlsx": 0.45, "geojson": 2.5, "gpkg": 1.5, "package": 0.3}


def take(ctx: Context, decided: Plan, reader: Access, query: str, first: pd.DataFrame) -> str:
    """Choose the format and take the file; returns the format. query : of the route. first : some of its rows."""
    labels = _formats(decided, first)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="export_take"):
        form = st.selectbox(_("Format"), list(labels), format_func=labels.__getitem__, key=FORM, width=420)
        if decided.rows <= LARGE:
            _cancel_other("")
            _link(_("Download"), f"{PATH}?form={form}&{query}")
    if decided.rows > LARGE:
        # As high in each state: what is below does not jump.
        with st.container(key="export_large", height=128, border=False):
            _large(ctx, decided, reader, str(form), query)
    return str(form)


def elsewhere(ctx: Context, decided: Plan, form: str) -> None:
    """How to get the same from code, and how to cite it."""
    with st.expander(_("The same from code"), icon=":material/terminal:"):
        _code(decided, form)
    with st.expander(_("How to cite it"), icon=":material/format_quote:"):
        st.code(_citation(ctx, decided), language=None, wrap_lines=True)


def _formats(decided: Plan, first: pd.DataFrame) -> dict[str, str]:
    placed = decided.layer is not None or {"latitude", "longitude"} <= {c.name for c in decided.columns}
    said = {
        "csv": _("csv: text, opens anywhere"),
        "csv.gz": _("csv, compressed"),
        "parquet": _("Parquet: typed columns, for code"),
        "xlsx": _("xlsx: a workbook with its codebook"),
        "geojson": _("GeoJSON: places and counts for maps"),
        "gpkg": _("GeoPackage: places and counts for QGIS"),
        "package": _("Data package: everything, in one zip"),
    }
    if not placed:
        del said["geojson"], said["gpkg"]
    if decided.rows > SHEET:
        del said["xlsx"]
    row = len(csv_bytes(first)) / max(len(first), 1)
    hint = _("{label} (about {size})")
    return {f: hint.format(label=label, size=_bytes(row * decided.rows * _SIZE[f])) for f, label in said.items()}


def _bytes(n: float) -> str:
    if n >= 1_000_000:
        return _("{n} MB").format(n=words.number(round(n / 1_000_000) or 1))
    return _("{n} kB").format(n=words.number(max(round(n / 1_000), 1)))


def _link(label: str, address: str) -> None:
    st.link_button(label, address, type="primary", icon=":material/download:")


# -- large files -------------------------------------------------------------------------------------------------------


def _large(ctx: Context, decided: Plan, reader: Access, form: str, query: str) -> None:
    of = f"{form}?{query}"
    _cancel_other(of)
    if st.session_state.get(_JOB) is None:
        st.button(
            _("Prepare the file"), type="primary", key="prepare", icon=":material/hourglass_top:",
            on_click=_begin, args=(ctx, decided, reader, form, of),
        )  # fmt: skip
        return
    _in_the_making()


@gate.callback
def _begin(ctx: Context, decided: Plan, reader: Access, form: str, of: str) -> None:
    filters: dict[str, Any] = audit.link(ctx.filters)
    st.session_state[_JOB] = Preparing(decided, ctx.warehouse, ctx.catalogue, form, reader, filters)
    st.session_state[_JOB_OF] = of


def _cancel_other(of: str) -> None:
    """A file of another view or format is not what this page is about any more."""
    job = st.session_state.get(_JOB)
    if job is not None and st.session_state.get(_JOB_OF) != of:
        job.cancel()
        st.session_state.pop(_JOB)


@gate.callback
def _cancel() -> None:
    if job := st.session_state.pop(_JOB, None):
        job.cancel()


def _in_the_making() -> None:
    every = 1.0 if st.session_state[_JOB].state == "preparing" else None
    gate.fragment(_watch, run_every=every)(every)


def _watch(every: float | None) -> None:
    job = st.session_state.get(_JOB)
    if job is None or (every is not None and job.state != "preparing"):
        st.rerun()  # of the page: there is nothing more to look at every second
    job.look()
    _state(job)


def _state(job: Preparing) -> None:
    with st.container(key="export_job", gap="small"):
        if job.state == "preparing":
            st.progress(job.share, text=_("Preparing the file: {n} of 100").format(n=round(job.share * 100)))
            st.button(_("Cancel"), key="cancel_export", on_click=_cancel, icon=":material/close:")
        elif job.state == "ready":
            st.markdown(_("The file is ready ({size}). It can be taken once, within a quarter of an hour.").format(
                size=_bytes(job.size)))  # fmt: skip
            with st.container(horizontal=True):
                _link(_("Download"), f"{PATH}?ticket={job.ticket}")
                st.button(_("Discard it"), key="discard_export", on_click=_cancel, type="tertiary")
        else:
            said = job.problem or _("The file was not finished, and nothing of it was kept.")
            st.warning(markdown_text(said))
            st.button(_("Try again"), key="again_export", on_click=_cancel, type="tertiary")


# -- code and citation -------------------------------------------------------------------------------------------------


def _code(decided: Plan, form: str) -> None:
    tier, name = served_tier(), f"lamplight{exports.suffix(form)}"
    st.markdown(_("On a computer that holds the data in the folder DIR, in a terminal:"))
    command = f'python -m dashboard.export --data DIR --tier {tier} --format {form} --out {name} "{decided.link}"'
    st.code(command, language="bash", wrap_lines=True)
    st.markdown(_("Or in Python, in the folder of this program:"))
    said = ["from dashboard import api", "", f'view = api.open("DIR", tier="{tier}").view("{decided.link}")']
    said += ["table = view.table()  # a data frame", f'view.export("{form}", "{name}")']
    st.code("\n".join(said), language="python", wrap_lines=True)


def _citation(ctx: Context, decided: Plan) -> str:
    now = datetime.now(UTC)
    about = Material(decided, ctx.warehouse, ctx.catalogue, now, "")
    said = _(
        "{publishers} ({year}). {title} [data set]. Release {release}, taken with Lamplight on {day}. View: {link}"
    )
    return said.format(
        publishers="; ".join(publishers(about)),
        year=now.year,
        title=about.title,
        release=decided.release,
        day=f"{now:%Y-%m-%d}",
        link=decided.link,
    )
