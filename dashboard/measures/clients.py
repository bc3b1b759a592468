"""Service providers' protected totals: each provider by herself, since two of them may share clients."""

import pandas as pd

from dashboard.measures.ask import measure
from dashboard.warehouse import Warehouse

COLUMNS = ("source", "load", "provider", "standard", "year", "dimension_1", "code_1", "dimension_2", "code_2", "n")


@measure
def client_totals(warehouse: Warehouse) -> pd.DataFrame:
    """Every total that is served, as it was given: COLUMNS, n Int64 and protected (0 to 10 people are left out).

    dimension_1 and dimension_2 are None where a total is not divided by them. Do not add up over providers, nor over
    the codes of client_codes.SEVERAL_EACH.
    """
    table = warehouse.table("clients")
    found = warehouse.ask(table.mutate(year=table.period_start.year()).select(*COLUMNS))
    words = ["dimension_1", "code_1", "dimension_2", "code_2"]
    found[words] = found[words].astype(object).where(found[words].notna(), None)
    order = ["provider", "standard", "year", *words]
    return found.astype({"n": "Int64", "year": "int64"}).sort_values(order, ignore_index=True)


@measure
def notes_of_load(warehouse: Warehouse, load: str) -> pd.DataFrame:
    """What a file of totals says of itself, one row each: note. First who was counted, then the typical errors."""
    table = warehouse.table("loads")
    found = warehouse.ask(table.filter(table.load == load).select("notes"))
    return pd.DataFrame({"note": [str(note) for notes in found["notes"] for note in notes]})
