"""Which of a source's declared forms a file has, told by its header."""

from collections.abc import Sequence
from dataclasses import dataclass

from etl.schema import Form, Source, SourceError, Table


@dataclass(frozen=True)
class Fit:
    """How one declared table sits in one header."""

    key: str
    table: Table
    positions: dict[str, int]  # field -> column in the file
    missing: tuple[str, ...]  # names of required columns that are not there
    header: tuple[str, ...]

    @property
    def share(self) -> float:
        """The part of the declared columns that is there."""
        return len(self.positions) / max(len(self.table.columns), 1)


def fit(key: str, table: Table, header: Sequence[str]) -> Fit:
    """Looks up every declared column by its exact name. A name that stands twice counts as there."""
    where: dict[str, int] = {}
    for i, name in enumerate(header):
        where.setdefault(name, i)
    positions = {field: where[name] for field, name in table.columns.items() if name in where}
    missing = tuple(
        name for field, name in table.columns.items() if field not in positions and field not in table.optional
    )
    return Fit(key, table, positions, missing, tuple(header))


def rating(tables: Sequence[Table], header: Sequence[str]) -> int:
    """How well a row serves as header for the best of `tables`: a full fit beats any partial one."""
    best = 0
    for table in tables:
        f = fit("", table, header)
        if f.positions:
            best = max(best, len(f.positions) + (10_000 if not f.missing else 0))
    return best


def check_duplicates(f: Fit, name: str) -> None:
    """Raises SourceError when a declared column stands twice: nobody can tell which one is meant."""
    for column in f.table.columns.values():
        if f.header.count(column) > 1:
            raise SourceError(
                f"{name} has the column '{column}' {f.header.count(column)} times. "
                "Remove or rename the one that is not meant, and load the file again."
            )


def undeclared(f: Fit) -> list[str]:
    """A note naming the columns that are there and not declared; they are never read."""
    names = [n for n in f.header if n.strip() and n not in f.table.columns.values()]
    if not names:
        return []
    shown = ", ".join(n[:60] for n in names[:40]) + (" ..." if len(names) > 40 else "")
    return [f"{len(names)} column{'s' if len(names) > 1 else ''} not declared and not read: {shown}"]


def refusal(source: Source, name: str, tried: Sequence[tuple[Form, Fit]]) -> SourceError:
    """Why no form fits, named after the form that comes nearest."""
    form, best = max(tried, key=lambda t: (t[1].share, len(t[1].positions)))
    missing = ", ".join(f"'{c}'" for c in best.missing)
    found = len(best.positions)
    if 2 * found < len(best.table.columns):
        return SourceError(
            f"{name} does not look like a file of source '{source.name}'. The nearest form is '{form.name}', "
            f"of which it has {found} of {len(best.table.columns)} columns; missing: {missing}. "
            "Check the source's name with `python -m etl sources`."
        )
    return SourceError(
        f"{name} has changed its shape: form '{form.name}' of source '{source.name}' needs the column"
        f"{'s' if len(best.missing) > 1 else ''} {missing}.{_alike(best)} Nothing was loaded. "
        f"If the publisher renamed it, add a form to etl/sources/{source.name}.py."
    )


def _alike(best: Fit) -> str:
    folded = {_fold(h): h for h in best.header if h.strip()}
    pairs = [(m, folded[_fold(m)]) for m in best.missing if _fold(m) in folded]
    return "".join(f" The file has '{there}' where '{wanted}' was expected." for wanted, there in pairs[:5])


def _fold(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())
