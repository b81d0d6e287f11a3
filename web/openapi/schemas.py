"""JSON schemas of what comes in and goes out, gathered under one set of names."""

from __future__ import annotations

import copy
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from web.api.schemas.base import Input
from web.api.schemas.outgoing import ProblemOut
from web.bodies import FILES
from workflow.engine import Lifecycle
from workflow.engine.definition import FieldNeed
from workflow.say import catalogue, say

REF = "#/components/schemas/{model}"
BLANK = {"type": "string", "maxLength": 0}
"""A parameter without a value is one that was not sent."""
BINARY = {"type": "string", "format": "binary"}


class Schemas:
    """Gathers the models of one document, in one language."""

    def __init__(self, tongue: str, lifecycle: Lifecycle) -> None:
        self.tongue, self.lifecycle = tongue, lifecycle
        self._found: dict[str, Any] = {}
        self.outgoing(ProblemOut)

    def components(self) -> dict[str, Any]:
        """All that were gathered, by name."""
        return dict(sorted(self._found.items()))

    def incoming(self, model: type[Input]) -> dict[str, Any]:
        """A reference to what a JSON body must be."""
        return self._add(model, "validation")

    def outgoing(self, model: type[BaseModel]) -> dict[str, Any]:
        """A reference to what an answer is."""
        return self._add(model, "serialization")

    def parameters(self, model: type[Input]) -> list[dict[str, Any]]:
        """The query parameters that a model describes."""
        schema = self._whole(model)
        required = schema.get("required", [])
        found = []
        for name, each in schema["properties"].items():
            told = _never_null(each)
            if name == "state":
                told["enum"] = list(self.lifecycle.states)
            told = told if name in required else _or_blank(told)
            found.append({"name": name, "in": "query", "required": name in required, "schema": told})
        return found

    def form(self, model: type[Input], files: str | None, *, required: bool) -> dict[str, Any]:
        """A multipart body: the model's fields as texts, and its files."""
        schema = self._whole(model)
        schema["properties"] = {name: _never_null(each) for name, each in schema.get("properties", {}).items()}
        if files is not None:
            schema["properties"][files] = {"type": "array", "items": BINARY, "maxItems": FILES}
            if required:
                schema["properties"][files]["minItems"] = 1
                schema["required"] = [*schema.get("required", []), files]
        return schema

    def transitions(self) -> dict[str, Any]:
        """The body of any transition, as the definition has it: one alternative for each that a person may fire."""
        chosen = []
        for name, transition in self.lifecycle.transitions.items():
            if all(who == "system" for who in transition.who) or "new" in transition.targets:
                continue
            fields = {field: self._need(need) for field, need in transition.fields.items()}
            required = [field for field, need in transition.fields.items() if need.required is True]
            told: dict[str, Any] = {
                "title": name,
                "description": getattr(transition.title, self.tongue),
                "type": "object",
                "properties": fields,
                "additionalProperties": False,
            }
            if required:
                told["required"] = required
            chosen.append(told)
        return {"anyOf": chosen}

    def _need(self, need: FieldNeed) -> dict[str, Any]:
        text: dict[str, Any] = {"type": "string", "maxLength": need.maximum}
        schema: dict[str, Any] = {
            "text": text,
            "longtext": text,
            "date": {"type": "string", "format": "date"},
            "number": {"type": "integer", "minimum": need.minimum, "maximum": need.maximum},
            "boolean": {"type": "boolean"},
            "choice": {"type": "string"},
            "choices": {"type": "array", "items": {"type": "string"}, "maxItems": need.maximum},
            "ticket": {"type": "string"},
            "photos": {"type": "array", "items": {"type": "string"}, "maxItems": need.maximum},
        }[need.type]
        if isinstance(need.options, list):
            schema = schema | {"enum": [option.value for option in need.options]}
        return schema | {"description": getattr(need.title, self.tongue)}

    def _add(self, model: type[BaseModel], mode: JsonSchemaMode) -> dict[str, Any]:
        schema = model.model_json_schema(ref_template=REF, mode=mode)
        for name, each in schema.pop("$defs", {}).items():
            self._found[name] = self._said(each)
        self._found[schema["title"]] = self._said(schema)
        return {"$ref": REF.format(model=schema["title"])}

    def _whole(self, model: type[Input]) -> dict[str, Any]:
        schema = copy.deepcopy(model.model_json_schema(ref_template=REF, mode="validation"))
        for name, each in schema.pop("$defs", {}).items():
            self._found[name] = self._said(each)
        return self._said(schema)

    def _said(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Titles are machines' noise, and our own docstrings are for programmers: what people read is a sentence."""
        for name, each in schema.get("properties", {}).items():
            each.pop("title", None)
            key = f"api.field.{name}"
            if key in catalogue(self.tongue):
                each["description"] = say(key, self.tongue)
        schema.pop("description", None)
        return schema


def _or_blank(schema: dict[str, Any]) -> dict[str, Any]:
    """What may be sent, or nothing behind its name."""
    about = {name: each for name, each in schema.items() if name in ("default", "description")}
    core = {name: each for name, each in schema.items() if name not in about}
    choices = core["anyOf"] if core.keys() == {"anyOf"} else [core]
    return {"anyOf": [*choices, BLANK], **about}


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """In a form or a query, what is not sent is not there: nothing is null."""
    told = {name: each for name, each in schema.items() if not (name == "default" and each is None)}
    choices = [each for each in told.get("anyOf", []) if each != {"type": "null"}]
    if len(choices) == 1 and "anyOf" in told:
        del told["anyOf"]
        told |= choices[0]
    elif "anyOf" in told:
        told["anyOf"] = choices
    return told
