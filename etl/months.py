"""Which load counts for which month, so that overlapping files of one publisher are never added up.

A load claims a month of a place (`scope`: a state in an archive of states, else ""). The newest load of a series
that claims a month owns it, for facts and for the denominator. A series is the files of a source that describe
the same reports; those of another series, as of other years, stand beside them.
"""

from typing import Any

from etl.schema import SourceError

# A monthly file also holds stragglers of other months: too few to be that month's file.
STRAGGLERS = 0.05


def claims(months: dict[tuple[str, str], int], delivery: str) -> list[list[str]]:
    """The [scope, month] pairs that a file is taken to cover.

    A snapshot covers every month that it holds. A periodic file covers those with at least 5 % of the reports
    of its busiest month; the few reports of other months are kept, but displace nothing. A delta covers none.
    """
    if delivery == "delta":
        return []
    if delivery != "period":
        return [list(key) for key in sorted(months)]
    busiest: dict[str, int] = {}
    for (scope, _), n in months.items():
        busiest[scope] = max(busiest.get(scope, 0), n)
    return [[scope, month] for (scope, month), n in sorted(months.items()) if n >= STRAGGLERS * busiest[scope]]


def check_overlap(new: dict[str, Any], served: list[dict[str, Any]]) -> None:
    """Refuses two files of a publisher that overlap and share no id, unless the user said which one counts."""
    mine = {tuple(c) for c in new["claims"]}
    named = set(new["counts_for"])
    for other in served:
        if other["source"] != new["source"] or other["has_ids"] == new["has_ids"]:
            continue
        decided = named | set(other["counts_for"])
        both = sorted({month for scope, month in mine & {tuple(c) for c in other["claims"]} if month not in decided})
        if both:
            raise SourceError(
                f"{new['file']} ({new['form']} form) and {other['file']} ({other['form']} form) both cover "
                f"{_span(both)}, and their records share no id, so they would be counted twice. Say which counts: "
                f"add --counts-for {both[0]}..{both[-1]} if this file counts for those months, or remove the other "
                f"with `python -m etl remove {other['load']}`."
            )


def _span(months: list[str]) -> str:
    return months[0] if len(months) == 1 else f"{len(months)} months from {months[0]} to {months[-1]}"


def parse_months(text: str) -> tuple[str, ...]:
    """`2022-01..2022-11` or `2022-01,2022-03` as months. Raises SourceError when it is neither."""
    found: list[str] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("..")
        begin, end = _number(first), _number(last or first)
        if begin is None or end is None or end < begin or end - begin > 1200:
            raise SourceError("--counts-for wants months such as 2022-01..2022-11.")
        found += [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(begin, end + 1)]
    return tuple(dict.fromkeys(found))


def _number(text: str) -> int | None:
    year, dash, month = text.partition("-")
    if not dash or not (year.isdecimal() and month.isdecimal() and len(year) == 4 and 1 <= int(month) <= 12):
        return None
    return int(year) * 12 + int(month) - 1


def owners(manifests: list[dict[str, Any]]) -> dict[tuple[str, str, str, str], str]:
    """(source, series, scope, month) -> the load that owns it. Manifests are ordered oldest first."""
    found: dict[tuple[str, str, str, str], str] = {}
    for manifest in manifests:
        for scope, month in manifest["claims"]:
            found[(manifest["source"], manifest["series"], scope, month)] = manifest["load"]
    for manifest in manifests:  # the user's word goes before the order of loading
        for scope, month, _ in manifest["months"]:
            if month in manifest["counts_for"]:
                found[(manifest["source"], manifest["series"], scope, month)] = manifest["load"]
    return found


def exclusive(manifests: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """(source, month) -> the load that the user named for it: no other file of the source counts there."""
    return {(m["source"], month): m["load"] for m in manifests for month in m["counts_for"]}


def superseded(manifests: list[dict[str, Any]]) -> set[str]:
    """Loads all of whose months a newer load owns: nothing of them counts, stragglers neither."""
    own = owners(manifests)
    gone = set()
    for manifest in manifests:
        keys = [(manifest["source"], manifest["series"], scope, month) for scope, month in manifest["claims"]]
        if keys and all(own[key] != manifest["load"] for key in keys):
            gone.add(manifest["load"])
    return gone
