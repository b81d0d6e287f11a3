"""The lifecycle as a drawing."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from flask import Flask

from models.database import Database
from stage.cast import a_ticket
from tests.web.admin_forms import ada
from tests.web.browsing import words
from workflow.administration.drawn import draw
from workflow.engine.definition import Lifecycle
from workflow.engine.machines import current, machinery
from workflow.report import REPORT
from workflow.say import LOCALES


@pytest.fixture
def lifecycle(sqlite_db: Database) -> Lifecycle:
    with sqlite_db.reading() as session:
        return machinery(session, REPORT.kind, current(session, REPORT.kind).id).lifecycle


@pytest.mark.parametrize("locale", LOCALES)
def test_every_state_and_way_is_drawn_and_none_lies_over_another(lifecycle: Lifecycle, locale: str) -> None:
    drawing = draw(lifecycle, locale)
    assert {node.name for node in drawing.nodes} == set(lifecycle.states)
    boxes = [(node.x - 58, node.y - 22, node.x + 58, node.y + 22) for node in drawing.nodes]
    assert min(min(box[:2]) for box in boxes) >= 0
    assert max(box[2] for box in boxes) <= drawing.width
    assert max(box[3] for box in boxes) <= drawing.height
    assert not [
        (one, other)
        for at, one in enumerate(boxes)
        for other in boxes[at + 1 :]
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]
    ways = {way for each in lifecycle.transitions.values() for way in each.targets.items()}
    drawn = {(source.name, arrow.target.name) for arrow in drawing.arrows for source in arrow.sources}
    assert drawn == {(start, end) for start, end in ways if start != end}
    assert all(arrow.paths and arrow.label for arrow in drawing.arrows)
    labels = [(arrow.x, arrow.y) for arrow in drawing.arrows]
    assert len(set(labels)) == len(labels)


def test_the_drawing_is_a_picture_with_words_and_counts(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        a_ticket(session, "triaged")
    page = ada(site).get("/admin/workflow")
    svg = re.search(r'<svg class="drawn".*?</svg>', page.text, re.DOTALL)
    assert svg is not None
    root = ElementTree.fromstring(svg[0])
    assert root.get("role") == "img"
    assert root[0].text == "工单流程图"
    assert "1 件" in words(page)
