"""The page of awards that are looked at a second time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from models.clock import now
from models.database import Database
from tests.web.browsing import Visitor, words
from tests.workflow.test_reviews import paid
from workflow import reviews

FORM = re.compile(r'action="(/supervisor/awards/\d+)"')


@pytest.fixture
def drawn(sqlite_db: Database, site: Flask) -> Flask:
    """Six awards of yesterday to one rider by one clerk, of which three were drawn."""
    with time_machine.travel(now() - timedelta(days=1)), sqlite_db.writing() as session:
        paid(session, 6)
    with sqlite_db.writing() as session:
        assert reviews.draw(session) == 3
    return site


def test_they_are_looked_at_one_by_one(drawn: Flask) -> None:
    sam = Visitor(drawn, "sam", "en")
    assert "3 to look at" in words(sam.get("/supervisor"))
    forms = FORM.findall(sam.get("/supervisor/awards").text)
    assert len(forms) == 3
    missing = sam.post(forms[0], {"verdict": "doubtful", "note": " "})
    assert missing.status_code == 422
    assert 'role="alert"' in missing.text
    done = sam.post(forms[0], {"verdict": "doubtful", "note": "<b>no photo</b>"})
    assert done.location == "/supervisor/awards?did=doubtful"
    page = sam.get(done.location)
    assert "&lt;b&gt;no photo&lt;/b&gt;" in page.text
    assert FORM.findall(page.text) == forms[1:]
    assert sam.post(forms[0], {"verdict": "sound"}).status_code == 409
    assert sam.post(forms[1], {"verdict": "sound"}).location == "/supervisor/awards?did=sound"
    assert "1 to look at" in words(Visitor(drawn, "ada", "en").get("/supervisor"))


def test_what_stands_out_is_named(drawn: Flask) -> None:
    page = words(Visitor(drawn, "sam", "en").get("/supervisor/awards"))
    assert "Carol Alice 6 6 0 60" in page


def test_it_is_nobody_elses(drawn: Flask) -> None:
    assert "/supervisor/awards" not in Visitor(drawn, "hana").get("/supervisor").text
    assert Visitor(drawn, "carol").get("/supervisor/awards").status_code == 403


def test_nothing_to_look_at_says_so(site: Flask) -> None:
    page = words(Visitor(site, "sam", "en").get("/supervisor/awards"))
    assert "Nothing waits for a second look." in page
    assert "Nothing stands out." in page
    assert Visitor(site, "sam").get("/supervisor/awards?days=8").status_code == 422
