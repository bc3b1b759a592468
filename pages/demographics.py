"""Who is harmed, and who is recorded as having harmed them."""

import streamlit as st

from dashboard.components import context, people_figures, protected_people
from dashboard.i18n import _

ctx = context.current()
st.title(_("Demographics"), anchor=False)
if ctx.catalogue.public:
    protected_people.show(ctx)
else:
    people = people_figures.choose(ctx)
    if people_figures.recorded_at_all(people):
        people_figures.minors(people)
        with_race = True
        if people.unit == "suspects":
            with_race = st.toggle(
                _("Show the race and ethnicity of suspects"),
                key="suspects_race",
                help=_(
                    "Off by default: it describes who is arrested and recorded, and is easily misread as who offends."
                ),
            )
        columns = st.columns(2, gap="large")
        for i, column in enumerate(people.attributes(with_race)):
            with columns[i % 2]:
                people_figures.attribute(people, column)
        people_figures.pair(people, with_race)
