"""Links that nobody meant: for every parameter of every page values of every wrong kind, and what a page may answer."""

import base64
import pickle
import random
import re
from collections.abc import Iterator
from pathlib import Path

from dashboard.exports.plan import SPLIT
from dashboard.filters import NAMES
from tests.conftest import ROOT

MARK = "zqx17"  # stands in every hostile text: it must not come back
PAGES = ("overview", "map", "trends", "demographics", "data", "export", "services", "why", "steward")
PUBLIC_PAGES = tuple(page for page in PAGES if page != "steward")
_BOUND = re.compile(r'linked\.follow\("?([\w.]+)"?,')
_CONSTANTS = {"SCALE": "by", "PLACE": "place", "key": "ask", "KIND": "kind", "BY": SPLIT}
STREAMLIT = ("embed", "embed_options", "theme", "page", "_stcore", "session", "__proto__", "constructor")


class _Runs:
    """What a pickle from a link would do, were it ever read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path(f"/tmp/{MARK}"),))  # type: ignore[return-value]


_PICKLE = pickle.dumps(_Runs())
TEXTS = (
    f"' OR 1=1 -- {MARK}",
    f"'; DROP TABLE incidents; -- {MARK}",
    f"' UNION SELECT * FROM read_csv('/etc/passwd') -- {MARK}",
    f"\"; ATTACH '/tmp/{MARK}.db'; --",
    f"$${MARK}$$",
    f"read_text('/etc/passwd'){MARK}",
    f"../../../../etc/passwd{MARK}",
    f"..\\..\\windows\\win.ini{MARK}",
    f"file:///etc/passwd?{MARK}",
    f"/proc/self/environ\x00{MARK}",
    f"%2e%2e%2f%2e%2e%2f{MARK}",
    f"%00%0d%0aSet-Cookie:%20a={MARK}",
    f"\r\nSet-Cookie: a={MARK}",
    base64.b64encode(_PICKLE).decode() + MARK,
    _PICKLE.decode("latin-1") + MARK,
    f"<script>top.broken='{MARK}'</script>",
    f"${{top.broken='{MARK}'}}",
    f"{{{{7*7}}}}{MARK}",
    f"{{0.__class__.__mro__}}{MARK}",
    f"!!python/object/apply:os.system ['touch /tmp/{MARK}']",
    f"![x](http://other.example/{MARK}.png)",
    f"=cmd|' /C calc'!A0{MARK}",
    f"\u202e{MARK}\u2066",
    f"\ufeff{MARK}",
    f"\U0001f4a9{MARK}\u0301\u0301\u0301",
    f"\ud800{MARK}".encode("utf-8", "replace").decode(),
    f"İıſK{MARK}",
    f"{MARK} " * 4000,
    "(" * 3000 + MARK,
    f"{'%25' * 500}{MARK}",
)
BARE = (
    *("", " ", "-", "%", "%%%", "null", "None", "undefined", "nan", "NaN", "inf", "-inf", "-1", "0", "1e309", "0x10"),
    *("9" * 400, "true", "false", "TRUE", "[]", "{}", '{"a":1}', "9999-99", "0000-00", "2024-13", "2024-02-30"),
    *("-2024-01", "２０２４-０１", "1-1", "99999999-01", "2024", "week", "month", "\x00", "\n", "a" * 20_000),
    *("cell 8", "(cell fffffffffffffff)", "(cell 000000000000000)", "(cell 87ffffffffffffff)", "cell 0x87"),
    *("*group", "Group: ", "Group: x", "k3m9p2qr", "Group: %", "Areas: ", "Cells about 0 km across", "Areas: Tract"),
)


def bound_names() -> set[str]:
    """Every key that some widget binds to the link, as the code says it."""
    found: set[str] = set()
    for path in [*ROOT.glob("dashboard/**/*.py"), *ROOT.glob("pages/*.py")]:
        text = path.read_text(encoding="utf-8")
        assert "filter_bar" in path.name or path.name == "linked.py" or 'bind="query-params"' not in text, path
        named = {_CONSTANTS.get(n.removeprefix("map_choice."), n) for n in _BOUND.findall(text)}
        found |= named if "filter_bar" not in path.name else set()
    return found


def parameters() -> list[str]:
    return sorted({*NAMES, *bound_names(), "play", "pair", "street_map", "lead", *STREAMLIT})


def links(seed: int) -> Iterator[dict[str, list[str]]]:
    """Links without end. Some spoil one parameter, some all; some repeat one a thousand times."""
    chance = random.Random(seed)
    names = parameters()

    def value() -> str:
        text = chance.choice(TEXTS if chance.random() < 0.6 else BARE)
        return text if chance.random() < 0.7 else text[: chance.randrange(1, len(text) + 2)]

    while True:
        kind = chance.random()
        if kind < 0.15:
            name = chance.choice(names)
            yield {name: [value() for _ in range(chance.choice((2, 30, 1000)))]}
        elif kind < 0.4:
            yield {chance.choice(names): [value()] for _ in range(3)}
        else:
            yield {name: [value() for _ in range(chance.choice((1, 1, 2)))] for name in names}
