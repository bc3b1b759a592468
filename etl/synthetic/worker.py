"""The only file that uses OpenDP: counts come in on standard input, noisy counts go out, nothing touches the disk.

It runs by itself in the environment of requirements-synthetic.txt, and imports nothing of this project. Noise is
OpenDP's discrete Gaussian, exact on whole numbers, from the system's randomness: there is no seed to keep or to lose.

in:  {"epsilon": 12, "delta": 1e-10, "spent": 0.0, "parts": [{"share": 0.7, "counts": [3, 0, 8]}, ...]}
     spent: zero-concentrated privacy loss (rho) that the same people have behind them.
     Each part's counts are of disjoint groups: one person more or less changes one of them by one.
out: {"rho": ..., "together": {"epsilon", "delta"}, "parts": [{"scale": ..., "counts": [...]}, ...], "opendp": "..."}
"""

import importlib
import json
import sys
from importlib.metadata import version
from typing import Any


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """The parts with noise, and what that cost by OpenDP's own accounting."""
    dp: Any = importlib.import_module("opendp.prelude")
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")

    def gaussian(scale: float) -> Any:
        return dp.m.make_gaussian(*space, scale=scale)

    def promised(scale: float) -> Any:
        return dp.c.make_fix_delta(dp.c.make_zCDP_to_approxDP(gaussian(scale)), asked["delta"])

    whole = dp.binary_search_param(promised, d_in=1.0, d_out=(asked["epsilon"], asked["delta"]))
    rho, parts = 0.0, []
    for part in asked["parts"]:
        scale = whole / part["share"] ** 0.5
        noisy = gaussian(scale)
        rho += noisy.map(1.0)
        parts.append({"scale": scale, "counts": noisy(part["counts"])})
    epsilon, delta = promised((2 * (rho + asked["spent"])) ** -0.5).map(1.0)
    return {
        "rho": rho,
        "together": {"epsilon": epsilon, "delta": delta},
        "parts": parts,
        "opendp": version("opendp"),
    }


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
