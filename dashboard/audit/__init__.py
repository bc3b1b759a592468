"""Who saw what: rows that are only ever added, each sealed by a hash over itself and the one before.

The rows are in state.sqlite, whose triggers refuse a change; closed segments and the head record are files in
DATA/warehouse/audit. On the command line: `python -m dashboard.audit verify|show|rotate|accept --data DIR`.
What no such chain can show: somebody who may write to the folder and replaces all of it. So note the head elsewhere.
"""

from dashboard.audit.chain import Row
from dashboard.audit.entry import THIS_COMPUTER, WHAT, Export, Who, link
from dashboard.audit.following import holds, newest
from dashboard.audit.listing import Found, entries, persons, size
from dashboard.audit.recording import record
from dashboard.audit.rotating import rotate
from dashboard.audit.verifying import Break, LastVerified, Report, accept, last_verified, verify

__all__ = [
    "THIS_COMPUTER",
    "WHAT",
    "Break",
    "Export",
    "Found",
    "LastVerified",
    "Report",
    "Row",
    "Who",
    "accept",
    "entries",
    "holds",
    "last_verified",
    "link",
    "newest",
    "persons",
    "record",
    "rotate",
    "size",
    "verify",
]
