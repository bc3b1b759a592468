"""Boundary layers: GeoJSON, Shapefile or GeoPackage with a declared id, name and population."""

from etl.schema import Boundary, Source


def layer(name: str, title: str, publisher: str, url: str, boundary: Boundary, licence: str) -> Source:
    """A source whose rows are shapes."""
    return Source(name, title, publisher, "boundary", url, licence, unit="areas", boundary=boundary)


SOURCES = (
    layer(
        "lapd_divisions",
        "LAPD divisions",
        "City of Los Angeles",
        "https://geohub.lacity.org/datasets/lahub::lapd-divisions",
        Boundary("lapd_divisions", id="PREC", name="APREC"),
        "City of Los Angeles open data",
    ),
    layer(
        "chicago_community_areas",
        "Chicago community areas",
        "City of Chicago",
        "https://data.cityofchicago.org/d/igwz-8jzy",
        Boundary("chicago_community_areas", id="area_numbe", name="community"),
        "City of Chicago data terms of use",
    ),
    layer(
        "census_tracts",
        "Census tracts",
        "US Census Bureau",
        "https://www.census.gov/geographies/mapping-files.html",
        Boundary("census_tracts", id="GEOID", population="pop_total", id_width=11),
        "US government work, public domain",
    ),
    layer(
        "us_counties",
        "Counties",
        "US Census Bureau",
        "https://www.census.gov/geographies/mapping-files.html",
        Boundary("us_counties", id="GEOID", name="NAME", id_width=5),
        "US government work, public domain",
    ),
)
