"""The policy is one readable file: checked, compared with the one before, and never looser for what is public."""

import shutil
from pathlib import Path

import duckdb
import pytest

from etl.__main__ import main
from etl.release import policy as policies
from etl.release.archive import Archive
from etl.release.check import small_counts
from etl.release.make import make_release
from etl.release.policy import check_stricter, parse, read_policy
from etl.schema import SourceError
from etl.store import Store
from etl.tables import FACTS
from tests.make_warehouse import make_warehouse

TEXT = policies.DEFAULT.read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("base = 11", "base = 10", "base is 10. It must be 11 or more"),
        ("base = 11", "base = 0", "must be 11 or more"),
        ("base = 11", "base = -11", "base must be a whole number of 0 or more"),
        ("base = 11", "base = 11.5", "base must be a whole number"),
        ("base = 11", 'base = "11"', "base must be a whole number"),
        ("base = 11", "base = true", "base must be a whole number"),
        ("base = 11", "bass = 11", "no bass. Known: altered_at_most, base,"),
        ("base = 11 ", "base = ", "not valid TOML"),
        ("settle_months = 3 ", "# ", "does not say settle_months. Copy the line from policy.toml"),
        ("altered_at_most = 0.05", "altered_at_most = 5", "altered_at_most must be a share from 0 to 1"),
        ("altered_at_most = 0.05", "altered_at_most = nan", "altered_at_most must be a share from 0 to 1"),
        ("one_point_at_most = 0.5", 'one_point_at_most = "half"', "one_point_at_most must be a share"),
        ('version = "1"', "version = 1", "version must be a text"),
        ("left_out = []", 'left_out = "lapd"', "left_out must be a list of texts"),
        ("left_out = []", "left_out = [7]", "left_out must be a list of texts"),
        ("agencies = false", "agencies = 0", "agencies must be true or false"),
        ("clients = true ", "# ", "does not say clients"),
        ("[places]", "[place]", "no place. Known:"),
        ("[shared]", "[[shared]]", "[shared] must be a table"),
        ("[units.incidents]", "[units.cases]", "there is no cases. Known: incidents, suspects, victims"),
        ('refine = ["year", "sex", "exploitation"]', 'refine = ["year", "race"]', "refine of suspects may name"),
        ('refine = ["year", "sex", "exploitation"]', 'refine = "year"', "refine of suspects may name"),
        ('refine = ["year", "sex", "exploitation"]', 'finest = ["year"]', "no finest. Known: refine"),
        ('"sex"]\nbelow', '"sexes"]\nbelow', "attributes"),
    ],
)
def test_a_mistake_is_named_with_what_is_expected(old: str, new: str, says: str) -> None:
    with pytest.raises(SourceError) as error:
        parse(changed(old, new))
    assert says in str(error.value)


def test_a_policy_without_a_unit_is_refused_and_so_is_no_text_at_all() -> None:
    with pytest.raises(SourceError, match="names no unit of count"):
        parse(TEXT[: TEXT.index("[units.incidents]")])
    with pytest.raises(SourceError, match="does not say version"):
        parse("")


@pytest.mark.parametrize("forbidden", ["race", "ethnicity", "citizenship", "language", "status", "hour", "lat"])
def test_no_policy_can_ask_for_what_is_never_public(forbidden: str) -> None:
    for unit in FACTS:
        text = TEXT[: TEXT.index("[units.incidents]")] + f'[units.{unit}]\nrefine = ["year", "{forbidden}"]\n'
        with pytest.raises(SourceError, match=f"refine of {unit} may name"):
            parse(text)


LOOSER = [
    ("base = 11", "base = 12", "base"),
    ("settle_months = 3", "settle_months = 4", "settle_months"),
    ("locations = 5", "locations = 6", "locations"),
    ("residents = 1000", "residents = 1001", "residents"),
    ("one_point_at_most = 0.5", "one_point_at_most = 0.4", "one_point_at_most"),
    ("altered_at_most = 0.05", "altered_at_most = 0.01", "altered_at_most"),
    ("few_people = 1000", "few_people = 2000", "few_people"),
    ("dimensions = 3", "dimensions = 2", "dimensions"),
    ("dimensions_if_few = 2", "dimensions_if_few = 1", "dimensions_if_few"),
    ("below = 50", "below = 60", "below"),
    ("left_out = []", 'left_out = ["lapd"]', "left_out"),
]


