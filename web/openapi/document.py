"""OpenAPI 3.1 out of the url map, the routes' declarations and the pydantic models behind them."""

from __future__ import annotations

import re
from types import UnionType
from typing import Any, get_args

from flask import Flask, current_app
from pydantic import BaseModel
from werkzeug.routing import Rule

from models import Ticket
from web.action import PUBLIC, action_of
from web.api.operation import RAW, Operation, operation_of
from web.api.schemas.base import Input
from web.context import keys, reading
from web.keys import SESSION
from web.openapi.schemas import REF, Schemas
from web.problems import title
from workflow.engine import Lifecycle
from workflow.engine.machines import current, machinery
from workflow.say import catalogue, say

HEADERS = {
    "ETag": {"schema": {"type": "string", "pattern": '^"[0-9]+"$'}},
    "Location": {"schema": {"type": "string"}},
    "Retry-After": {"schema": {"type": "integer", "minimum": 1}},
}
GIVEN_HEADERS = {
    "Idempotency-Key": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "If-Match": {"type": "string"},
    "If-None-Match": {"type": "string"},
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
EVERYWHERE = (400, 414, 422, 431, 503)
"""414 and 431 are said before a call is known (`web/server.py`)."""
WITH_BODY = (413, 415)
SIGNED_IN = (401, 403)
RETRY = (429, 503)


def current_document(tongue: str) -> dict[str, Any]:
    """The document of this application in a language, made once for each version of the lifecycle."""
    session = reading()
    definition = current(session, Ticket.kind)
    made: dict[tuple[str, str], dict[str, Any]] = current_app.extensions.setdefault("whistle_openapi", {})
    known = made.get((tongue, definition.sha256))
    if known is None:
        lifecycle = machinery(session, Ticket.kind, definition.id).lifecycle
        known = made[tongue, definition.sha256] = make(current_app, tongue, lifecycle)
    return known


def make(app: Flask, tongue: str, lifecycle: Lifecycle) -> dict[str, Any]:
    """The document; what transitions take is as `lifecycle` declares it."""
    schemas = Schemas(tongue, lifecycle)
    paths: dict[str, dict[str, Any]] = {}
    failures: set[int] = set()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        declared = operation_of(view)
        if declared is None:
            continue
        public = action_of(view) == PUBLIC
        for method in METHODS:
            if method in (rule.methods or ()):
                path = re.sub(r"<(?:[^:<>]*:)?([^<>]+)>", r"{\1}", rule.rule)
                told = _operation(rule, declared, schemas, tongue, public=public)
                failures.update(int(status) for status in told["responses"] if int(status) >= 400)
                paths.setdefault(path, {})[method.lower()] = told
    return {
        "openapi": "3.1.0",
        "info": {
            "title": say("api.title", tongue),
            "version": "1",
            "description": say("api.description", tongue),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.components(),
            "responses": {f"Problem{each}": _problem(each, schemas, tongue) for each in sorted(failures)},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": say("api.bearer", tongue)},
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": keys().cookie(SESSION),
                    "description": say("api.cookie", tongue),
                },
            },
        },
    }


def _operation(rule: Rule, declared: Operation, schemas: Schemas, tongue: str, *, public: bool) -> dict[str, Any]:
    parameters = [_parameter(name, "path", {"type": "string"}, required=True) for name in sorted(rule.arguments)]
    if declared.query is not None:
        parameters += schemas.parameters(declared.query)
    parameters += [_parameter(name, "header", GIVEN_HEADERS[name]) for name in declared.headers]
    told: dict[str, Any] = {
        "operationId": declared.name,
        "summary": say(f"api.{declared.name}", tongue),
        "tags": [declared.name.split("_")[0]],
        "security": [] if public else [{"bearer": []}, {"cookie": []}],
        "responses": _responses(declared, schemas, tongue, public=public),
    }
    for parameter in parameters:
        key = f"api.param.{parameter['name']}"
        if key in catalogue(tongue):
            parameter["description"] = say(key, tongue)
    if parameters:
        told["parameters"] = parameters
    if declared.takes_body:
        told["requestBody"] = {"required": not declared.body_optional, "content": _content(declared, schemas)}
    return told


def _content(declared: Operation, schemas: Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if declared.json is not None:
        fixed = declared.json if issubclass(declared.json, Input) else None
        content["application/json"] = {"schema": schemas.incoming(fixed) if fixed else schemas.transitions()}
    if declared.form is not None:
        schema = schemas.form(declared.form, declared.files, required=declared.file_required)
        content["multipart/form-data"] = {"schema": schema}
    return content


def _responses(declared: Operation, schemas: Schemas, tongue: str, *, public: bool) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, model in (declared.answers or {}).items():
        told: dict[str, Any] = {"description": title(status, tongue)}
        if isinstance(model, str):
            told["content"] = {model: {"schema": RAW[model]}}
        elif model is not None:
            told["content"] = {"application/json": {"schema": _answer(model, schemas)}}
        if declared.answer_headers:
            told["headers"] = {name: HEADERS[name] for name in declared.answer_headers}
        responses[str(status)] = told
    failing = {*EVERYWHERE, *declared.problems, *(() if public else SIGNED_IN)}
    failing |= set(WITH_BODY) if declared.takes_body else set()
    for status in sorted(failing - {int(each) for each in responses}):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return responses


def _answer(model: Any, schemas: Schemas) -> dict[str, Any]:
    if isinstance(model, UnionType):
        return {"anyOf": [_answer(each, schemas) for each in get_args(model)]}
    if isinstance(model, type) and issubclass(model, BaseModel):
        return schemas.outgoing(model)
    return {"type": "object"}


def _problem(status: int, schemas: Schemas, tongue: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": title(status, tongue),
        "content": {"application/problem+json": {"schema": {"$ref": REF.format(model="ProblemOut")}}},
    }
    if status in RETRY:
        told["headers"] = {"Retry-After": HEADERS["Retry-After"]}
    return told


def _parameter(name: str, where: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required, "schema": schema}
