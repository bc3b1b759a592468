"""The press and records pack on the Export page: made from public figures, and who was given it is noted.

On the restricted side the data steward hands it out: a row of the audit log with the file's hash stands beside the
note. On a presenter's own computer the note is kept beside the public file. Elsewhere people take the pack themselves.
"""

import streamlit as st

from dashboard import audit, given, press
from dashboard.audit import Export
from dashboard.components import context, gate, mine, notices, public_side, recorded, steward_given
from dashboard.escape import markdown_text
from dashboard.filters import default
from dashboard.given import GivenError
from dashboard.i18n import _
from dashboard.press import Pack
from dashboard.state import StateError
from dashboard.view_context import Context
from dashboard.warehouse import served_tier

TO, WHY = "press_to", "press_why"
_MADE, _SAID = "_lamplight_press_made", "_lamplight_press_said"


def show(ctx: Context) -> None:
    """The part of the page; nothing of the pack is made before it is asked for."""
    with st.expander(
        _("Press and records pack"), icon=":material/newspaper:", key="press", on_change="rerun"
    ) as drawer:
        if drawer.open:
            _inside(ctx)


def _inside(ctx: Context) -> None:
    st.markdown(
        _(
            "One zip for people who write about these figures: public figures as pictures and tables, what the words "
            "mean, what cannot be said and why, words to avoid, whom to ask, the crisis line, and how to cite it."
        )
    )
    public = _public(ctx)
    if public is None:
        st.markdown(_("Nothing has been released for the public side yet. The data steward makes a release with:"))
        st.code("python -m etl release --data DIR", language=None)
        return
    notes = _notes()
    if notes is None:
        return
    if notes:
        st.text_input(_("Organisation that gets it"), key=TO, max_chars=given.LONGEST, width=420,
                      placeholder=_("Lampwick Courier, news desk"), help=_("No name of a person."))  # fmt: skip
        st.text_input(_("What for"), key=WHY, max_chars=given.LONGEST, width=420,
                      placeholder=_("Story on labour trafficking, May"))  # fmt: skip
    label = _("Make the pack and note who gets it") if notes else _("Make the pack")
    if st.button(label, key="press_make", type="primary", icon=":material/folder_zip:"):
        _make(public, notes)
    if said := st.session_state.pop(_SAID, ""):
        st.warning(markdown_text(said))
    made: Pack | None = st.session_state.get(_MADE)
    if made is not None:
        st.download_button(
            _("Download the pack"), data=made.content, file_name=made.name, mime="application/zip",
            key="press_download", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.caption(
            markdown_text(
                _("{n} figures of release {release}. SHA-256 of the file: {sha256}.").format(
                    n=made.figures, release=made.release, sha256=made.sha256
                )
            )
        )
    if notes:
        steward_given.table(context.data_dir())


def _public(ctx: Context) -> Context | None:
    """The view of public figures: this one, or on the restricted side the newest release."""
    if ctx.catalogue.public:
        return ctx
    opened = public_side.released()
    if opened is None:
        return None
    catalogue = opened.catalogue
    filters = default(catalogue)
    return Context(opened, filters, catalogue.of(filters.unit))


def _notes() -> bool | None:
    """Whether it is noted who gets it; None, with the reason on the page, for who may not hand it out."""
    if served_tier() == "public":
        return not mine.read_only()
    if gate.current().administers:
        return True
    st.markdown(_("The data steward hands it out, so that it is known who was given what. Ask there."))
    return None


def _make(public: Context, notes: bool) -> None:
    st.session_state.pop(_MADE, None)
    place = st.empty()
    try:
        if notes:
            given.check(st.session_state.get(TO, ""), st.session_state.get(WHY, ""))
        made = press.pack(public, notices.crisis_line(), lambda done: _step(place, done))
        if notes:
            _note(made)
    except (GivenError, StateError) as error:
        st.session_state[_SAID] = str(error)
    else:
        st.session_state[_MADE] = made
    finally:
        place.empty()


def _step(place: st.delta_generator.DeltaGenerator, done: float) -> None:
    place.progress(done, text=_("Drawing the figures …"))


def _note(made: Pack) -> None:
    """Who gets it, before the file can be taken: what could not be noted is not handed out."""
    reader = gate.current()
    row = given.note(
        context.data_dir(), st.session_state.get(TO, ""), st.session_state.get(WHY, ""), made.release, made.sha256,
        reader.person,
    )  # fmt: skip
    if served_tier() != "public":
        export = Export("zip", made.figures, made.sha256)
        audit.record(context.data_dir(), recorded.who(reader), "give", page="export", subject=f"given:{row.id}",
                     export=export)  # fmt: skip
