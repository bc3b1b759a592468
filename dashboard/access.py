"""Who may see what, in one screen: a decision from the provider's claims, the people file, the session and the clock.

Pure: reads no file, asks no server. Default deny; every refusal says why and what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Literal

from dashboard import sessions
from dashboard.i18n import N_, _
from dashboard.people import Entry, Grain, People, SignIn

Tier = Literal["public", "restricted"]
Role = Literal["public", "local", "partner", "researcher", "steward"]
# What a proxy adds to a request: then it may stand open to other computers, wherever this server listens.
PROXIED = (
    *("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"),
    *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-server"),
)
CLOCKS_DIFFER = 300.0  # seconds by which the provider's clock may be ahead of ours
SIGN_IN_AGAIN = N_("Sign in again.")
ASK_STEWARD = N_("Ask the data steward of your task force.")


@dataclass(frozen=True)
class Access:
    """What one reader may do, for the length of one run.

    role : public (the protected file), local (this machine, no sign-in) or the people file's.
    person : the address signed in with, in lower case; "" where nobody signs in. session : sessions.identify, or "".
    sources : exact records of these; None is all. ends : the last day of the agreement.
    may_export_records : rows, and not only tables of counts, no finer than finest_place and finest_date.
    """

    role: Role
    person: str = ""
    session: str = ""
    issued_at: float = 0.0
    agency: str | None = None
    agreement: str | None = None
    sources: frozenset[str] | None = None
    may_export_records: bool = False
    ends: date | None = None
    finest_place: str | None = None
    finest_date: Grain = "day"

    @property
    def administers(self) -> bool:
        """May see people, sessions and the audit log, and end sessions."""
        return self.role in ("steward", "local")

    def may_open(self, page: str) -> bool:
        """Whether a page (its path without the slash) is there for this reader."""
        return page not in STEWARD_PAGES or self.administers


STEWARD_PAGES = frozenset({"steward"})
PUBLIC = Access("public")
# Whoever sits at the machine that holds the file could open the file itself.
LOCAL = Access("local", may_export_records=True)


@dataclass(frozen=True)
class Denied:
    """Why not, in plain words, and what to do. ends : the session is over for good, and this is the reason kept."""

    message: str
    remedy: str
    ends: sessions.Why | None = None


def decide(claims: Mapping[str, Any], now: datetime, people: People, session: sessions.Facts) -> Access | Denied:
    """Whether somebody who has signed in may go on.

    claims : of the provider's identity token. now : with its time zone. session : what is kept of this sign-in.
    """
    rules = people.sign_in
    email, issued = address(claims, rules), issued_at(claims)
    if email is None:
        return Denied("Your sign-in came without an e-mail address.", ASK_STEWARD)
    if not _verified(claims, rules):
        return Denied(
            "The sign-in service does not say that your e-mail address was verified.",
            "Verify it there and sign in again, or ask the data steward of your task force.",
        )
    if issued is None:
        return Denied("Your sign-in does not say when it was made.", ASK_STEWARD)
    entry = people.find(email, group_names(claims, rules))
    if entry is None:
        return Denied(
            "Your account is not on the list of people who may see this.", ASK_STEWARD, ends="not on the list"
        )
    if entry.ends is not None and now.date() > entry.ends:
        return Denied("Your agreement has ended.", ASK_STEWARD, ends="agreement ended")
    if refusal := _over(issued, now.timestamp(), session, rules):
        return refusal
    return _granted(entry, email, sessions.identify(claims), issued)


_BECAUSE: Mapping[str, str] = MappingProxyType(
    {
        "idle": N_("This sign-in has ended, because nothing was done here for a while."),
        "too old": N_("This sign-in has ended, because it was made too long ago."),
        "signed out": N_("This sign-in has ended, because you signed out."),
        "revoked": N_("This sign-in has ended, because the data steward ended it."),
    }
)


def _over(issued: float, now: float, session: sessions.Facts, rules: SignIn) -> Denied | None:
    if session.ended is not None:
        return Denied(_BECAUSE.get(session.ended, N_("This sign-in has ended.")), SIGN_IN_AGAIN)
    if issued > now + CLOCKS_DIFFER:
        return Denied("Your sign-in is dated in the future: the clock here or there is wrong.", ASK_STEWARD)
    if now - issued > rules.hours * 3600:
        return Denied(
            _("This sign-in has ended, because it was made more than {n} hours ago.").format(n=f"{rules.hours:g}"),
            SIGN_IN_AGAIN,
            ends="too old",
        )
    # One that was never used here counts from its issue: it may be a cookie that somebody kept.
    if now - (session.seen_at or issued) > rules.idle_minutes * 60:
        return Denied(
            _("This sign-in has ended, because nothing was done here for {n} minutes.").format(
                n=f"{rules.idle_minutes:g}"
            ),
            SIGN_IN_AGAIN,
            ends="idle",
        )
    return None


def _granted(entry: Entry, email: str, session: str, issued: float) -> Access:
    researcher = entry.role == "researcher"
    return Access(
        role=entry.role,
        person=email,
        session=session,
        issued_at=issued,
        agency=entry.agency,
        agreement=entry.agreement,
        sources=entry.sources,
        may_export_records=researcher,
        ends=entry.ends,
        finest_place=entry.finest_place if researcher else None,
        finest_date=entry.finest_date if researcher else "day",
    )


def without_provider(host: str | None, forwarded: bool) -> Access | Denied:
    """Restricted data where nobody signs in: on this machine only.

    host : the address that the server listens on. forwarded : whether the request came through a proxy.
    """
    if is_loopback(host) and not forwarded:
        return LOCAL
    proxy, open_to = (
        N_("Restricted records are not shown: this server is reached through a proxy, and nobody signs in."),
        N_("Restricted records are not shown: this server is open to other computers, and nobody signs in."),
    )
    return Denied(
        proxy if is_loopback(host) else open_to,
        "Start it with `python start.py`, for this computer only, or set up sign-in as docs/access.md says.",
    )


def is_loopback(host: str | None) -> bool:
    """Whether an address to listen on is this machine's own. Nothing given means every address."""
    return host in ("127.0.0.1", "localhost", "::1")


def address(claims: Mapping[str, Any], rules: SignIn) -> str | None:
    """The e-mail address of the claims, in lower case; None without one."""
    email = claims.get(rules.email_claim)
    return email.strip().casefold() if isinstance(email, str) and "@" in email else None


def issued_at(claims: Mapping[str, Any]) -> float | None:
    """When the identity token was issued (`iat`), in seconds since 1970; None when it does not say."""
    value = claims.get("iat")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def group_names(claims: Mapping[str, Any], rules: SignIn) -> tuple[str, ...]:
    """The groups that the provider names."""
    value = claims.get(rules.groups_claim)
    found = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    return tuple(name for name in found if isinstance(name, str))


def _verified(claims: Mapping[str, Any], rules: SignIn) -> bool:
    # Some providers send the word instead of the value.
    said = claims.get("email_verified")
    return said is True or said == "true" or (said is None and rules.trust_unverified_email)


def utc(seconds: float) -> datetime:
    """A moment kept as seconds, for people."""
    return datetime.fromtimestamp(seconds, UTC)
