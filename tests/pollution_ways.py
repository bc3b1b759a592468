"""What spreadsheets, exports and networks do to the layout of a file: separators, quotes, lines, encodings, columns.

Each function yields variants of a clean file (see pollution.py). What they do to values is in pollution_values.py.
"""

import codecs
import random
from collections.abc import Callable, Iterator, Sequence

from tests.pollution import ASIDE, EXACT, REFUSED, Clean, Variant, quoted

Way = Callable[[Clean, random.Random], Iterator[Variant]]
Records = tuple[tuple[int, ...], ...]


def one_each(clean: Clean) -> Records:
    return tuple((i,) for i in range(len(clean.rows)))


def variant(
    clean: Clean,
    how: str,
    content: str | bytes,
    records: Records | None = None,
    spoilt: Sequence[int] = (),
    may: str = "",
    lost: Sequence[int] = (),
) -> Variant:
    """may : the ends that are right, by their first letters (e, s, r); exact and refused if nothing was spoilt."""
    ends = {"e": EXACT, "s": ASIDE, "r": REFUSED}
    raw = content.encode() if isinstance(content, str) else content
    return Variant(
        clean.form,
        how,
        clean.packed(raw),
        one_each(clean) if records is None else records,
        frozenset(spoilt),
        frozenset(lost),
        frozenset(ends[m] for m in may or ("esr" if spoilt else "e")),
        clean.suffix,
    )


def _cells_changed(clean: Clean, how: str, change: Callable[[list[str], int], str], may: str) -> Iterator[Variant]:
    """One row written another way, for every row and column."""
    lines, cells = clean.lines(), clean.cells()
    for r in range(len(clean.rows)):
        for c in range(len(clean.header)):
            line = change(cells[r + 1], c)
            if line == lines[r + 1]:
                continue
            content = clean.content([*lines[: r + 1], line, *lines[r + 2 :]])
            yield variant(clean, f"{how}, row {r + 1}, column {c + 1}", content, spoilt=[r], may=may)


