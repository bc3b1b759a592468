"""Named access in a real browser, against real sign-in services: who comes in, and what ends it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, decode_signed_value

from tests.browser.conftest import visits
from tests.browser.sign_in import SECRET, Site, mock_provider, node_provider, site
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser
COOKIE = "_streamlit_user"
# With the second service the tests that depend on it; the others run with --full.
ALSO = ("comes_in", "copied_cookie", "stranger")
SERVICES = {"oidc-provider-mock": mock_provider, "npm oidc-provider": node_provider}


@pytest.fixture(scope="module", params=list(SERVICES))
def served(
    request: pytest.FixtureRequest, chromium_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("login")
    with SERVICES[request.param](folder) as provider, site(provider, folder) as made:
        yield made


@pytest.fixture
def come(request: pytest.FixtureRequest, browser: Any, served: Site) -> Iterator[Any]:
    """A function that signs somebody in, in a browser of her own: come("ana"); come() only opens the page."""
    first = next(iter(SERVICES)) in request.node.name
    if not first and not any(part in request.node.name for part in ALSO) and not request.config.getoption("--full"):
        pytest.skip("long: runs with --full")
    served.let_in()
    with visits(browser, served.address) as visit:

        def sign_in(name: str | None = None, cookies: Sequence[Any] = ()) -> Visit:
            made: Visit = visit("/", cookies=cookies)
            if name is not None:
                made.page.get_by_role("button", name="Sign in").click()
                made.page.wait_for_url(f"{served.provider.address}/**")
                served.provider.sign_in(made.page, name)
                made.page.wait_for_url(f"{served.address}/**")
                made.ready()
            return made

        yield sign_in


def cookies(visit: Visit) -> list[Any]:
    """The sign-in cookies of a browser, as somebody could copy them."""
    found = [c for c in visit.context.cookies() if c["name"].startswith("_streamlit")]
    assert any(c["name"] == COOKIE for c in found)
    assert all(c["httpOnly"] and c["sameSite"] == "Lax" for c in found if c["name"].startswith(COOKIE))
    return [{k: c[k] for k in ("name", "value", "domain", "path")} for c in found]


def read(visit: Visit) -> str:
    """The page's text, without what keeps addresses in it from becoming links."""
    return visit.text().replace("\N{WORD JOINER}", "")


def says(visit: Visit, words: str) -> None:
    """Wait until the page says it, and see that it shows no figure."""
    visit.page.get_by_text(words).first.wait_for()
    visit.page.wait_for_selector("[data-testid='stPlotlyChart'], [data-testid='stMultiSelect']", state="detached")


def shows(visit: Visit) -> None:
    """Wait until the page shows figures."""
    visit.page.wait_for_selector("[data-testid='stPlotlyChart']")
    visit.ready()


def click(visit: Visit) -> None:
    """Any click that asks the server."""
    visit.page.get_by_role("button", name="Reset").first.click()


@contextmanager
def changed(served: Site, **how: str) -> Iterator[None]:
    served.let_in(**how)
    try:
        yield
    finally:
        served.let_in()


def test_whoever_has_not_signed_in_reads_where_to_and_nothing_else(come: Any) -> None:
    visit = come()
    says(visit, "open to the people whom the data steward")
    assert "wick" not in visit.text().lower()
    assert "Quick exit" in visit.text() and "1-888-373-7888" in visit.text()
    visit.go("/map")
    says(visit, "open to the people whom the data steward")


def test_a_partner_comes_in_and_sees_the_records_of_her_agency_only(come: Any) -> None:
    visit = come("ana")
    shows(visit)
    text = read(visit)
    assert "ana@wick.example, partner, wick" in text
    assert "Wick Police" in text and "Fenn Sheriff" not in text
    visit.go("/data")
    assert "Fenn Sheriff" not in visit.text()


def test_a_steward_sees_all_sources(come: Any) -> None:
    visit = come("eve")
    shows(visit)
    assert "Fenn Sheriff" in visit.text()


def test_a_stranger_who_signed_in_is_told_why_not(come: Any) -> None:
    visit = come("mallory")
    says(visit, "Your account is not on the list")
    assert "You came as mallory@wick.example." in read(visit)


def test_an_agreement_that_ended_yesterday_opens_nothing(come: Any) -> None:
    says(come("ben"), "Your agreement has ended")


def test_somebody_who_is_removed_is_out_at_the_next_click_and_has_to_sign_in_again(come: Any, served: Site) -> None:
    visit = come("ana")
    shows(visit)
    with changed(served, text=served.people.read_text().replace("ana@", "anna@")):
        click(visit)
        says(visit, "Your account is not on the list")
    visit.go("/")
    says(visit, "This sign-in has ended")
    visit.page.get_by_role("button", name="Sign in again").click()
    visit.page.wait_for_url(f"{served.provider.address}/**")
    served.provider.sign_in(visit.page, "ana")
    visit.page.wait_for_url(f"{served.address}/**")
    shows(visit)


def test_an_idle_screen_clears_by_itself_and_a_click_does_not_wake_it(come: Any, served: Site) -> None:
    visit = come("cleo")
    shows(visit)
    with changed(served, top="sign_in.idle_minutes = 0.0001\n"):
        says(visit, "because nothing was done here for")
    visit.go("/")
    says(visit, "This sign-in has ended")


def test_a_sign_in_that_is_too_old_ends_at_the_next_click(come: Any, served: Site) -> None:
    visit = come("ana")
    shows(visit)
    with changed(served, top="sign_in.hours = 0.0001\n"):
        click(visit)
        says(visit, "because it was made")


def test_a_copied_cookie_works_until_she_signs_out_and_never_after(come: Any, served: Site) -> None:
    visit = come("ana")
    shows(visit)
    copied = cookies(visit)
    shows(come(cookies=copied))
    visit.page.get_by_role("button", name="Sign out").click()
    visit.page.wait_for_url(f"{served.provider.address}/**")
    says(come(cookies=copied), "This sign-in has ended")


def test_signing_out_by_the_bare_address_ends_it_too(come: Any, served: Site) -> None:
    visit = come("ana")
    shows(visit)
    copied = cookies(visit)
    visit.page.goto(f"{served.address}/auth/logout")
    says(come(cookies=copied), "This sign-in has ended")


def said_by(value: str) -> str:
    """What is written in a cookie: anybody can read that."""
    said = decode_signed_value(SECRET, COOKIE, value)
    assert said and b"ana@wick.example" in said
    return said.decode()


def signed_by_another(said: str) -> str:
    return create_signed_value("a key that was guessed", COOKIE, said).decode()


TAMPERED: dict[str, Callable[[str], str]] = {
    "one letter": lambda value: value[:30] + ("A" if value[30] != "A" else "B") + value[31:],
    "another key": lambda value: signed_by_another(said_by(value)),
    # The words of the steward's with the signature of her own.
    "another person": lambda value: ".".join(
        [
            signed_by_another(said_by(value).replace("ana@", "eve@")).rsplit(".", 2)[0],
            *value.rsplit(".", 2)[1:],
        ]
    ),
}


def test_a_cookie_that_was_tampered_with_is_no_sign_in(come: Any) -> None:
    visit = come("ana")
    shows(visit)
    copied = cookies(visit)
    for how, change in TAMPERED.items():
        spoilt = [{**c, "value": change(c["value"].strip('"'))} if c["name"] == COOKIE else c for c in copied]
        assert spoilt != copied, how
        says(come(cookies=spoilt), "open to the people whom the data steward")
    shows(come(cookies=copied))  # as it was it is one
