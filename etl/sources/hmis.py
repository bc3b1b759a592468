"""HMIS CSV of the US Department of Housing, FY2026: people in homelessness and runaway-youth projects."""

from etl.schema import Clients, Form, Source, Table, Trait

# HUD's list 1.8. Nobody asked, a client who does not know and one who would rather not say are three things.
_MISSING = {"8": "dont_know", "9": "not_answered", "99": "not_collected"}
_ANSWER = {"1": "yes", "0": "no", **_MISSING}  # of several answers in a year a yes counts first
_SEX = {"0": "female", "1": "male", **_MISSING}
# Record types of Services.csv, HUD's list 1.4.
_SERVICE = {
    "141": "outreach",
    "142": "youth_services",
    "143": "housing_services",
    "144": "veteran_services",
    "151": "financial",
    "152": "financial",
    "161": "referral",
    "200": "bed_night",
    "210": "housing_services",
    "300": "housing_services",
}
# HUD's list R1.1.
_REFERRAL = {
    "35": "police",
    "34": "juvenile_justice",
    "30": "child_welfare",
    "28": "hotline",
    "7": "outreach",
    "11": "shelter",
    "18": "residential",
    "37": "hospital",
    "38": "school",
    "2": "individual",
    "1": "self",
    "39": "other",
    **_MISSING,
}
_QUESTIONS = {
    "exchange_for_sex": "ExchangeForSex",  # R15.1
    "forced_to_exchange": "AskedOrForcedToExchangeForSex",  # R15.C
    "workplace_violence": "WorkplaceViolenceThreats",  # R16.1
    "workplace_promise": "WorkplacePromiseDifference",  # R16.2
    "coerced_to_work": "CoercedToContinueWork",  # R16.A
}
_ID = {"client": "PersonalID", "deleted": "DateDeleted"}
_STAY = {**_ID, "stay": "EnrollmentID"}


def _table(member: str, columns: dict[str, str], optional: tuple[str, ...] = (), whole: bool = False) -> Table:
    """`whole`: the member may be missing altogether."""
    names = frozenset(columns) if whole else frozenset({"deleted", *optional} & set(columns))
    return Table(columns, member=member, optional=names)


SOURCE = Source(
    name="hmis",
    title="HMIS CSV export",
    publisher="Service providers",
    kind="provider",
    url="https://www.hudexchange.info/programs/hmis/",
    licence="Confidential: read at the provider's only",
    unit="clients",
    forms=(
        Form(
            "FY2026",
            {
                "export": _table("Export.csv", {"first_day": "ExportStartDate", "last_day": "ExportEndDate"}),
                "client": _table("Client.csv", {**_ID, "sex": "Sex"}, ("sex",)),
                "enrollment": _table(
                    "Enrollment.csv",
                    {**_STAY, "day": "EntryDate", "referral": "ReferralSource", "age": "AgeAtEntry"},
                    ("referral", "age"),
                ),
                "exit": _table("Exit.csv", {**_STAY, "day": "ExitDate", **_QUESTIONS}, tuple(_QUESTIONS)),
                "health": _table(
                    "HealthAndDV.csv",
                    {**_ID, "day": "InformationDate", "violence": "DomesticViolenceSurvivor"},
                    whole=True,
                ),
                "services": _table("Services.csv", {**_ID, "day": "DateProvided", "service": "RecordType"}, whole=True),
            },
            date_formats=("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d-%m-%y", "%m/%d/%Y", "%m/%d/%Y %H:%M"),
        ),
    ),
    clients=Clients(
        universe="Everybody enrolled with the provider on a day of the year, whatever they were asked.",
        traits={
            "sex": Trait("client", "sex", _SEX, absent="not_asked"),
            "age_band": Trait("enrollment", "age", age=True),
            **{q: Trait("exit", q, _ANSWER, absent="not_asked") for q in _QUESTIONS},
            "domestic_violence": Trait("health", "violence", _ANSWER, absent="not_asked"),
            "service": Trait("services", "service", _SERVICE, several=True, absent="none"),
            "referral_source": Trait("enrollment", "referral", _REFERRAL, absent="not_asked"),
        },
        tables=(
            ("sex",),
            ("age_band",),
            *((q,) for q in _QUESTIONS),
            ("domestic_violence",),
            ("service",),
            ("referral_source",),
            ("exchange_for_sex", "sex"),
            ("exchange_for_sex", "age_band"),
            ("exchange_for_sex", "forced_to_exchange"),
            ("domestic_violence", "sex"),
            ("domestic_violence", "service"),
        ),
        begins="enrollment",
        ends="exit",
        covers="export",
        identifying=("SourceContactFirst", "SourceContactLast", "UserID_Name", "NameSuffix", "OtherDestination"),
        harmless=(
            *("NameDataQuality", "SSNDataQuality", "DOBDataQuality", "SourceName", "SoftwareName", "HashStatus"),
            *("EmailSocialMedia", "Telephone"),  # ways of aftercare, 0 or 1
            *("PreviousStreetESSH", "DateToStreetESSH"),
        ),
        age=("DOB", "enrollment", "AgeAtEntry"),
    ),
    known_problems=(
        "Exit questions R15 and R16 are asked in projects for runaway and homeless youth only: most clients were "
        "never asked.",
        "An answer counts for the year of the exit at which it was given.",
    ),
    verdict="What exit interviews and services say about exploitation among people helped with housing.",
)
