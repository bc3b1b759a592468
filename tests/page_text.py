"""What a page of AppTest says, as a reader sees it: without escapes, tags and the meanings behind words."""

import html
import re
from typing import Any

from streamlit.testing.v1 import AppTest


def shown(element: Any) -> str:
    """The text of one element: of Markdown without the backslashes, of HTML without the tags."""
    body = str(element.proto.body)
    if element.type == "html":
        return html.unescape(re.sub(r"</?(?:dfn|p)\b[^>]*>", "", body))
    return body.replace("\\", "")


def captions(app: AppTest) -> list[str]:
    """All captions: those of figures, whose words are explained, and the others."""
    explained = [e for e in app.get("html") if 'class="lamplight-caption' in e.proto.body]
    return [shown(e) for e in (*app.caption, *explained)]
