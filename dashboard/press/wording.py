"""What cannot be said and why, and words to avoid. Data: messages, no figures.

The words are those that survivors' organisations and press guides of the field ask for, in our own wording.
"""

from dashboard.i18n import N_, _

_CANNOT = (
    (
        N_("How much trafficking there is here."),
        N_("These are reports. Most of what happens is never reported, and where nobody looks there are none."),
    ),
    (
        N_("That it rose or fell, where the text says about the same or too close to tell."),
        N_("The difference is no larger than chance and rounding can make."),
    ),
    (
        N_("That one city or area is worse than another."),
        N_("Where more people live, more police look or more people are asked, more is reported."),
    ),
    (
        N_("That a hotspot is a dangerous place, or that something happened at an address."),
        N_("Places are areas, shown only where there are enough reports from enough locations."),
    ),
    (
        N_("An exact number below the smallest one shown, or that there was none."),
        N_("Few or none stands for 0 to 10. Small counts are altered on purpose, because they can point at somebody."),
    ),
    (
        N_("A sum of incidents, victims, hotline signals and cases."),
        N_("They count different things: one incident can have several people, and several calls can be one case."),
    ),
    (
        N_("What share of all victims are children, women, or of one group."),
        N_("Shares are of records in which it is known, and who is recorded depends on who is looked for."),
    ),
    (
        N_("Who they are: a name, a nationality, an immigration status, a language."),
        N_("None of it is in the public figures, and it is never crossed with a place."),
    ),
    (
        N_("That people arrested for selling sex are traffickers, or that they chose it."),
        N_("They are not counted as suspects of trafficking here, and a record cannot tell who was forced."),
    ),
)
_AVOID = (
    (
        N_("child prostitute, teen prostitute, underage sex worker"),
        N_("a child who was sexually exploited, a child who was trafficked"),
        N_("A child cannot agree to be sold. The word makes the child the one who did wrong."),
    ),
    (
        N_("prostitution ring, vice ring, sex slave ring"),
        N_("a trafficking case, people charged with trafficking"),
        N_("It names those who were harmed before those who harmed them, and sells a story."),
    ),
    (
        N_("child pornography"),
        N_("images of child sexual abuse"),
        N_("It is a record of a crime against a child, not a kind of film."),
    ),
    (
        N_("sex with a minor, a relationship with a teenager"),
        N_("sexual abuse, rape"),
        N_("It sounds as if both had agreed."),
    ),
    (
        N_("rescued, saved"),
        N_("found, was helped to leave, left"),
        N_("People get out in many ways, mostly by themselves; the word is about the rescuer."),
    ),
    (
        N_("victims were lured, fell for, ran off with"),
        N_("traffickers recruited, deceived, threatened"),
        N_("Say who did it. Otherwise it sounds like carelessness."),
    ),
    (
        N_("admitted being trafficked, claims, alleges (of a victim)"),
        N_("said, told, reported"),
        N_("Nobody admits to having been harmed."),
    ),
    (
        N_("pimp, madam, john, client (of who pays)"),
        N_("trafficker, person who bought sex, buyer"),
        N_("Everyday and film words hide a crime, and client is a person who gets services."),
    ),
    (
        N_("modern slavery, sex slave, slave"),
        N_("human trafficking, forced labour"),
        N_("It calls up chains and a history of its own; most people are held by debt, threats or lies."),
    ),
    (
        N_("smuggled (where trafficking is meant)"),
        N_("trafficked"),
        N_("Smuggling is crossing a border; trafficking needs no journey, and most people are never moved abroad."),
    ),
    (
        N_("illegal, illegal immigrant"),
        N_("a person without papers"),
        N_("No person is illegal, and fear of this word keeps people from asking for help."),
    ),
    (
        N_("epidemic, wave, explosion, under our noses"),
        N_("the number, with its period and what it counts"),
        N_("The figures do not say it, and fear helps nobody to recognise what happens."),
    ),
    (
        N_("victim (of somebody who calls herself otherwise)"),
        N_("survivor, or the word that the person uses"),
        N_("Ask. In figures we say victim because the law and the forms do."),
    ),
    (
        N_("statistics show that …"),
        N_("reports to … show, for this period, that …"),
        N_("A number without its source, period and unit of count cannot be checked."),
    ),
)


def cannot() -> tuple[tuple[str, str], ...]:
    """(what cannot be said, why), in the reader's language."""
    return tuple((_(what), _(why)) for what, why in _CANNOT)


def avoid() -> tuple[tuple[str, str, str], ...]:
    """(words to avoid, what to say instead, why), in the reader's language."""
    return tuple((_(words), _(instead), _(why)) for words, instead, why in _AVOID)
