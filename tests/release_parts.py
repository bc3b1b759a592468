"""The policy that a release starts from, and months as the numbers that its periods are made of."""

from etl.release import policy as policies

POLICY = policies.parse(policies.DEFAULT.read_text(encoding="utf-8"))


def month(year: int, number: int = 1) -> int:
    return year * 12 + number - 1
