"""What the map is asked: a view of the warehouse -> an answer in words, a class for each place, and the reasons.

`study` says where is looked and what was counted there; each other module answers one question. No screen.
"""

from collections.abc import Mapping
from types import MappingProxyType

COUNT, DENSE, CLUSTERED, CHANGED, TREND, RATE = "count", "dense", "clustered", "changed", "trend", "rate"
# In the order of the control; what links carry.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        COUNT: "How many reports where?",
        DENSE: "Where are reports dense?",
        CLUSTERED: "Where do they cluster beyond chance?",
        CHANGED: "Where did they change?",
        TREND: "Where are hotspots growing or fading?",
        RATE: "Where are they high for what to expect?",
    }
)