@pytest.mark.parametrize(("old", "new", "name"), LOOSER)
def test_it_becomes_stricter_and_never_looser_again(old: str, new: str, name: str) -> None:
    loose, strict = parse(TEXT), parse(changed(old, new))
    check_stricter(loose, strict)
    with pytest.raises(
        SourceError, match=f"policy's {name} is looser.*set it back, or begin in another data directory"
    ):
        check_stricter(strict, loose)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('published_elsewhere = ["lapd", ', "published_elsewhere = ["),
        ('published_elsewhere = ["lapd", ', 'published_elsewhere = ["another", "lapd", '),
        ("agencies = false", "agencies = true"),
        ('attributes = ["exploitation", ', "attributes = ["),
    ],
)
def test_what_would_round_or_tell_again_is_refused(old: str, new: str) -> None:
    with pytest.raises(SourceError, match="looser"):
        check_stricter(parse(TEXT), parse(changed(old, new)))


def test_agencies_once_left_out_stay_left_out() -> None:
    some = changed("agencies = false", "agencies = true").replace("held = []", 'held = ["WK001", "FN001"]')
    check_stricter(parse(some), parse(TEXT))
    with pytest.raises(SourceError, match="held"):
        check_stricter(parse(some), parse(some.replace(', "FN001"', "")))


def test_comments_and_spaces_are_not_the_policy() -> None:
    bare = "\n".join(line.split("#")[0].rstrip() for line in TEXT.splitlines() if line.strip())
    assert bare != TEXT and parse(bare).digest == parse(TEXT).digest
    for old, new, _ in LOOSER:
        assert parse(changed(old, new)).digest != parse(TEXT).digest


