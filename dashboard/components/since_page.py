"""What changed since the last meeting: a day, sentences to read aloud with their tables, and slides of them."""

from datetime import UTC, date, datetime

import streamlit as st

from dashboard import decks, since
from dashboard.components import context, figure, mine, notices, saved_bar
from dashboard.components.gate import callback
from dashboard.dates import day as in_words
from dashboard.decks import DeckError, Stored
from dashboard.decks.since_items import DAY
from dashboard.escape import markdown_text
from dashboard.i18n import _, language, ngettext
from dashboard.since import Since
from dashboard.state import StateError
from dashboard.view_context import Context

CHOSEN, DECK = "since_day", "since_deck"
_SAID, _REFUSED = "_lamplight_since_said", "_lamplight_since_refused"
EARLIEST = date(1990, 1, 1)


def show(ctx: Context) -> None:
    """Draw the page."""
    found, meetings = _briefings()
    day = _choose(ctx, meetings)
    told = _told(ctx, day)
    if told.nothing:
        figure.nothing("since", _("Nothing to compare yet"), told.nothing)
        return
    st.caption(markdown_text(told.compared))
    _take(ctx, told, found)
    for part in told.sections:
        with st.container(key=f"since_{part.key}", gap="small"):
            st.subheader(markdown_text(part.heading), anchor=False)
            st.markdown("\n".join(f"- {markdown_text(line)}" for line in part.sentences))
            if part.basis:
                figure.explain(part.basis)
            if part.figure is not None:
                with st.expander(
                    _("The numbers behind it"), key=f"since_numbers_{part.key}", on_change="rerun"
                ) as drawer:
                    if drawer.open:
                        figure.show(part.figure)


def _briefings() -> tuple[list[Stored], list[date]]:
    """The briefings, and the days that can be meant by the last meeting."""
    try:
        found = list(decks.listed(context.data_dir(), mine.reader()))
        # An open server tells no visitor when a meeting was.
        made = () if mine.read_only() else decks.decisions(context.data_dir(), mine.reader())
    except StateError as error:
        notices.problem(error.message, error.remedy)
        return [], []
    return found, [b.created_at.date() for b in found if not mine.read_only()] + [d.made_on for d in made]


def _choose(ctx: Context, meetings: list[date]) -> date:
    today = datetime.now(UTC).date()
    usual = since.usual_day(ctx, max((d for d in meetings if d < today), default=None), today)
    asked = st.query_params.get(DAY, "")
    if CHOSEN not in st.session_state:
        st.session_state[CHOSEN] = _read(asked) or usual
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.date_input(
            _("Day of the last meeting"), key=CHOSEN, min_value=EARLIEST, max_value=today, format="YYYY-MM-DD",
            width=220,
        )  # fmt: skip
    day = chosen if isinstance(chosen, date) else usual
    if DAY in st.query_params or day != usual:
        st.query_params[DAY] = day.isoformat()
    st.caption(
        _("The period of the filters above is not used here: this day decides which months are compared. The other "
          "filters are used.")
    )  # fmt: skip
    return day


def _read(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= datetime.now(UTC).date() else None


def _told(ctx: Context, day: date) -> Since:
    """The answer, kept for this version of the data; its making shows how far it is."""
    public = context.data_dir() if ctx.catalogue.public else None
    place = st.empty()

    def step(done: float) -> None:
        place.progress(done, text=_("Comparing figures and hotspots …"))

    key = ("since page", ctx.filters, day, language())
    found: Since = ctx.warehouse.remember(key, lambda: since.tell(ctx, day, public, step))
    place.empty()
    return found


def _take(ctx: Context, told: Since, found: list[Stored]) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="since_tools"):
        with st.popover(_("Copy the sentences"), type="tertiary", icon=":material/content_copy:", key="since_copy"):
            st.code("\n".join(since.points(told)), language=None, wrap_lines=True)
        with st.popover(_("Add to a briefing"), type="tertiary", icon=":material/add:", key="since_add"):
            if why := mine.read_only():
                st.markdown(notices.with_commands(why))
            elif not found:
                st.markdown(_("There is no briefing yet: put one together on the page Briefing."))
            else:
                named = {b.id: b for b in found}
                chosen = st.selectbox(_("Briefing"), list(named), format_func=lambda key: named[key].name, key=DECK)
                st.caption(_("One slide for each part. They are told anew from the newest data when they are shown."))
                st.button(_("Add these slides"), key="since_add_go", type="primary", on_click=_add,
                          args=(ctx, told.day, named[chosen]))  # fmt: skip
    if said := st.session_state.pop(_SAID, ""):
        st.success(markdown_text(said), icon=":material/check:")
    if said := st.session_state.pop(_REFUSED, ""):
        st.warning(markdown_text(said))


@callback
def _add(ctx: Context, day: date, deck: Stored) -> None:
    if mine.read_only():
        return
    query = {name: values for name, values in saved_bar.by_ids(ctx).items() if name not in ("from", "to")}
    try:
        made = decks.add_since(context.data_dir(), ctx.warehouse, mine.reader(), deck, query, day)
        mine.noted("change", f"briefing:{deck.id}")
    except (DeckError, StateError) as error:
        st.session_state[_REFUSED] = str(error)
        return
    n = len(made.items) - len(deck.items)
    said = ngettext("Added to {name}: {n} slide since {day}.", "Added to {name}: {n} slides since {day}.", n)
    st.session_state[_SAID] = said.format(name=deck.name, n=n, day=in_words(day))
