"""What changed since the last meeting, in sentences that can be read aloud: figures and hotspots, beyond noise.

`tell` compares the months (or the published periods) since a day with earlier ones; `slides` has it for a briefing.
"""

from dashboard.since.parts import Section, Since
from dashboard.since.telling import points, slides, tell, usual_day

__all__ = ["Section", "Since", "points", "slides", "tell", "usual_day"]