def test_a_folders_own_policy_wins_over_the_one_that_comes_with_this(tmp_path: Path) -> None:
    assert read_policy(tmp_path).base == 11
    (tmp_path / "policy.toml").write_text(changed("base = 11", "base = 20"), encoding="utf-8")
    assert read_policy(tmp_path).base == 20
    (tmp_path / "policy.toml").write_bytes(b"version = \xff")
    with pytest.raises(SourceError, match="UTF-8"):
        read_policy(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("policy") / "data"
    make_warehouse(data, 900)
    with duckdb.connect(str(Store(data).database(1))) as connection:
        connection.execute(
            "insert into clients by name select 'provider_totals' as source, 'load-p' as load, 'Harbour House' as "
            "provider, 'hmis' as standard, date '2024-01-01' as period_start, date '2024-12-31' as period_end, n "
            "from (values (12), (40)) t(n)"
        )
        connection.execute("insert into sources by name select 'provider_totals' as source, 'totals' as kind")
    make_release(Store(data))
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def public(data: Path, question: str) -> list[tuple[object, ...]]:
    archive = Archive(data)
    with duckdb.connect(str(archive.file(archive.ids()[-1])), read_only=True) as connection:
        return connection.execute(question).fetchall()


def test_the_policy_is_kept_word_for_word_for_readers(data: Path) -> None:
    kept = {str(key): value for key, value in public(data, "from meta")}
    assert kept["policy_text"] == TEXT and kept["policy"] == "1" and kept["tier"] == "public" and kept["base"] == "11"
    about = Archive(data).about(Archive(data).ids()[-1])
    assert about["policy_text"] == TEXT and about["policy_digest"] == parse(TEXT).digest


def test_a_looser_policy_publishes_nothing(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "policy.toml").write_text(changed("residents = 1000", "residents = 10"), encoding="utf-8")
    before = Archive(data).ids()
    assert main(["release", "--data", str(data)]) == 1
    assert "policy's residents is looser" in capsys.readouterr().err
    assert Archive(data).ids() == before


def test_a_changed_policy_needs_another_version(data: Path) -> None:
    strict = changed("residents = 1000", "residents = 2000")
    (data / "policy.toml").write_text(strict, encoding="utf-8")
    with pytest.raises(SourceError, match="still called version 1"):
        make_release(Store(data))
    (data / "policy.toml").write_text(strict.replace('version = "1"', 'version = "2 of May"'), encoding="utf-8-sig")
    made = make_release(Store(data))
    assert not made.already and made.about["policy"] == "2 of May"


@pytest.mark.parametrize("where", ["left_out", "published_elsewhere"])
def test_a_misspelt_source_is_refused_for_it_would_be_published(data: Path, where: str) -> None:
    text = changed(f"{where} = [", f'{where} = ["wick_polise", ').replace(", ]", "]")
    shutil.rmtree(data / "public")
    shutil.rmtree(data / "warehouse" / "releases")
    (data / "policy.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="names wick_polise, and there is no such source"):
        make_release(Store(data))


def test_a_changed_comment_makes_no_release(data: Path) -> None:
    (data / "policy.toml").write_text("# Agreed by the coalition.\n" + TEXT, encoding="utf-8")
    assert make_release(Store(data)).already


def test_figures_of_single_agencies_are_shown_only_where_their_records_are_not_held(tmp_path: Path) -> None:
    def agencies(text: str) -> set[object]:
        data = tmp_path / str(len(list(tmp_path.iterdir())))
        make_warehouse(data, 300)
        (data / "policy.toml").write_text(text, encoding="utf-8")
        make_release(Store(data))
        return {code for (code,) in public(data, "select distinct place_code from published_counts where geo_level = "
                                                 "'agency'")}  # fmt: skip

    assert agencies(TEXT) == set()
    some = changed("agencies = false", "agencies = true")
    assert agencies(some) == {"WK001", "FN001"}
    assert agencies(some.replace("held = []", 'held = ["WK001"]')) == {"FN001"}


def test_providers_totals_are_copied_as_they_were_given_or_not_at_all(data: Path) -> None:
    rows = public(data, "select provider, n, load, period_start::varchar from clients order by n")
    assert rows == [("Harbour House", 12, None, "2024-01-01"), ("Harbour House", 40, None, "2024-01-01")]
    assert ("provider_totals",) in public(data, "select source from sources")
    strict = changed("base = 11 ", "base = 20 ")
    (data / "policy.toml").write_text(strict.replace('version = "1"', 'version = "2"'), encoding="utf-8")
    make_release(Store(data))
    assert public(data, "select n from clients") == [(40,)]
    none = strict.replace('version = "1"', 'version = "3"').replace("clients = true", "clients = false")
    (data / "policy.toml").write_text(none, encoding="utf-8")
    make_release(Store(data))
    assert public(data, "from clients") == []


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        ("update incidents set n = 10 where rowid = 0", "small counts in incidents.n"),
        ("update clients set n = 3", "small counts in clients.n"),
        ("update incidents set hour = 3 where rowid = 0", "small counts in incidents.hour"),
        ("update incidents set h3_9 = 617700169958293503 where rowid = 0", "values in incidents.h3_9"),
        ("update incidents set lat = 40.1 where rowid = 0", "values in incidents.lat"),
        ("update victims set race = 'white' where rowid = 0", "values in victims.race"),
        ("update victims set victim_sex = 'male' where rowid = 0", "values in victims.victim_sex"),
        ("update incidents set occurred_on = '2024-01-01' where rowid = 0", "values in incidents.occurred_on"),
        ("update incidents set counted_on = '2024-01-02', reported_on = '2024-01-02' where rowid = 0", "days in incid"),
        ("update loads set sha256 = 'ab'", "values in loads.sha256"),
        ("update loads set as_of = '2024-01-01'", "values in loads.as_of"),
        ("update coverage set reports = 4000", "values in coverage.reports"),
        ("insert into quarantine by name select 'x' as load", "rows in quarantine"),
        ("create table extra as select 1 as a", "a table extra"),
    ],
)
def test_the_last_look_finds_what_must_not_be_public(data: Path, harm: str, says: str) -> None:
    archive = Archive(data)
    path = archive.file(archive.ids()[-1])
    assert small_counts(path, 11) == []
    with duckdb.connect(str(path)) as connection:
        connection.execute(harm)
    assert any(found.startswith(says) for found in small_counts(path, 11))
