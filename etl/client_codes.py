"""The words of service providers' totals: what clients are counted by. Standard library only; anyone may import it."""

from collections.abc import Mapping
from types import MappingProxyType

from etl import codes


def _frozen(**labels: str) -> Mapping[str, str]:
    return MappingProxyType(labels)


# The three ways in which HUD's standards say nothing, kept apart, and the question that was never put.
_SILENT = {
    "dont_know": "Client does not know",
    "not_answered": "Client prefers not to answer",
    "not_collected": "Not collected",
    "not_asked": "Not asked, or left empty",
}
_REST = {"other": "Other", codes.UNKNOWN: "Not recorded", codes.UNMAPPED: "Value with no mapping"}
ANSWER = _frozen(yes="Yes", no="No", **_SILENT, unmapped="Value with no mapping")
MEANS_OF_CONTROL = _frozen(
    physical_threats="Physical threats",
    threats_of_law="Threats of law enforcement",
    threats_to_family="Threats to children or family",
    debt_bondage="Debt bondage",
    false_promises="False promises",
    physical_abuse="Physical abuse",
    sexual_abuse="Sexual abuse",
    takes_earnings="Takes earnings",
    restricts_money="Restricts access to money",
    restricts_medical_care="Restricts medical care",
    withholds_necessities="Withholds necessities",
    psychological_abuse="Psychological abuse",
    substances="Psychoactive substances",
    excessive_hours="Excessive working hours",
    withholds_documents="Withholds documents",
    **_REST,
)
RECRUITMENT = _frozen(
    business="At a place of business",
    school="At school or college",
    work="At work",
    social_network="Through online social networks",
    advertisement="Through an advertisement",
    family="Through family",
    friends="Through friends",
    **_REST,
)
SERVICE = _frozen(
    education="Education",
    financial="Financial help",
    health="Health",
    rehabilitation="Rehabilitation",
    legal="Legal help",
    livelihood="Livelihood",
    training="Training on rights",
    social_care="Social care",
    outreach="Street outreach",
    youth_services="Services for youth",
    housing_services="Help with housing",
    veteran_services="Services for veterans",
    referral="Referral elsewhere",
    bed_night="A bed for a night",
    none="None recorded",
    **_REST,
)
REFERRAL_REASON = _frozen(services_needed="More services needed", moved="Moved elsewhere", **_REST)
REFERRAL_SOURCE = _frozen(
    police="Police",
    juvenile_justice="Juvenile justice",
    child_welfare="Child welfare",
    hotline="Hotline",
    outreach="Outreach project",
    shelter="Shelter",
    residential="Residential project",
    hospital="Mental hospital",
    school="School",
    individual="Parent, friend or another person",
    self="The client",
    other="Another organisation",
    **_SILENT,
    unmapped="Value with no mapping",
)
# What a provider's totals are counted by -> its name. The list of its codes: CLIENT_CODES.
CLIENT_DIMENSION = _frozen(
    exploitation="Exploitation",
    age_band="Age",
    sex="Sex",
    means_of_control="Means of control",
    recruitment="How people were recruited",
    service="Services given",
    referral_reason="Why people were referred",
    referral_source="Who referred them",
    exchange_for_sex="Exchanged sex for anything of value",
    forced_to_exchange="Was asked or forced to",
    workplace_violence="Violence or threats at work",
    workplace_promise="Work was not as promised",
    coerced_to_work="Was made to go on working",
    domestic_violence="Survived domestic violence",
)
CLIENT_CODES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(CLIENT_DIMENSION, ANSWER),
        "exploitation": _frozen(**codes.EXPLOITATION, unmapped="Value with no mapping"),
        "age_band": codes.AGE_BAND,
        "sex": _frozen(**codes.SEX, **_SILENT),
        "means_of_control": MEANS_OF_CONTROL,
        "recruitment": RECRUITMENT,
        "service": SERVICE,
        "referral_reason": REFERRAL_REASON,
        "referral_source": REFERRAL_SOURCE,
    }
)
SEVERAL_EACH = frozenset({"means_of_control", "recruitment", "service"})  # a client has one or more: no adding up
