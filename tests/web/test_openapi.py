"""The document is whole, true to the routes, valid OpenAPI 3.1, and in the reader's language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.web.conftest import People
from web.action import PUBLIC, action_of
from web.api.operation import operation_of
from web.form_marks import PAGES

UNDOCUMENTED = {
    "/static/<path:filename>", "/static/v-<mark>/<path:filename>", "/api/v1/docs", "/.well-known/security.txt",
}  # fmt: skip
"""What is no call, beside the pages."""


@pytest.fixture
def document(crowd: People) -> dict[str, Any]:
    told: dict[str, Any] = crowd.nobody.get("/openapi.json").json
    return told


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_it_describes_every_call_with_whole_paths(site: Flask, document: dict[str, Any]) -> None:
    for rule in site.url_map.iter_rules():
        view = site.view_functions[rule.endpoint]
        if rule.rule in UNDOCUMENTED or rule.endpoint.partition(".")[0] == PAGES:
            assert operation_of(view) is None
            continue
        path = rule.rule.replace("<", "{").replace(">", "}")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            told = document["paths"][path][method.lower()]
            assert told["summary"]
            public = action_of(view) == PUBLIC
            assert told["security"] == ([] if public else [{"bearer": []}, {"cookie": []}])
            assert public or {"401", "403"} <= set(told["responses"])
            assert {"400", "414", "422", "431", "503"} <= set(told["responses"])


def test_a_blank_parameter_is_one_that_was_not_sent(document: dict[str, Any]) -> None:
    told = document["paths"]["/api/v1/tickets"]["get"]["parameters"]
    optional = {each["name"]: each["schema"] for each in told if each["in"] == "query" and not each["required"]}
    assert {"limit", "overdue", "state", "sort"} <= set(optional)
    assert all({"type": "string", "maxLength": 0} in schema["anyOf"] for schema in optional.values())
    assert optional["limit"]["default"] == 50


def test_a_report_is_sent_as_json_or_as_a_form(document: dict[str, Any]) -> None:
    told = document["paths"]["/api/v1/reports"]["post"]
    content = told["requestBody"]["content"]
    assert set(content) == {"application/json", "multipart/form-data"}
    form = content["multipart/form-data"]["schema"]["properties"]
    assert form["photos"]["items"] == {"type": "string", "format": "binary"}
    assert form["latitude"]["type"] == "number"
    assert (form["latitude"]["minimum"], form["latitude"]["maximum"]) == (-90, 90)
    assert {"201", "409", "413", "415", "429"} <= set(told["responses"])
    assert [each["name"] for each in told["parameters"]] == ["Idempotency-Key"]


def test_transitions_are_the_definitions(document: dict[str, Any]) -> None:
    told = document["paths"]["/api/v1/tickets/{number}/transitions/{name}"]["post"]
    bodies = {each["title"]: each for each in told["requestBody"]["content"]["application/json"]["schema"]["anyOf"]}
    assert bodies["assign"]["required"] == ["department"]
    assert set(bodies["assign"]["properties"]) == {"department", "assisting", "note"}
    assert bodies["confirm"]["properties"]["rating"]["maximum"] == 5
    assert "reward" not in bodies
    assert "open" not in bodies


def test_it_speaks_the_readers_language(crowd: People) -> None:
    titles = {
        language: crowd.nobody.get("/openapi.json", headers={"Accept-Language": language}).json["info"]["title"]
        for language in ("zh", "en")
    }
    assert titles == {"zh": "吹哨接口", "en": "Whistle API"}


def test_no_text_of_it_is_for_programmers(document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False)
    for source in ("base.py", "incoming.py", "outgoing.py"):
        for line in (Path("web/api/schemas") / source).read_text(encoding="utf-8").splitlines():
            if line.strip().startswith('"""') and len(line.strip()) > 20:
                assert line.strip().strip('"') not in text


def test_it_reaches_nowhere(document: dict[str, Any]) -> None:
    assert "://" not in json.dumps({**document, "info": {}})
