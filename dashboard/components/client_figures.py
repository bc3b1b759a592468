"""Services: who came for help and what they got, from service providers' protected totals."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import view_facts, words
from dashboard.charts import bars
from dashboard.components import figure
from dashboard.i18n import N_, _
from dashboard.measures.clients import client_totals, notes_of_load
from dashboard.view_context import Context
from etl.client_codes import CLIENT_CODES, CLIENT_DIMENSION, SEVERAL_EACH

PROTECTED = N_("protected: rounded to protect people")
FEW = N_("few or none (0 to 10)")
# What is asked first of services stands first.
ORDER = ("service", "exploitation", "means_of_control", "recruitment", "referral_source", "referral_reason")
KEPT_ORDER = ("age_band",)
STANDARDS = {"htcds": N_("case file"), "hmis": "HMIS"}
READING = N_(
    "Each provider rounded these numbers before anybody else saw them: groups of 1 to 10 people "
    "became 0 or 11. What is not listed counts 0 to 10 clients."
)


def show(ctx: Context) -> None:
    """The page: one provider and year at a time."""
    found = client_totals(ctx.warehouse)
    if found.empty:
        figure.nothing(
            "services",
            _("No totals of service providers"),
            _("No provider has given totals of the people who came for help."),
            _("How a provider makes them, on her own machine: docs/providers.md."),
        )
        return
    chosen, year = _choose(found)
    mine = chosen[chosen["year"] == year]
    alone = mine["dimension_2"].isna()
    whole = mine.loc[alone & mine["dimension_1"].isna(), "n"]
    told = (
        _("About {n} clients").format(n=words.exact(int(whole.iloc[0])))
        if len(whole)
        else _("Clients: {few}").format(few=_(FEW))
    )
    figure.lead(_("{told} in {year}").format(told=told, year=year))
    notes = notes_of_load(ctx.warehouse, str(mine["load"].iloc[0]))["note"].tolist()
    figure.note(
        " ".join(f"{n.rstrip('.')}." for n in [words.capital(_(PROTECTED)), *(_(n) for n in notes), _(_NO_FILTERS)])
    )
    dimensions = [d for d in (*ORDER, *CLIENT_DIMENSION) if d in set(mine.loc[alone, "dimension_1"].dropna())]
    columns = st.columns(2, gap="large")
    for i, dimension in enumerate(dict.fromkeys(dimensions)):
        with columns[i % 2]:
            _bars(ctx, mine[alone & (mine["dimension_1"] == dimension)], dimension, year)


_NO_FILTERS = N_("No filter applies here: totals know years only")


def _choose(found: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    found = found.assign(
        file=[f"{p}, {_(STANDARDS.get(s, s))}" for p, s in zip(found["provider"], found["standard"], strict=True)]
    )
    with st.container(horizontal=True):
        file = st.selectbox(_("Provider"), list(dict.fromkeys(found["file"])), key="services_provider")
        rows = found[found["file"] == file]
        years = sorted(set(rows["year"].tolist()), reverse=True)
        year = st.selectbox(_("Year"), years, key=f"services_year_{file}")
    return rows, int(year)


def _bars(ctx: Context, rows: pd.DataFrame, dimension: str, year: int) -> None:
    labels = CLIENT_CODES[dimension]
    counts = pd.DataFrame({"code": rows["code_1"], "n": rows["n"].astype("int64")})
    keep = dimension in KEPT_ORDER
    if keep:
        place = {code: i for i, code in enumerate(labels)}
        counts = counts.sort_values("code", key=lambda c: c.map(place))
    notes = [f"{words.capital(_(PROTECTED))}."]
    if dimension in SEVERAL_EACH:
        notes.append(_("A client may have several: they do not add up."))
    if set(labels) - set(counts["code"]):
        notes.append(_("Not listed: {few}.").format(few=_(FEW)))
    title = _(CLIENT_DIMENSION[dimension])
    figure.figure(
        f"services_{dimension}",
        title,
        _("Clients, {year}; {protected}").format(year=year, protected=_(PROTECTED)),
        bars.categories(counts.reset_index(drop=True), figure.current_palette(), labels, keep_order=keep),
        pd.DataFrame({title: [_(labels[c]) for c in counts["code"]], _("Clients"): counts["n"]}),
        caption=" ".join(notes),
        reading=_(READING),
        about=replace(view_facts.about_data(ctx), unit=_("Clients")),
    )
