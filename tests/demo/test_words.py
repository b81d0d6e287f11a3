"""What the demo's people are called and say: of their own matter, in the tongue of whoever says it."""

import csv
import io
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from config import Settings
from models import User
from workflow import bootstrap
from workflow.demo import reasons, words
from workflow.demo.english import ENGLISH
from workflow.demo.matters import MATTERS
from workflow.demo.roads import Spot

ROWS = list(csv.DictReader(io.StringIO(Path("cities/sip/categories.csv").read_text(encoding="utf-8-sig"))))
GROUPS = {row["code"]: row["group"] for row in ROWS}
HERE = Spot(31.3, 120.7, "loufeng", "东环路", "公交站", "东环路公交站")
OF_EVERY_MATTER = {name: each for name, each in vars(reasons).items() if name.isupper()}


@pytest.mark.parametrize("matter", MATTERS, ids=lambda each: each.code)
def test_every_matter_is_written_of_in_english_too(matter):
    assert len(set(ENGLISH[matter.code])) == len(ENGLISH[matter.code]) >= 2
    for seed in range(4):
        text = words.report(matter, HERE, Random(seed), english=True)
        assert text.replace("东环路", "").isascii()
        assert "东环路" in text


def test_no_two_matters_share_an_english_sentence():
    said = [each for sentences in ENGLISH.values() for each in sentences]
    assert len(said) == len(set(said))
    assert set(ENGLISH) == {each.code for each in MATTERS}


@pytest.mark.parametrize("name", OF_EVERY_MATTER)
def test_reasons_are_of_a_group_of_the_pack_or_fit_all(name):
    found = OF_EVERY_MATTER[name]
    assert set(found) <= {"", *GROUPS.values()}
    assert len(found[""]) >= 2


def test_a_reason_is_of_the_matters_own_group():
    def given(group):
        chance = Random(1)
        return {reasons.fitting(reasons.REJECTS, group, chance) for _ in range(200)}

    everywhere = set(reasons.REJECTS[""])
    assert given("parking") == everywhere | set(reasons.REJECTS["parking"])
    assert given("rubbish") == everywhere | set(reasons.REJECTS["rubbish"])
    assert given("of another pack") == everywhere
    assert not [each for each in given("rubbish") if "交通事故" in each]


def test_whoever_works_for_the_city_has_a_persons_name(tmp_path):
    settings = Settings.load({"DATA_DIR": str(tmp_path), "DEMO": "people"})
    bootstrap.prepare(settings)
    database = bootstrap.connect(settings)
    try:
        with database.reading() as session:
            names = {each.username: each.name for each in session.scalars(select(User))}
    finally:
        database.engine.dispose()
    staff = {name for username, name in names.items() if not username.startswith("rider")}
    riders = {name for username, name in names.items() if username.startswith("rider")}
    assert len(staff) == len(names) - len(riders) == 21
    assert len(riders) == 43
    assert all(2 <= len(each) <= 3 for each in staff | riders)
    assert not {each[0] for each in staff} & {each[0] for each in riders}
    assert names["clerk.loufeng"] == "严志明"
