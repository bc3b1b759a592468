"""Whom the app is served to: the tier, the address it listens on, and the data that go with them."""

import ipaddress
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from launcher import Problem
from launcher.environment import read_json, venv_python

LOOPBACK = "127.0.0.1"
HOW = "docs/access.md says how to set up sign-in."
_NAME = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True)
class Serving:
    """What the server process is told. release : "" is the newest. names : under which readers reach it."""

    tier: str
    data: Path
    host: str = LOOPBACK
    names: tuple[str, ...] = ()
    release: str = ""

    def environment(self) -> dict[str, str]:
        """The settings of the process: nothing of the restricted file's for the public one."""
        settings = {"LAMPLIGHT_TIER": self.tier, "LAMPLIGHT_DATA": str(self.data)}
        return settings | ({"LAMPLIGHT_RELEASE": self.release} if self.release else {})

    def allowed(self) -> tuple[str, ...]:
        """The names under which the app answers: any other could be a page elsewhere that points here."""
        return tuple(dict.fromkeys(("localhost", LOOPBACK, *self.names)))


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is this computer's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def names_of(host: str, given: list[str]) -> tuple[str, ...]:
    """The names and addresses that readers use: those given, and the address itself where it is one. Raises Problem."""
    if wrong := [name for name in given if not _NAME.fullmatch(name)]:
        raise Problem(f"{wrong[0]!r} is not a host name. Give one without http:// and port: --name data.example.org")
    return tuple(given) if is_loopback(host) or host in ("0.0.0.0", "::") else (*given, host)  # noqa: S104 - compared


def require_sign_in(root: Path, host: str) -> None:
    """Raise Problem where restricted data would be served to other computers without sign-in over https."""
    if is_loopback(host):
        return
    section = sign_in_settings(root)
    if not section:
        raise Problem(
            f"Restricted records are served on this computer only: listening on {host} would open them to others, and "
            f"no sign-in is set up in .streamlit/secrets.toml.\nLeave out --host, add --tier public, or: {HOW}"
        )
    where = urlsplit(str(section.get("redirect_uri", "")))
    if where.scheme != "https":
        raise Problem(
            "The redirect_uri in .streamlit/secrets.toml does not begin with https://, so sign-ins and records would "
            f"cross the network in the clear. Put a proxy with a certificate in front. {HOW}"
        )


def redirect_name(root: Path) -> tuple[str, ...]:
    """The name that the sign-in service sends readers back to; () without sign-in."""
    name = urlsplit(str(sign_in_settings(root).get("redirect_uri", ""))).hostname
    return (name,) if name else ()


def sign_in_settings(root: Path) -> dict[str, object]:
    """The table [auth] of .streamlit/secrets.toml, {} without one. Raises Problem when the file cannot be read."""
    for file in (Path.home() / ".streamlit" / "secrets.toml", root / ".streamlit" / "secrets.toml"):
        try:
            section = tomllib.loads(file.read_text(encoding="utf-8")).get("auth")
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            raise Problem(f"{file} cannot be read or is not valid TOML. {HOW}") from None
        if isinstance(section, dict) and section:
            return section
    return {}


def choose_public(root: Path, data: Path, release: str) -> Path:
    """The folder with the protected public file, in a data folder or copied alone to another computer. Problem."""
    public = data if isinstance(read_json(data / "current.json").get("public"), str) else data / "public"
    if not (public / "current.json").is_file():
        raise Problem(
            f"Nothing has been released from {data} yet, so there is no public view. Make the protected file:\n"
            f'    {venv_python(root)} -m etl release --data "{data}"\n'
            "or leave out --tier to see the restricted view on this computer."
        )
    if release and not (Path(release).name == release and (public / "releases" / release / "public.duckdb").is_file()):
        kept = sorted(p.parent.name for p in (public / "releases").glob("*/public.duckdb"))
        raise Problem(f"There is no release {release!r}. There are: {', '.join(kept) or 'none'}.")
    return public
