"""The people file: what is wrong in it is said without a name, and a change is seen."""

from pathlib import Path

import pytest

from dashboard import people
from dashboard.people import PeopleError
from tests.people_file import FILE

SECRET = "zoe@hidden.example"
WRONG = {
    "people = 3": "not a table",
    "[people": "not valid TOML",
    "a = 1\nb = = 2": "not valid TOML (line 2)",
    "[visitors]": "key that is not known (`visitors`)",
    f'["{SECRET}"]\nrole = "steward"': "key that is not known. Known",
    f'[people."{SECRET}"]': "no role",
    f'[people."{SECRET}"]\nrole = "admin"': "partner, researcher, steward",
    f'[people."{SECRET}"]\nrole = ["steward"]': "no role",
    '[people.zoe]\nrole = "steward"': "not named by an e-mail address",
    f'people."{SECRET}".role = "steward"\npeople."{SECRET.upper()}".role = "steward"': "person number 2 is named twice",
    f'[people."{SECRET}"]\nrole = "steward"\nrolle = 1': "person number 1 has a key that is not known (`rolle`)",
    f'[people."{SECRET}"]\nrole = "steward"\n"{SECRET}" = 1': "a key that is not known. Known",
    f'[people."{SECRET}"]\nrole = "steward"\nsources = ["a"]': "sees every source",
    f'[people."{SECRET}"]\nrole = "partner"': "lacks an agency",
    f'[people."{SECRET}"]\nrole = "partner"\nagency = "nobody"': "not one of `agencies`",
    f'[agencies.a]\nowns = ["b"]\n[people."{SECRET}"]\nrole = "partner"\nagency = "a"\nsources = ["c"]': "may not see",
    f'[people."{SECRET}"]\nrole = "researcher"\nsources = ["a"]\nends = 2027-01-01': "lacks agreement",
    f'[people."{SECRET}"]\nrole = "researcher"': "lacks agreement and ends and sources",
    f'[people."{SECRET}"]\nrole = "steward"\nends = "2027-01-01"': "not a day",
    f'[people."{SECRET}"]\nrole = "steward"\nends = 2027-01-01T00:00:00': "not a day",
    f'[people."{SECRET}"]\nrole = "steward"\nends = 2027-02-30': "not valid TOML",
    f'[people."{SECRET}"]\nrole = "steward"\nfinest_date = "second"': "not one of day, month",
    "[agencies.a]\nowns = 'b'": "not a list of sources",
    '[agencies.a]\nsees = ["b\'; drop"]': "not a list of sources",
    "[sign_in]\nhours = 0": "above 0 and at most 24",
    "[sign_in]\nhours = true": "above 0",
    "[sign_in]\nidle_minutes = nan": "above 0",
    "[sign_in]\nidle_minutes = 100000": "at most 240",
    "[sign_in]\ntrust_unverified_email = 1": "true or false",
    "[sign_in]\nemail_claim = ''": "not a text",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=list(WRONG.values()))
def test_what_is_wrong_is_said_in_a_sentence_that_names_nobody(text: str, said: str) -> None:
    with pytest.raises(PeopleError) as error:
        people.parse(text)
    assert said in error.value.message and error.value.remedy == people.REMEDY
    assert "zoe" not in str(error.value).lower() and "hidden" not in str(error.value).lower()


def test_a_partner_can_be_given_less_than_the_agency() -> None:
    text = FILE.replace("[people.", '[people."f@fenn.example"]\nrole="partner"\nagency="fenn"\nsources=[]\n[people.', 1)
    assert people.parse(text).people["f@fenn.example"].sources == frozenset()


def test_the_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    with pytest.raises(PeopleError, match="Nobody is named yet"):
        people.read(tmp_path)
    (tmp_path / people.FILE).write_text(FILE)
    first = people.read(tmp_path)
    assert people.read(tmp_path) is first and "ana@wick.example" in first.people
    (tmp_path / people.FILE).write_text(FILE.replace("Ana@", "Zoe@"))
    assert "ana@wick.example" not in people.read(tmp_path).people
    (tmp_path / people.FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(PeopleError, match="cannot be read"):
        people.read(tmp_path)
