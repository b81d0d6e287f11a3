"""What is otherwise where WHISTLE_ENV says production."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models import City
from models.database import database
from tests.web.conftest import MakeApp


@pytest.fixture
def production(make_app: MakeApp) -> FlaskClient:
    environ = {"WHISTLE_ENV": "production", "BASE_URL": "https://w.example", "TRUSTED_HOSTS": "w.example"}
    return make_app(**environ, SECRET_KEY="k" * 40).test_client()


def test_the_parts_are_shown_while_building_and_not_in_production(make_app: MakeApp, production: FlaskClient) -> None:
    assert make_app().test_client().get("/ui").status_code == 200
    answer = production.get("/ui", base_url="https://w.example", headers={"Accept": "text/html"})
    assert answer.status_code == 404


def test_a_form_for_another_host_is_an_error_and_no_fault(production: FlaskClient) -> None:
    answer = production.post("/sign-in", base_url="https://evil.example", headers={"Accept": "text/html"})
    assert answer.status_code == 400


def test_production_answers_nothing_from_a_demo_that_came_later(production: FlaskClient) -> None:
    """As where the database was away when the server came up."""
    with database.writing() as session:
        session.scalars(select(City)).one().demo = True
    for _ in range(2):
        answer = production.get("/sign-in", base_url="https://w.example")
        assert answer.status_code == 500
        assert 'name="username"' not in answer.text
    assert production.get("/healthz", base_url="https://w.example").status_code == 200
