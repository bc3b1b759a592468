"""The quiet button "Picture" under a figure: as a file, or copied with its words. Nothing is drawn until asked for."""

import base64
from collections.abc import Callable
from contextvars import copy_context

import streamlit as st

from dashboard import pictures
from dashboard.components import gate
from dashboard.components.taken_away import Made, on_click
from dashboard.escape import html_text, markdown_text
from dashboard.figures import Figure
from dashboard.i18n import _

MIME = {"png": "image/png", "svg": "image/svg+xml"}
_PNG = b"\x89PNG"


def buttons(figure: Figure) -> None:
    """The button, and in its panel: how much the picture says, PNG, SVG, and copying picture and words in one click.

    Each picture that leaves is made on the click and is a row of the audit log, as every download.
    """
    with st.container(width="content"):
        _panel(figure)


@gate.fragment
def _panel(figure: Figure) -> None:
    # A fragment, as that of the table: opening it does not run the page again, and a closed one sends nothing.
    drawer = st.popover(
        _("Picture"), type="tertiary", key=f"picture_{figure.key}", on_change="rerun", icon=":material/image:"
    )
    with drawer:
        if drawer.open:
            with st.container(key=f"picture_panel_{figure.key}", gap="small"):
                _inside(figure)


def _inside(figure: Figure) -> None:
    # A row for each kind and no choice above them: choosing would run this again and replace the files under a click.
    rows: dict[pictures.Preset, tuple[str, tuple[str, str], str]] = {
        "evidence": (_("For a report, everything stated"), ("PNG", "SVG"), _("Copy figure and caption")),
        "slide": (_("For a slide, few words"), (_("Slide as PNG"), _("Slide as SVG")), _("Copy slide and caption")),
    }
    asked: pictures.Preset | None = None
    for preset, (title, files, copy) in rows.items():
        st.markdown(markdown_text(title))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            for form, label in zip(pictures.FORMS, files, strict=True):
                _file(figure, form, preset, label)
            if st.button(copy, key=f"picture_copy_{preset}_{figure.key}", icon=":material/content_copy:"):
                asked = preset
    st.html(_said())
    if asked:
        _hand_over(figure, asked)


def _file(figure: Figure, form: pictures.Form, preset: pictures.Preset, label: str) -> None:
    st.download_button(
        label,
        data=on_click(_maker(figure, form, preset), form),
        file_name=f"lamplight-{figure.key.replace('_', '-')}-{preset}.{form}",
        mime=MIME[form],
        key=f"picture_{form}_{preset}_{figure.key}",
        on_click="ignore",
        icon=":material/download:",
    )


def _maker(figure: Figure, form: pictures.Form, preset: pictures.Preset) -> Callable[[], Made]:
    """What draws the picture. Streamlit calls it on a thread that does not know the reader's language."""
    spoken = copy_context()

    def made() -> Made:
        return spoken.copy().run(pictures.draw, figure, form, preset), len(figure.table)

    return made


def _said() -> str:
    """Where page.js says how the copying went: the words come from here, because here the language is known."""
    said = {
        "waiting": _("Drawing the picture …"),
        "done": _("Copied. Paste it where you write."),
        "failed": _("This browser did not let the page copy. Right-click the picture below, or download the PNG."),
    }
    data = " ".join(f'data-{name}="{html_text(text)}"' for name, text in said.items())
    return f'<p class="lamplight-copy-said" role="status" style="margin:0;min-height:1.5em" {data}></p>'


def _hand_over(figure: Figure, preset: pictures.Preset) -> None:
    """Put the picture and its words into the page, where page.js is waiting to copy them."""
    content = on_click(_maker(figure, "png", preset), "png")()
    if not content.startswith(_PNG):  # a sentence that says why there is none
        st.warning(markdown_text(content.decode("utf-8", "replace")))
        return
    counter = f"_picture_copies_{figure.key}"
    count = st.session_state[counter] = st.session_state.get(counter, 0) + 1
    paragraphs = "".join(f"<p>{html_text(line)}</p>" for line in words(figure))
    link = f"<p data-link>{html_text(figure.about.link)}</p>" if figure.about.link else ""
    picture = base64.b64encode(content).decode("ascii")
    st.html(
        f'<div class="lamplight-copy" data-made="{count}"><img src="data:image/png;base64,{picture}" '
        f'alt="{html_text(figure.text)}" style="width:100%;max-width:32rem;border:1px solid #A3A6AA">'
        f'<div style="display:none">{paragraphs}{link}</div></div>'
    )


def words(figure: Figure) -> list[str]:
    """The figure's words for pasting beside the picture, a paragraph each."""
    from dashboard.pictures.presets import based_on, restricted

    about = figure.about
    first = [restricted()] if about.restricted else []
    last = [based_on(figure)]
    if about.release and not about.restricted:
        last.append(_("Public release {release}.").format(release=about.release))
    if about.fictional:
        last.append(_("Fictional sample: every record is invented."))
    return [text for text in (*first, figure.title, figure.subtitle, figure.caption, *last) if text.strip()]
