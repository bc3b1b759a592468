"""Lantern House (fictional), a shelter: a case file in HTCDS terms, an HMIS export, and the totals made of both.

Only the totals are loaded. The files about clients, all invented, are there to try `python -m etl aggregate` on; the
HMIS export has names and dates of birth, as providers' exports do, and is refused until they are stripped.
"""

import datetime as dt
import tempfile
from pathlib import Path

import numpy as np

from etl.sample_county.people import pick
from etl.sample_county.place import generator
from etl.sample_county.writing import csv_text, write_zip
from etl.schema import Source
from etl.sources.sample import PROVIDER_CASES, PROVIDER_EXPORT

NAME = "Lantern House (fictional)"
CASES, EXPORT = "Lantern_House_cases_HTCDS_fictional.csv", "Lantern_House_HMIS_fictional.zip"
RAW = (CASES, EXPORT)  # files about clients: never loaded as they are
SEED = "5a" * 16  # no secret, unlike a provider's: nobody is behind these numbers
YEARS = range(2021, 2026)
TODAY = dt.date(2026, 1, 31)

CASE_COLUMNS = (
    "prs_Id,prs_FirstName,prs_SecondName,prs_Birthdate,prs_Gender,prs_IdentityNumber,prs_MobilePhone,"
    "vic_TraffickingStatus,vic_AgeWhenTrafficked,vic_MethodOfRecruitment,vic_MethodsOfControl,vic_TypeOfExploitation,"
    "cas_Status,cas_IncomingReferralDate,cas_ReasonForIncomingReferral,spl_Type"
).split(",")
_SEX_MEANS = ("PhysicalThreats", "DebtBondage ", "FalsePromises", "PsychologicalAbuse", "SexualAbuse", "TakesEarnings")
_WORK_MEANS = ("WithholdsDocuments", "ExcessiveWorkingHours", "DebtBondage ", "TakesEarnings", "ThreatsLawEnforcement")
_SERVICES = (("SocialCare", 0.4), ("Legal", 0.25), ("Health", 0.2), ("Financial", 0.1), ("Education", 0.05))
_FROM = (
    ("ThroughOnlineSocialNetworks", 0.4), ("ThroughFriendsOrSocialEvents", 0.25),
    ("ThroughFamilyOrFamilyEvents", 0.15), ("AtWork", 0.1), ("", 0.1),
)  # fmt: skip


def _case(number: int, year: int, rng: np.random.Generator) -> list[object]:
    sex = rng.uniform() < 0.65
    kind = "SexualExploitation" if sex else pick(rng, (("ForcedLabour", 0.75), ("Servitude", 0.25)))
    both = rng.uniform() < 0.06
    gender = pick(rng, (("Feminine", 0.85), ("Masculine", 0.1), ("TransgenderFeminine", 0.05))) if sex else pick(
        rng, (("Masculine", 0.55), ("Feminine", 0.42), ("NonSpecifiedUnknown", 0.03))
    )  # fmt: skip
    age = "" if rng.uniform() < 0.12 else int(rng.triangular(12, 17, 34) if sex else rng.triangular(16, 28, 58))
    means = rng.choice(_SEX_MEANS if sex else _WORK_MEANS, int(rng.integers(1, 3)), replace=False).tolist()
    services = dict.fromkeys(pick(rng, _SERVICES) for _ in range(int(rng.integers(1, 3))))
    day = dt.date(year, 1, 1) + dt.timedelta(days=int(rng.integers(0, 365)))
    status = pick(rng, (("ActualVictimOfTrafficking", 0.6), ("PossibleVictimOfTrafficking", 0.37),
                        ("NotAVictimOfTrafficking", 0.03)))  # fmt: skip
    why = pick(rng, (("AdditionalServicesRequired", 0.8), ("MigrationOrChangeOfLocation", 0.12), ("Other", 0.08)))
    return [
        f"LH-{number:05d}", "", "", "", gender, "", "", status, age, pick(rng, _FROM), ";".join(means),
        f"{kind};ForcedLabour" if both and sex else kind, "Closed", day.isoformat(), why, ";".join(services),
    ]  # fmt: skip


def _cases(rng: np.random.Generator) -> str:
    rows, number = [], 0
    for year in YEARS:
        for _ in range(int(rng.poisson(150 + 12 * (year - YEARS[0])))):
            number += 1
            rows.append(_case(number, year, rng))
    return csv_text([CASE_COLUMNS, *rows])


def _answer(rng: np.random.Generator, yes: float) -> str:
    return pick(rng, (("0", 0.9 - yes), ("1", yes), ("8", 0.03), ("9", 0.04), ("99", 0.03)))


