"""Text from data never runs: the one place where it is made safe for HTML, for JavaScript and for Markdown.

folium puts text into a JavaScript template literal, where `${...}`, a backtick and a backslash run and
`html.escape` is not enough; streamlit-folium then resolves `{{'name'}}` in the result. So every character
that means something to HTML, to a template literal or to Jinja becomes an HTML entity, and the browser
shows it as the character it was.
"""

import re

_HTML = {ord(c): f"&#{ord(c)};" for c in "&<>\"'`\\${}="}
_CONTROL = dict.fromkeys((*range(32), 127, 0x2028, 0x2029), " ")
# Halves of characters and those that are none: a file of XML or UTF-8 that holds one cannot be written or opened.
_NONE = dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd")
# Characters that reverse or hide what a reader sees.
_INVISIBLE = dict.fromkeys((0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF), "")
_UNSHOWN = _CONTROL | _INVISIBLE | _NONE
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^&@=\"'/])")


def plain(value: object) -> str:
    """One line of text: no control characters, nothing that turns the reading direction round."""
    return str(value).translate(_UNSHOWN).strip()


def html_text(value: object) -> str:
    """Text for HTML (element or quoted attribute) and for a JavaScript template literal that becomes HTML."""
    return plain(value).translate(_HTML)


def markdown_text(value: object) -> str:
    """Text for st.markdown, st.caption and the labels of widgets: no image, link, colour or formula comes of it."""
    # The linkers look for addresses after the escapes are gone; a word joiner, which has no width, stops them.
    text = re.sub(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", "\u2060", plain(value), flags=re.IGNORECASE)
    return _MARKDOWN.sub(r"\\\1", text)
