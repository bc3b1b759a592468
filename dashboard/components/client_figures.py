"""Services: who came for help and what they got, from service providers' protected totals."""

import pandas as pd
import streamlit as st

from dashboard import words
from dashboard.charts import bars
from dashboard.components import figure
from dashboard.measures.clients import client_totals, notes_of_load
from dashboard.view_context import Context
from etl.client_codes import CLIENT_CODES, CLIENT_DIMENSION, SEVERAL_EACH

PROTECTED = "protected: rounded to protect people"
FEW = "few or none (0 to 10)"
# What is asked first of services stands first.
ORDER = ("service", "exploitation", "means_of_control", "recruitment", "referral_source", "referral_reason")
KEPT_ORDER = ("age_band",)
STANDARDS = {"htcds": "case file", "hmis": "HMIS"}
READING = (
    "Each provider rounded these numbers before anybody else saw them: groups of 1 to 10 people became 0 or 11. "
    "What is not listed counts 0 to 10 clients."
)


def show(ctx: Context) -> None:
    """The page: one provider and year at a time."""
    found = client_totals(ctx.warehouse)
    if found.empty:
        figure.nothing(
            "services",
            "No totals of service providers",
            "No provider has given totals of the people who came for help.",
            "How a provider makes them, on her own machine: docs/providers.md.",
        )
        return
    chosen, year = _choose(found)
    mine = chosen[chosen["year"] == year]
    alone = mine["dimension_2"].isna()
    whole = mine.loc[alone & mine["dimension_1"].isna(), "n"]
    told = f"About {words.exact(int(whole.iloc[0]))} clients" if len(whole) else f"Clients: {FEW}"
    figure.lead(f"{told} in {year}")
    notes = notes_of_load(ctx.warehouse, str(mine["load"].iloc[0]))["note"].tolist()
    figure.note(" ".join(f"{n.rstrip('.')}." for n in [PROTECTED.capitalize(), *notes, _NO_FILTERS]))
    dimensions = [d for d in (*ORDER, *CLIENT_DIMENSION) if d in set(mine.loc[alone, "dimension_1"].dropna())]
    columns = st.columns(2, gap="large")
    for i, dimension in enumerate(dict.fromkeys(dimensions)):
        with columns[i % 2]:
            _bars(mine[alone & (mine["dimension_1"] == dimension)], dimension, year)


_NO_FILTERS = "The filters above do not apply: totals know years only"


def _choose(found: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    found = found.assign(
        file=[f"{p}, {STANDARDS.get(s, s)}" for p, s in zip(found["provider"], found["standard"], strict=True)]
    )
    with st.container(horizontal=True):
        file = st.selectbox("Provider", list(dict.fromkeys(found["file"])), key="services_provider")
        rows = found[found["file"] == file]
        years = sorted(set(rows["year"].tolist()), reverse=True)
        year = st.selectbox("Year", years, key=f"services_year_{file}")
    return rows, int(year)


def _bars(rows: pd.DataFrame, dimension: str, year: int) -> None:
    labels = CLIENT_CODES[dimension]
    counts = pd.DataFrame({"code": rows["code_1"], "n": rows["n"].astype("int64")})
    keep = dimension in KEPT_ORDER
    if keep:
        place = {code: i for i, code in enumerate(labels)}
        counts = counts.sort_values("code", key=lambda c: c.map(place))
    several = " A client may have several: they do not add up." if dimension in SEVERAL_EACH else ""
    left = len(set(labels) - set(counts["code"]))
    figure.figure(
        f"services_{dimension}",
        CLIENT_DIMENSION[dimension],
        f"Clients, {year}; {PROTECTED}",
        bars.categories(counts.reset_index(drop=True), figure.current_palette(), labels, keep_order=keep),
        pd.DataFrame({CLIENT_DIMENSION[dimension]: [labels[c] for c in counts["code"]], "Clients": counts["n"]}),
        caption=f"{PROTECTED.capitalize()}.{several}" + (f" Not listed: {FEW}." if left else ""),
        reading=READING,
    )
