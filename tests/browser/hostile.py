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
