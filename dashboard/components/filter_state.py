"""What stands under the filter bar: how many records remain, the view as a sentence, and what the filters leave out."""

from dataclasses import replace

import streamlit as st

from dashboard import measures, stories, words
from dashboard.catalogue import Catalogue
from dashboard.escape import markdown_text
from dashboard.filters import Filters, default, drawn, sentence, supported
from dashboard.i18n import N_, _, ngettext
from dashboard.links import MANY
from dashboard.warehouse import Warehouse
from etl import codes

LABELS = {
    "from": N_("From"),
    "to": N_("To"),
    "source": N_("Source"),
    "exploitation": N_("Exploitation"),
    "area": N_("Area"),
    "unit": N_("Unit of count"),
    "age": N_("Age of victims"),
    "sex": N_("Sex of victims"),
    "premise": N_("Kind of place"),
    "date": N_("Date used"),
    "related": N_("Include related offences"),
}


def show(warehouse: Warehouse, filters: Filters, catalogue: Catalogue) -> None:
    """How many records remain, and the view as a sentence."""
    remain = measures.total(warehouse, filters)
    noun = ngettext(*stories.NOUNS[filters.unit], remain)
    text = f"**{words.exact(remain)} {markdown_text(noun)}.** {markdown_text(sentence(filters, catalogue))}"
    absent = [_(LABELS[n]).lower() for n in (*MANY, "date") if n not in supported(filters.unit)]
    if absent:
        said = _("These figures cannot be narrowed by {filters}.")
        text += f" {said.format(filters=markdown_text(words.listed(absent, 'or')))}"
    if elsewhere := _outside(warehouse, filters, catalogue, remain):
        said = ngettext("{n} more lies outside this period.", "{n} more lie outside this period.", elsewhere)
        text += f" {said.format(n=words.exact(elsewhere))}"
    if without := _without_point(warehouse, filters):
        said = ngettext(
            "{n} record has no point and is in no drawn area.",
            "{n} records have no point and are in no drawn area.",
            without,
        )
        text += f" {said.format(n=words.exact(without))}"
    if undated := _counted_by_occurrence(filters, catalogue):
        text += f" {markdown_text(undated)}"
    st.caption(text)


def _outside(warehouse: Warehouse, filters: Filters, catalogue: Catalogue, remain: int) -> int:
    """How many records the period that nobody chose leaves out: a file of older years must not seem lost."""
    usual = default(catalogue)
    chosen = (filters.date_from, filters.date_to) != (usual.date_from, usual.date_to)
    if chosen or filters.unit not in codes.RECORD_UNITS or filters.date_basis != "reported":
        return 0
    return measures.total(warehouse, replace(filters, date_from=None, date_to=None)) - remain


def _without_point(warehouse: Warehouse, filters: Filters) -> int:
    """How many records nobody can place inside or outside a drawn area, the other filters staying as they are."""
    if not drawn(filters) or "area" not in supported(filters.unit):
        return 0
    strip = measures.place_strip(warehouse, replace(filters, areas=()))
    return strip.area_only + strip.unmapped


def _counted_by_occurrence(filters: Filters, catalogue: Catalogue) -> str:
    """Which sources of the view publish no report date: their records stand under the day of the event."""
    if filters.unit not in codes.RECORD_UNITS or filters.date_basis != "reported":
        return ""
    held = {"victims": lambda s: s.has_victims, "suspects": lambda s: s.has_suspects}.get(filters.unit, lambda s: True)
    late = [s for s in catalogue.sources if s.dated_by == "occurred" and held(s)]
    named = [s.title for s in late if not filters.sources or s.source in filters.sources]
    if not named:
        return ""
    return _("No report date is published by {named}: counted by the date occurred instead.").format(
        named=words.listed(named, most=4)
    )
