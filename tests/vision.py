"""How colours look to others: three kinds of colour blindness and a grey printer, as matrices of published models.

Machado, Oliveira and Fernandes (2009), "A Physiologically-based Model for Simulation of Color Vision Deficiency",
IEEE TVCG 15(6), table 1, severity 1.0; applied to linear RGB. Distances are CIE 1976 Lab (D65): about 2 can be seen
side by side, 10 at a glance.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

_MACHADO = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
_GREY = (0.2126, 0.7152, 0.0722)  # of linear light, as a grey printer and a photocopier weigh it
SIGHTS: Mapping[str, np.ndarray] = MappingProxyType(
    {"usual": np.eye(3), **{name: np.array(m) for name, m in _MACHADO.items()}, "grey": np.array([_GREY] * 3)}
)
_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def lab(colour: str, sight: str = "usual") -> np.ndarray:
    """CIE Lab of "#RRGGBB" as someone with this sight (a key of SIGHTS) sees it."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.clip(SIGHTS[sight] @ linear, 0, 1)
    x, y, z = (_f(v) for v in _XYZ @ seen / _WHITE)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one: str, other: str, sight: str = "usual") -> float:
    """How different two colours look to someone with this sight."""
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


def _f(t: float) -> float:
    return float(np.cbrt(t)) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29
