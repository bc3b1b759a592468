"""Every source that is declared, by name."""

import importlib
import pkgutil

import etl.sources
from etl.schema import Source, SourceError


def all_sources() -> dict[str, Source]:
    """Name -> declaration, found by listing the folder."""
    found: dict[str, Source] = {}
    for info in pkgutil.iter_modules(etl.sources.__path__):
        module = importlib.import_module(f"etl.sources.{info.name}")
        declared = [module.SOURCE] if hasattr(module, "SOURCE") else getattr(module, "SOURCES", ())
        for source in declared:
            if source.name in found:
                raise ValueError(f"two sources are named {source.name}")
            found[source.name] = source
    return found


def source_named(name: str) -> Source:
    """The declaration of a source. Raises SourceError with the names that exist."""
    sources = all_sources()
    if name not in sources:
        known = ", ".join(sorted(n for n, s in sources.items() if not s.fictional))
        raise SourceError(f"There is no source of that name. Known: {known}. `python -m etl sources` explains them.")
    return sources[name]
