"""A case file with the field names of IOM's Human Trafficking Case Data Standard 2.0, one row per case."""

from etl.schema import Clients, Form, Source, Table, Trait

_COLUMNS = {
    # The standard has no field that tells one person from another: this is the record number of its Salesforce form.
    "client": "prs_Id",
    "day": "cas_IncomingReferralDate",
    "status": "vic_TraffickingStatus",
    "sex": "prs_Gender",
    "age": "vic_AgeWhenTrafficked",
    "exploitation": "vic_TypeOfExploitation",
    "means": "vic_MethodsOfControl",
    "recruitment": "vic_MethodOfRecruitment",
    "service": "spl_Type",
    "referral": "cas_ReasonForIncomingReferral",
}
# What is neither sexual, labour, domestic nor organ removal is one code of ours. Begging and child labour are labour.
_EXPLOITATION = {
    "ForcedLabour": "forced_labour",
    "SexualExploitation": "sex",
    "ChildLabour": "forced_labour",
    "ForcedMarriage": "other",
    "Servitude": "domestic_servitude",
    "ForcedMilitaryByNonStateActors": "other",
    "OrganRemoval": "organ_removal",
    "ForcedBegging": "forced_labour",
    "ForcedAdoption": "other",
    "Surrogacy": "other",
    "Other": "other",
}
_SEX = {
    "Feminine": "female",
    "Masculine": "male",
    "TransgenderFeminine": "other",
    "TransgenderMasculine": "other",
    "NonConforming": "other",
    "NonSpecifiedUnknown": "unknown",
}
# Published with a trailing space: `DebtBondage `. Spaces around a value are not part of it.
_MEANS = {
    "PhysicalThreats": "physical_threats",
    "ThreatsLawEnforcement": "threats_of_law",
    "ThreatensChildrenFamily": "threats_to_family",
    "DebtBondage": "debt_bondage",
    "FalsePromises": "false_promises",
    "PhysicalAbuse": "physical_abuse",
    "SexualAbuse": "sexual_abuse",
    "TakesEarnings": "takes_earnings",
    "RestrictsFinancialAccess": "restricts_money",
    "RestrictsMedicalCare": "restricts_medical_care",
    "WithholdsNecessities": "withholds_necessities",
    "PsychologicalAbuse": "psychological_abuse",
    "PsychoactiveSubstance": "substances",
    "ExcessiveWorkingHours": "excessive_hours",
    "WithholdsDocuments": "withholds_documents",
    "Other": "other",
}
_RECRUITMENT = {
    "AtAPlaceOfBusiness": "business",
    "AtAnEducationalInstitution": "school",
    "AtWork": "work",
    "ThroughOnlineSocialNetworks": "social_network",
    "ThroughAnOnlineAdvertisement": "advertisement",
    "ThroughATelevisionAdvert": "advertisement",
    "ThroughANewspaperAdvert": "advertisement",
    "ThroughFamilyOrFamilyEvents": "family",
    "ThroughFriendsOrSocialEvents": "friends",
    "Other": "other",
}
_SERVICE = {
    "Education": "education",
    "Financial": "financial",
    "Health": "health",
    "LabourExploitationRehabilitation": "rehabilitation",
    "Legal": "legal",
    "Livelihood": "livelihood",
    "RightsBasedTraining": "training",
    "SexualExploitationRehabilitation": "rehabilitation",
    "SocialCare": "social_care",
}
_REFERRAL = {
    "AdditionalServicesRequired": "services_needed",
    "MigrationOrChangeOfLocation": "moved",
    "Other": "other",
}

SOURCE = Source(
    name="htcds",
    title="HTCDS case file",
    publisher="Service providers",
    kind="provider",
    url="https://www.iom.int/human-trafficking-case-data-standard",
    licence="Confidential: read at the provider's only",
    unit="clients",
    forms=(
        Form(
            "2.0",
            {"case": Table(_COLUMNS, optional=frozenset(_COLUMNS) - {"day", "exploitation"})},
            date_formats=("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y"),
        ),
    ),
    clients=Clients(
        universe="Clients recorded as possible or actual victims of trafficking, by the year of their referral.",
        traits={
            "exploitation": Trait("case", "exploitation", _EXPLOITATION, multiple="multiple"),
            "age_band": Trait("case", "age", age=True),
            "sex": Trait("case", "sex", _SEX),
            "means_of_control": Trait("case", "means", _MEANS, several=True),
            "recruitment": Trait("case", "recruitment", _RECRUITMENT, several=True),
            "service": Trait("case", "service", _SERVICE, several=True),
            "referral_reason": Trait("case", "referral", _REFERRAL),
        },
        tables=(
            ("exploitation",),
            ("age_band",),
            ("sex",),
            ("means_of_control",),
            ("recruitment",),
            ("service",),
            ("referral_reason",),
            ("exploitation", "age_band"),
            ("exploitation", "sex"),
            ("exploitation", "means_of_control"),
            ("exploitation", "service"),
        ),
        left_out={"status": ("NotAVictimOfTrafficking",)},
        identifying=(
            *("prs_Title", "prs_Salutation", "cas_CaseOwner"),
            *("cas_ReferringPrimaryCaseWorker", "cas_ReferredPrimaryCaseWorker", "prs_MailingCity", "hte_City"),
            *("cco_CaseComment", "hte_Description", "cas_ReasonForCaseClosure", "per_RoleDetails"),
        ),
    ),
    known_problems=(
        "Without the column prs_Id nobody can tell that two rows are one person: each row counts as a client.",
        "Age is that at which the person was first trafficked, not that at which help was given.",
    ),
    verdict="Who is helped and what was done to them, as the provider recorded it; only protected totals are kept.",
)
