"""What the map is asked: a view of the warehouse -> an answer in words, a class for each place, and the reasons.

`study` says where is looked and what was counted there; each other module answers one question. No screen.
"""

from collections.abc import Mapping
from types import MappingProxyType

from dashboard.i18n import N_

COUNT, DENSE, CLUSTERED, CHANGED, TREND, RATE = "count", "dense", "clustered", "changed", "trend", "rate"
# In the order of the control; what links carry.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        COUNT: N_("How many reports where?"),
        DENSE: N_("Where are reports dense?"),
        CLUSTERED: N_("Where do they cluster beyond chance?"),
        CHANGED: N_("Where did they change?"),
        TREND: N_("Where are hotspots growing or fading?"),
        RATE: N_("Where are they high for what to expect?"),
    }
)
