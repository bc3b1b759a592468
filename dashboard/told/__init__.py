"""Figures without a screen: a view is opened from its link, and each page's figures are made as values.

`view` opens a link, `figures` gives a page's figures, `headline` the lead of Overview. The pages draw these same
figures, so what a slide, a picture or a file shows is what the page shows.
"""

from dashboard.told.opened import PAGES, Opened, UnknownPage, link, read, view
from dashboard.told.overview import Change, Changes, Number, changes, numbers
from dashboard.told.pages import figures, headline, missing, tell

__all__ = [
    "PAGES",
    "Change",
    "Changes",
    "Number",
    "Opened",
    "UnknownPage",
    "changes",
    "figures",
    "headline",
    "link",
    "missing",
    "numbers",
    "read",
    "tell",
    "view",
]
