"""The publishers of the fictional Lantern County: the declarations of real ones, under invented names.

Formats, codes and rules are those of the real publisher, so the sample takes the same way through the program.
"""

from dataclasses import replace

from etl.schema import Boundary, Source
from etl.sources import ctdc, fbi, hmis, hotline, houston, htcds, lapd, nibrs, provider_totals
from etl.sources.boundaries import layer

REGION = (-24.5, -36.4, -23.5, -35.6)  # open sea around the island: west, south, east, north
DISTRICTS = "sample_districts"

_LICENCE = "Fictional, CC0 1.0"
_URL = "https://example.org/lantern-county"
_INVENTED = "Every record is invented; far more trafficking is reported here than anywhere real."


def _fiction(source: Source) -> Source:
    return replace(source, licence=_LICENCE, url=_URL, fetch_url="", fictional=True)


_CITY = replace(
    _fiction(lapd.SOURCE),
    name="sample_city_pd",
    title="Lampwick crime reports",
    place="Lantern County (fictional)",
    publisher="Lampwick Police (fictional)",
    statuses={**lapd.SOURCE.statuses, "UF": "unfounded"},
    region=REGION,
    area_layer=DISTRICTS,
    first_day="2015-01-01",
    collected_from=dict.fromkeys(("sex", "forced_labour", "related", "all"), "2021-01"),
    known_problems=(
        _INVENTED,
        "In June 2024 the police moved to another records system: reports of June to August 2024 were lost in the "
        "move, so falling counts are not falling crime.",
        "Three reports in ten are entered weeks after they were made: the last months are incomplete.",
        "A report names one victim at most; an age of 0 means unknown or no person.",
        "Addresses are rounded to the hundred block; coordinates are those of the block.",
    ),
    annotations=(
        ("2023-05-01", "campaign", "Posters with the hotline's number go up in motels (fictional)"),
        ("2024-06-01", "code_change", "Lampwick Police move to another records system; reports are lost until August"),
    ),
    verdict="Good for maps at block scale and for trends outside the summer of 2024; few victim details.",
)
_SHERIFF = replace(
    _fiction(nibrs.SOURCE),
    name="sample_sheriff",
    title="Sheriff, NIBRS",
    publisher="Lantern County Sheriff (fictional)",
    area_layer=DISTRICTS,
    first_day="2015-01-01",
    collected_from=dict.fromkeys(("sex", "forced_labour", "related", "all"), "2021-01"),
    known_problems=(
        _INVENTED,
        "The southern station reports from January 2023 only: a rise in that month is not a rise in crime.",
        "Known by station only: no coordinates.",
        "A status of open means only that no exceptional clearance was recorded.",
    ),
    annotations=(("2023-01-01", "series_break", "The sheriff's southern station begins to report"),),
    verdict="Good for who is harmed and by whom; small numbers; place is the station.",
)
_PORT = replace(
    _fiction(houston.SOURCE),
    name="sample_port_pd",
    title="Port Ember monthly data",
    publisher="Port Ember Police (fictional)",
    area_layer=DISTRICTS,
    first_day="2015-01-01",
    collected_from={**dict.fromkeys(("sex", "forced_labour", "related"), "2025-09"), "all": "2025-07"},
    known_problems=(
        _INVENTED,
        "Before September 2025 the files have no category for trafficking: no row means not collected, not zero.",
        "A row is a block, an hour and an offence; identical rows are different reports.",
        "Known by beat and block range only: no coordinates, no victims, no date of report.",
    ),
    annotations=(("2025-09-01", "series_break", "Port Ember changes to NIBRS: trafficking is counted from here on"),),
    verdict="Monthly counts by beat for the last four months; too short for trends.",
)
_AGENCY_YEARS = replace(
    _fiction(fbi.SOURCE),
    name="sample_agency_years",
    title="Trafficking by agency and year",
    publisher="Fictional copy of the FBI's table",
    known_problems=(_INVENTED, *fbi.SOURCE.known_problems[:3]),
)
_HOTLINE = replace(
    _fiction(hotline.SOURCE),
    name="sample_hotline",
    title="Hotline, by year",
    publisher="Lantern Hotline (fictional)",
    known_problems=(_INVENTED, *hotline.SOURCE.known_problems),
)
_CASES = replace(
    _fiction(ctdc.SOURCE),
    name="sample_cases",
    title="Published cases",
    publisher="Fictional copy of CTDC's table",
    known_problems=(_INVENTED, *ctdc.SOURCE.known_problems),
)


def _layer(name: str, title: str, boundary: Boundary) -> Source:
    return replace(layer(name, title, "Lantern County (fictional)", _URL, boundary, _LICENCE), fictional=True)


_LAYERS = (
    _layer(
        DISTRICTS,
        "Police districts",
        Boundary(DISTRICTS, id="id", name="name", population="population", valid_from="valid_from"),
    ),
    _layer(
        "sample_tracts",
        "Tracts",
        Boundary("sample_tracts", id="id", name="name", population="population", valid_from="valid_from", id_width=11),
    ),
    _layer("sample_coastline", "Coast", Boundary("sample_coastline", id="id", name="name", role="outline")),
    _layer("sample_places", "Place names", Boundary("sample_places", id="id", name="name", role="places")),
)

_HOUSE = "Lantern House (fictional)"
PROVIDER_CASES = replace(
    _fiction(htcds.SOURCE),
    name="sample_htcds",
    title="Case file of a shelter",
    publisher=_HOUSE,
    known_problems=(_INVENTED, *htcds.SOURCE.known_problems),
)
PROVIDER_EXPORT = replace(
    _fiction(hmis.SOURCE),
    name="sample_hmis",
    title="HMIS export of a shelter",
    publisher=_HOUSE,
    known_problems=(_INVENTED, *hmis.SOURCE.known_problems),
)
_TOTALS = replace(
    _fiction(provider_totals.SOURCE),
    name="sample_provider_totals",
    title="Totals of a shelter",
    publisher=_HOUSE,
    known_problems=(_INVENTED, *provider_totals.SOURCE.known_problems),
)

SOURCES = (
    *(*_LAYERS, _CITY, _SHERIFF, _PORT, _AGENCY_YEARS, _HOTLINE, _CASES),
    *(PROVIDER_CASES, PROVIDER_EXPORT, _TOTALS),
)