def separators(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """One too many, or one missing, at every place of every row."""
    yield from _cells_changed(clean, "a separator more", lambda row, c: ",".join([*row[:c], "", *row[c:]]), "sr")

    def missing(row: list[str], c: int) -> str:
        return ",".join([*row[:c], row[c] + row[c + 1], *row[c + 2 :]] if c + 1 < len(row) else row)

    yield from _cells_changed(clean, "a separator less", missing, "sr")


def quotes(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """A mark that is never closed at the start of a field; all fields quoted; marks that are doubled."""
    yield from _cells_changed(
        clean, "an open quote", lambda row, c: ",".join([*row[:c], f'"{row[c]}', *row[c + 1 :]]), "sr"
    )
    everything = [",".join(f'"{c.strip(chr(34))}"' for c in row) for row in clean.cells()]
    yield variant(clean, "everything quoted", clean.content(everything))
    lines = clean.lines()
    for r in range(len(clean.rows)):
        whole = f'"{lines[r + 1].replace(chr(34), chr(34) * 2)}"'
        content = clean.content([*lines[: r + 1], whole, *lines[r + 2 :]])
        yield variant(clean, f"row {r + 1} quoted as one field", content, spoilt=[r], may="sr")


def encodings(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """Every encoding in which a spreadsheet or a database writes, with mark and without."""
    text, everyone = clean.content(clean.lines()), range(len(clean.rows))
    for name, mark in (("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE)):
        yield variant(clean, f"{name} with mark", mark + text.encode(name))
        yield variant(clean, f"{name} without mark", text.encode(name))
        yield variant(clean, f"{name} short of one byte", mark + text.encode(name)[:-1])
    yield variant(clean, "utf-8 with mark", codecs.BOM_UTF8 + text.encode())
    yield variant(clean, "utf-8 with two marks", codecs.BOM_UTF8 * 2 + text.encode(), None, everyone, "esr")
    for name in ("latin-1", "cp1252"):
        yield variant(clean, name, text.encode(name))
    for name in ("utf-32", "utf-32-be", "cp037", "cp500"):
        yield variant(clean, name, text.encode(name), (*one_each(clean), ()), range(len(clean.rows)), "sr")
    lines = clean.content(clean.lines()).splitlines(keepends=True)
    for r in range(1, len(lines)):
        mixed = b"".join(line.encode("latin-1" if i == r else "utf-8") for i, line in enumerate(lines))
        yield variant(clean, f"line {r + 1} in latin-1", mixed)


def delimiters(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """Another one in the whole file, in one row, or from some row on."""
    lines = clean.lines()
    for name, d in (("semicolon", ";"), ("tab", "\t"), ("bar", "|")):
        other = clean.lines(d)
        yield variant(clean, f"{name} throughout", "\n".join([*other, ""]))
        for r in range(1, len(lines)):
            content = clean.content([*lines[:r], other[r], *lines[r + 1 :]])
            yield variant(clean, f"{name} in row {r}", content, spoilt=[r - 1], may="sr")
            content = clean.content([*lines[:r], *other[r:]])
            yield variant(clean, f"{name} from row {r} on", content, spoilt=range(r - 1, len(clean.rows)), may="sr")
    for d in (":", "^", "~", " ", "\x1f"):
        content = "\n".join(d.join(quoted(c, d) for c in row) for row in (clean.header, *clean.rows)) + "\n"
        yield variant(clean, f"{d!r} throughout", content, may="r")
    yield variant(clean, "a line that names the separator", "sep=,\n" + clean.content(lines))


def above(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """Titles above the header, headers of several rows, a header said again."""
    lines = clean.lines()
    wide = "," * (len(clean.header) - 1)
    titles = (
        ["Report"],
        ["Monthly, by place", "", "Printed 11/21/2026"],
        [f"Report{wide}", wide],
        ['"A ""title"""'] * 5,
    )
    for i, title in enumerate(titles):
        yield variant(clean, f"a title of form {i + 1}", clean.content([*title, *lines]))
    yield variant(clean, "sixty lines of notes", clean.content([*["a note"] * 60, *lines]), may="er")
    groups = ",".join(["Case", "", "", "Place"] + [""] * (len(clean.header) - 4))
    yield variant(clean, "a row of groups above the header", clean.content([groups, *lines]))
    for below in (wide.replace(",", "text,") + "text", groups, ",".join(["-" * 6] * len(clean.header)), lines[0]):
        content = clean.content([lines[0], below, *lines[1:]])
        yield variant(clean, f"a second header {below[:9]!r}", content, ((), *one_each(clean)), may="esr")
    for r in range(1, len(lines) + 1):
        records = (*one_each(clean)[: r - 1], (), *one_each(clean)[r - 1 :])
        content = clean.content([*lines[:r], lines[0], *lines[r:]])
        yield variant(clean, f"the header again above row {r}", content, records, may=_junk(clean))


def tails(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """Cut off at every byte of the last rows; followed by totals, notes and what a server adds."""
    text = clean.content(clean.lines()).encode()
    last = len(clean.rows) - 1
    ends = [i for i, b in enumerate(text) if b == 10]
    for cut in range(ends[-3] + 2, len(text) - 1):
        row = last if cut > ends[-2] else last - 1
        if cut in ends or cut == ends[-2] + 1:  # nothing in the file shows that there was more
            continue
        lost = [last] if row < last else []
        whole = text[:cut].decode(errors="replace").rsplit("\n", 1)[-1].count(",") >= clean.lines()[row + 1].count(",")
        if whole and _last_declared(clean):
            continue  # in the last field: told in the notes, see test_pollution
        records = one_each(clean)[: row + 1]
        yield variant(clean, f"cut off at byte {cut}", text[:cut], records, [row], "esr", lost)
    wide = len(clean.header)
    for how, junk in (
        ("a total", ",".join(["Total", *["12"] * (wide - 1)])),
        ("an empty total", ",".join(["Total", *[""] * (wide - 1)])),
        ("a narrow total", "Total,12"),
        ("a note", "Exported by nobody on 11/21/2026"),
        ("a web page", "<html><body>504 Gateway Time-out</body></html>"),
        ("json", '{"error": true, "code": 500}'),
        ("separators", "," * (wide - 1)),
        ("blanks", ",".join([" "] * wide)),
        ("NULs", "\0" * 40),
        ("a control Z", "\x1a"),
    ):
        for r in sorted({len(clean.rows), chance.randrange(len(clean.rows))}):
            lines = clean.lines()
            content = clean.content([*lines[: r + 1], junk, *lines[r + 1 :]])
            records = (*one_each(clean)[:r], (), *one_each(clean)[r:])
            yield variant(clean, f"{how} after row {r}", content, records, may=_junk(clean))


def _junk(clean: Clean) -> str:
    """Nothing comes of it; in an archive it may also be a person of no incident, who is not counted."""
    return "esr" if clean.member else "sr"


def _last_declared(clean: Clean) -> bool:
    return clean.header[-1] in clean.columns


def line_ends(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """Of other systems, of two systems, blank lines, rows that are broken in two or joined."""
    lines = clean.lines()
    for name, end in (("CRLF", "\r\n"), ("CR", "\r")):
        yield variant(clean, name, clean.content(lines, end))
    yield variant(clean, "CR CR LF", clean.content(lines, "\r\r\n"), may="er")
    yield variant(clean, "no line end at the end", clean.content(lines)[:-1])
    yield variant(clean, "ten line ends at the end", clean.content(lines) + "\n" * 10)
    yield variant(clean, "a blank line after each", clean.content(lines, "\n\n"))
    for r in range(len(lines)):
        yield variant(clean, f"CRLF after line {r + 1}", clean.content([*lines[:r], lines[r] + "\r", *lines[r + 1 :]]))
        yield variant(clean, f"a blank line after line {r + 1}", clean.content([*lines[: r + 1], "", *lines[r + 1 :]]))
    for r in range(1, len(lines)):
        c = chance.randrange(1, len(clean.header))
        cells = clean.cells()[r]
        while not any(cells[c:]):  # a blank line is no record
            c -= 1
        for name, end in (("LF", "\n"), ("CR", "\r"), ("CRLF", "\r\n")):
            broken = ",".join(cells[:c]) + end + ",".join(cells[c:])
            content = clean.content([*lines[:r], broken, *lines[r + 1 :]])
            one = one_each(clean)
            records = (*one[:r], (r - 1,), *one[r:])
            yield variant(clean, f"row {r} broken by {name} at column {c}", content, records, [r - 1], "sr")
        if r + 1 < len(lines):
            content = clean.content([*lines[:r], lines[r] + lines[r + 1], *lines[r + 2 :]])
            records = (*one_each(clean)[: r - 1], (r - 1, r), *one_each(clean)[r + 1 :])
            yield variant(clean, f"rows {r} and {r + 1} joined", content, records, [r - 1, r], "sr")


def nuls(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """A NUL in a field, or a row of them, as a disk or a network leaves them."""
    nul = lambda row, c: ",".join([*row[:c], row[c] + "\0", *row[c + 1 :]])  # noqa: E731
    yield from _cells_changed(clean, "a NUL", nul, "esr")
    lines = clean.lines()
    for r in range(1, len(lines)):
        content = clean.content([*lines[:r], "\0" * len(lines[r]), *lines[r + 1 :]])
        yield variant(clean, f"row {r} all NULs", content, spoilt=[r - 1], may="sr")


def columns(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """In another order, renamed, doubled, gone, or more of them."""
    rows = [list(r) for r in (clean.header, *clean.rows)]
    wide, everyone = len(clean.header), range(len(clean.rows))
    # Where another form of the publisher's has the rest of the columns, its dates fit none of the rows.
    gone = "sr" if clean.form == "chicago-portal" else "r"

    def written(order: Sequence[int], more: Callable[[int], list[str]] = lambda _: []) -> str:
        made = [more(i) + [row[c] for c in order] for i, row in enumerate(rows)]
        return clean.content([",".join(quoted(c) for c in row) for row in made])

    for i in range(6):
        order = list(range(wide))
        chance.shuffle(order)
        yield variant(clean, f"columns in another order ({i + 1})", written(order))
    yield variant(clean, "a column of row numbers", written(range(wide), lambda i: [str(i) if i else ""]))
    yield variant(clean, "a column more", written(range(wide), lambda i: ["text" if i else "Remark"]))
    for c, name in enumerate(clean.header):
        if clean.columns.get(name) is None:
            yield variant(
                clean, f"undeclared column {c + 1} gone", written([i for i in range(wide) if i != c]), may="er"
            )
            continue
        if name != "isOtherExploit":
            yield variant(
                clean, f"column {c + 1} gone", written([i for i in range(wide) if i != c]), None, everyone, gone
            )
        yield variant(clean, f"column {c + 1} twice", written([*range(wide), c]), may="r")
        for how, other in (("renamed", "Xyz"), ("in another case", name.swapcase()), ("padded", f" {name} ")):
            header = [other if i == c else n for i, n in enumerate(clean.header)]
            lines = [",".join(quoted(n) for n in header), *clean.lines()[1:]]
            if name == "isOtherExploit":
                continue  # what is left is the publisher's form of 2020, to the letter: see docs/reliability.md
            yield variant(clean, f"column {c + 1} {how}", clean.content(lines), None, everyone, gone)
    lines = clean.lines()
    yield variant(
        clean,
        "a separator at the end of each row",
        clean.content([lines[0], *[x + "," for x in lines[1:]]]),
        spoilt=everyone,
        may="sr",
    )
    yield variant(clean, "a separator at the end of each line", clean.content([x + "," for x in lines]))
    yield variant(
        clean,
        "a separator at the end of the header",
        clean.content([lines[0] + ",", *lines[1:]]),
        spoilt=everyone,
        may="sr",
    )


def order_and_repeats(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """Rows in another order; blocks that came twice, where rows carry the publisher's id."""
    if clean.member == "NIBRS_OFFENSE.csv":
        return  # of an incident's offences the first is the one that is shown: their order says something
    lines = clean.lines()
    for i in range(3):
        order = list(range(len(clean.rows)))
        chance.shuffle(order)
        placed = tuple((i,) for i in order)
        yield variant(
            clean,
            f"rows in another order ({i + 1})",
            clean.content([lines[0], *[lines[r + 1] for r in order]]),
            placed,
        )
    if clean.has_ids and not clean.member:
        for r in range(len(clean.rows)):
            records: Records = (*one_each(clean), *one_each(clean)[r:])
            yield variant(clean, f"rows from {r + 1} on twice", clean.content([*lines, *lines[r + 1 :]]), records)


WAYS: tuple[Way, ...] = (
    separators, quotes, encodings, delimiters, above, tails, line_ends, nuls, columns, order_and_repeats,
)  # fmt: skip
