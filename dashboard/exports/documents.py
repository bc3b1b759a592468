"""The texts of a data package: what is in it, how the figures were made, who is counted, what is known to be wrong."""

from dashboard import measures, protection
from dashboard.exports.about import standing
from dashboard.exports.material import Material
from dashboard.filters import DATE_BASIS, UNIT_NOUN
from dashboard.i18n import _
from etl import codes


def readme(m: Material, citation: str, files: list[tuple[str, str]]) -> str:
    """What is in the package. files : (name, what it is)."""
    listed = "\n".join(f"- `{name}`: {what}" for name, what in files)
    left = "".join(f"- {line(text)}\n" for text in m.plan.left_out) or _("Nothing was left out.") + "\n"
    said = _(
        "# {title}\n\n{standing}\n\nThe view: {words}\n\nIts link, behind the address of the dashboard: "
        "`{link}`\n\nRelease {release}; made on {created} by Lamplight {version}; {rows:,} rows.\n\n"
        "## Files\n\n{files}\n\n## Left out\n\n{left}\n"
        "## To read it\n\nR: `readr::read_csv(\"data.csv\")`; Python: `pandas.read_csv(\"data.csv\")`; "
        "`sha256sum -c SHA256SUMS` says whether a file was changed.\n\n## To cite it\n\n{citation}"
    )  # fmt: skip
    return said.format(
        title=line(m.title), standing=standing(m.plan), words=line(m.plan.words),
        link=m.plan.link.replace("`", "%60"), release=m.plan.release, created=m.created.isoformat(),
        version=m.version, rows=m.plan.rows, files=listed, left=left, citation=line(citation),
    )  # fmt: skip


def methods(m: Material) -> str:
    """How the figures were made."""
    unit = UNIT_NOUN.get(m.plan.unit, m.plan.unit)
    said = [
        _("# Methods"),
        _("Unit of count: {unit}. Different units of count are never added up or compared.").format(unit=unit),
        _(
            "These are reports. They show where something was noticed, reported and recorded, and where nobody looks "
            "there are none. A month in which a source did not collect is not a zero: see coverage.csv."
        ),
        _dates(m),
        _("A code `unknown` means that the record says nothing, `unmapped` that it says something no list has."),
        *(_protected(m) if m.public else _exact(m)),
    ]
    return "\n\n".join(s for s in said if s) + "\n"


def _dates(m: Material) -> str:
    if m.plan.unit in codes.PUBLISHED_UNITS:
        return _("Periods are those that the publisher prints.")
    return _("Dates: {basis}.").format(basis=_(DATE_BASIS[m.filters.date_basis]).lower())


def _protected(m: Material) -> list[str]:
    cube = m.cube
    if cube is None or not cube.protected:
        return [_("The figures are as their publishers printed them; they were not rounded here.")]
    return [
        _("## Protection"),
        _(
            "Counts were rounded once, before anything was published, so that no sum or difference of them tells of "
            "one person. A count of 0 to {most} became 0 or {base}; larger counts mostly stayed. A 0 is never told "
            "as a zero: where `state` is few_or_none, `n` is empty and the count is 0 to {most}."
        ).format(most=cube.base - 1, base=cube.base),
        _(
            "`n` is the published count; `n_low` and `n_high` are its rounding interval, as codebook.csv says. Do not "
            "add up intervals: the error of a sum is smaller than the sum of the errors."
        ),
        protection.typically(cube, 1),
        protection.grain(cube),
        _("Places are shown only where there are enough records from enough locations; the rest has no area."),
    ]


def _exact(m: Material) -> list[str]:
    if m.plan.unit in codes.PUBLISHED_UNITS:
        return [_("The figures are as their publishers printed them.")]
    return [
        _("Counts are exact: sums of `n`, which is 1 for a record."),
        _(
            "The newest version of each publisher's record counts, once; rows without an id are told apart by what "
            "they say and by their place in the file."
        ),
    ]


def inclusion(m: Material) -> str:
    """Who and what is counted, rule by rule."""
    f, related = m.filters, m.filters.related
    said = [_("# Inclusion rules"), _("The view in words: {words}").format(words=line(m.plan.words))]
    if m.plan.unit in codes.RECORD_UNITS:
        groups = [_(codes.OFFENCE_GROUP[g]) for g in (("trafficking", "related") if related else ("trafficking",))]
        excluded = ", ".join(_(codes.STATUS[s]).lower() for s in codes.STATUS_EXCLUDED)
        said += [
            _("- Offences: {groups}.").format(groups=", ".join(groups)),
            _("- Statuses left out: {statuses}.").format(statuses=excluded),
            _("- Date basis: {basis}.").format(basis=_(DATE_BASIS[f.date_basis]).lower()),
            _("- People arrested for selling sex are not counted as suspects of trafficking."),
        ]
        said += _numbers(m) if not m.public else [_("- Closed periods only: those that were over at the release.")]
    said += [f"- {line(text)}" for text in m.plan.left_out]
    return "\n\n".join([*said, *_offences(m)]) + "\n"


def _numbers(m: Material) -> list[str]:
    out = measures.excluded(m.warehouse, m.filters)
    return [
        _("- Within the view's other filters that leaves out: {unfounded:,} unfounded, {duplicate:,} duplicate, "
          "{related:,} of related offences.").format(
            unfounded=out.unfounded, duplicate=out.duplicate, related=out.related
        )
    ]  # fmt: skip


def _offences(m: Material) -> list[str]:
    """The publishers' own codes that count, where the warehouse has them; the public file has none."""
    names = ["source", "offence", "nibrs_code", "exploitation", "offence_group"]
    if m.plan.unit not in codes.RECORD_UNITS or m.public:
        return [_("The codes of each publisher that count are in `etl/sources` of the program's version above.")]
    table = m.warehouse.table(m.plan.unit)
    wanted = [table.source.isin(sorted(m.sources["source"]))]
    if not m.filters.related:
        wanted.append(table.offence_group == "trafficking")
    found = m.warehouse.ask(table.filter(*wanted).select(*names).distinct().order_by(*names)).fillna("")
    head = "| " + " | ".join(names) + " |\n|" + "---|" * len(names)
    rows = "\n".join("| " + " | ".join(line(v) for v in row) + " |" for row in found.itertuples(index=False))
    return [_("## Codes that count"), f"{head}\n{rows}"]


def problems(m: Material) -> str:
    """What is known to be wrong with the data, by source."""
    said = [_("# Known problems")]
    for row in m.sources.to_dict("records"):
        own = m.problems[m.problems["source"] == row["source"]]["problem"]
        listed = "\n".join(f"- {line(p)}" for p in own) or _("None is known.")
        verdict = line(row["verdict"]) if row["verdict"] else ""
        said += [f"## {line(row['title'])}", verdict, listed]
    return "\n\n".join(s for s in said if s) + "\n"


def licence(row: dict[str, object]) -> str:
    """The licence of one source."""
    return _("{title}\nPublisher: {publisher}\nFrom: {url}\nLicence: {licence}\n").format(
        title=row["title"], publisher=row["publisher"], url=row["url"] or "", licence=row["licence"]
    )


def line(text: object) -> str:
    """Text of data on one line of Markdown, where it can begin no tag, table or link of its own."""
    plain = " ".join(str(text).split())
    for sign in "\\`*{}[]<>|":
        plain = plain.replace(sign, f"\\{sign}")
    return plain