def _hmis(rng: np.random.Generator) -> list[tuple[str, str]]:
    """Three members have full rows; Exit.csv asks R15 and R16 of the young only."""
    clients: list[list[object]] = [
        ["PersonalID", "FirstName", "MiddleName", "LastName", "NameSuffix", "NameDataQuality", "SSN", "SSNDataQuality",
         "DOB", "DOBDataQuality", "DateCreated", "DateUpdated", "UserID", "DateDeleted", "ExportID", "Sex"]
    ]  # fmt: skip
    stays: list[list[object]] = [
        ["EnrollmentID", "PersonalID", "ProjectID", "EntryDate", "ReferralSource", "DateDeleted", "ExportID"]
    ]
    exits: list[list[object]] = [
        ["ExitID", "EnrollmentID", "PersonalID", "ExitDate", "Destination", "ExchangeForSex",
         "AskedOrForcedToExchangeForSex", "WorkplaceViolenceThreats", "WorkplacePromiseDifference",
         "CoercedToContinueWork", "DateDeleted", "ExportID"]
    ]  # fmt: skip
    health: list[list[object]] = [
        ["HealthAndDVID", "EnrollmentID", "PersonalID", "InformationDate", "DomesticViolenceSurvivor", "DateDeleted"]
    ]
    given: list[list[object]] = [
        ["ServicesID", "EnrollmentID", "PersonalID", "DateProvided", "RecordType", "TypeProvided", "DateDeleted"]
    ]
    for number in range(1, 421):
        first = dt.date(2023, 1, 1) + dt.timedelta(days=int(rng.integers(0, 1000)))
        last = first + dt.timedelta(days=int(rng.integers(10, 200)))
        young = rng.uniform() < 0.5
        born = first - dt.timedelta(days=int(365.25 * (rng.uniform(14, 24) if young else rng.uniform(25, 60))))
        person, sex = f"C{number:04d}", pick(rng, (("0", 0.55), ("1", 0.4), ("8", 0.01), ("9", 0.02), ("99", 0.02)))
        clients.append([person, f"Invented{number}", "", "Person", "", 1, "", 99, born.isoformat(), 1, "", "", "u1", "",
                        "F1", sex])  # fmt: skip
        source = pick(rng, (("35", 0.2), ("30", 0.2), ("28", 0.2), ("1", 0.25), ("39", 0.12), ("9", 0.03)))
        stays.append([f"S{number}", person, "P1", first.isoformat(), source, "", "F1"])
        day = last.strftime("%Y-%m-%d" if rng.uniform() < 0.5 else "%m/%d/%Y")  # as real exports mix them
        asked = [_answer(rng, p) for p in (0.25, 0.15, 0.12, 0.15, 0.08)] if young else [""] * 5
        if last.year <= YEARS[-1]:  # the others have not left yet
            exits.append([f"X{number}", f"S{number}", person, day, 410, *asked, "", "F1"])
        health.append([f"H{number}", f"S{number}", person, first.isoformat(), _answer(rng, 0.4), ""])
        for kind in dict.fromkeys(pick(rng, (("200", 0.5), ("142", 0.3), ("152", 0.2))) for _ in range(2)):
            given.append([f"V{number}{kind}", f"S{number}", person, first.isoformat(), kind, 2, ""])
    export = [
        ["ExportID", "SourceContactFirst", "SourceContactLast", "ExportDate", "ExportStartDate", "ExportEndDate"],
        ["F1", "", "", "2026-01-05 08:00:00", "2023-01-01", "2025-12-31"],
    ]
    tables = ("Export", export), ("Client", clients), ("Enrollment", stays), ("Exit", exits), ("HealthAndDV", health)
    return [(f"{name}.csv", csv_text(rows)) for name, rows in (*tables, ("Services", given))]


def _totals(source: Source, path: Path, to: Path) -> None:
    from etl.provider.kept import Kept
    from etl.provider.make import make_totals

    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "kept"
        kept.mkdir(mode=0o700)
        (kept / "seed").touch(mode=0o600)
        (kept / "seed").write_text(SEED + "\n", encoding="ascii")
        until = dt.date(YEARS[-1], 12, 31)
        make_totals(source, path, Kept(kept), provider=NAME, until=until, today=TODAY).totals.write(to)


def write(to: Path) -> list[tuple[str, Path]]:
    """Writes the files about clients, RAW, and returns the totals: those alone are loaded."""
    from etl.provider.strip import strip

    rng = generator(60)
    (to / CASES).write_bytes(_cases(rng).encode())
    write_zip(to / EXPORT, _hmis(rng))
    made = []
    for source, name in ((PROVIDER_CASES, CASES), (PROVIDER_EXPORT, EXPORT)):
        path = to / f"{Path(name).stem}_totals.zip"
        with tempfile.TemporaryDirectory() as folder:
            clean = Path(folder) / name
            strip(source, to / name, clean)
            _totals(source, clean, path)
        made.append(("sample_provider_totals", path))
    return made
