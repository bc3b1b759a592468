"""Service-provider case files: declared so that `load` can say why it refuses them."""

from etl.schema import Source

_WHY = (
    "Service-provider records are about clients whom the law protects one by one. They are never stored here: "
    "protected totals are made at the provider's own machine, and the command for that is not part of this version. "
    "Nothing was read."
)


def _provider(name: str, title: str, url: str) -> Source:
    return Source(name, title, "Service providers", "provider", url, "Confidential", unit="clients", refuse=_WHY)


SOURCES = (
    _provider("hmis", "HMIS CSV export", "https://www.hudexchange.info/programs/hmis/"),
    _provider("htcds", "HTCDS case file", "https://www.iom.int/human-trafficking-case-data-standard"),
)
