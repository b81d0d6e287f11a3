"""The document as a page: calls by path, with what they take and answer in short."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Field:
    """A parameter or a field of a body, as a row of a table."""

    name: str
    where: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True)
class Call:
    """A call: its line, its fields and its answers."""

    id: str
    method: str
    path: str
    summary: str
    public: bool
    fields: list[Field] = field(default_factory=list)
    answers: list[tuple[str, str, str]] = field(default_factory=list)


def calls(document: dict[str, Any]) -> list[Call]:
    """The calls of a document, by path."""
    return [
        _call(document, path, method, operations[method])
        for path, operations in sorted(document["paths"].items())
        for method in METHODS
        if method in operations
    ]


def _call(document: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> Call:
    fields = [
        Field(each["name"], each["in"], kind(each["schema"]), each["required"], each.get("description", ""))
        for each in told.get("parameters", [])
    ]
    for media, content in told.get("requestBody", {}).get("content", {}).items():
        for schema in content["schema"].get("anyOf", [content["schema"]]):
            fields += _fields(document, media, schema)
    answers = []
    for status, response in told["responses"].items():
        response = _resolve(document, response)
        schema = next((each["schema"] for each in response.get("content", {}).values()), None)
        answers.append((status, response["description"], kind(schema) if schema else ""))
    return Call(told["operationId"], method.upper(), path, told["summary"], not told["security"], fields, answers)


def _fields(document: dict[str, Any], media: str, schema: dict[str, Any]) -> list[Field]:
    named = schema.get("title") if "$ref" not in schema and "additionalProperties" in schema else None
    whole = _resolve(document, schema)
    where = f"{media} · {named}" if named else media
    return [
        Field(name, where, kind(each), name in whole.get("required", []), each.get("description", ""))
        for name, each in whole.get("properties", {}).items()
    ]


def _resolve(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = document
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def kind(schema: dict[str, Any]) -> str:
    """A type in a few letters: `string (date)`, `[PhotoOut]`, `wgs84 | gcj02 | bd09`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(kind(each) for each in schema["anyOf"] if each.get("maxLength") != 0))
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"[{kind(schema.get('items', {}))}]"
    name = str(schema.get("type", "any"))
    bounds = [str(schema[each]) for each in ("minimum", "maximum") if each in schema]
    extra = schema.get("format") or (" … ".join(bounds) if len(bounds) == 2 else "")
    return f"{name} ({extra})" if extra else name
