"""What a call takes and answers, declared once: it reads the request, and the OpenAPI document is made of it.

    @api.post("/reports")
    @action("report.create")
    @operation("report_create", json=ReportIn, form=ReportIn, files="photos", answers={201: TicketOut}, problems=(409,))
    def create(body: ReportIn, files: list[FileStorage]) -> Response: ...

The view gets `query`, `body` and `files` as declared, beside what its path names. (APIFlask would be the library for
this; docs/decisions.md says what was found when it was tried.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from web import bodies
from web.api.schemas.base import Input
from workflow.errors import Invalid

PICTURE = "image/jpeg"
METRICS = "text/plain"
RAW = {PICTURE: {"type": "string", "format": "binary"}, METRICS: {"type": "string"}}
"""Answers that are no JSON, by media type, with the schema that the document gives them."""


class Nothing(Input):
    """No parameters."""


class Free:
    """A body whose fields the ticket's definition declares: the engine reads and refuses them."""


@dataclass(frozen=True)
class Operation:
    """A call of the API, as declared."""

    name: str
    query: type[Input] | None = None
    json: type[Input] | type[Free] | None = None
    form: type[Input] | None = None
    files: str | None = None
    file_required: bool = False
    body_optional: bool = False
    headers: tuple[str, ...] = ()
    answers: Mapping[int, Any] | None = None
    answer_headers: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()

    @property
    def takes_body(self) -> bool:
        """Whether a body is read at all."""
        return self.json is not None or self.form is not None


def operation(name: str, **declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a call; see `Operation`."""
    what = Operation(name, **declared)

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def read_and_run(**path: Any) -> Any:
            return view(**path, **_read(what))

        read_and_run.whistle_operation = what  # type: ignore[attr-defined]
        return read_and_run

    return declare


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """What a view declared."""
    return getattr(view, "whistle_operation", None)


def _read(what: Operation) -> dict[str, Any]:
    given: dict[str, Any] = {}
    query = (what.query or Nothing).read(bodies.query(), as_text=True)
    if what.query is not None:
        given["query"] = query
    if what.form is not None and (what.json is None or bodies.is_multipart()):
        given |= _read_form(what)
    elif what.json is not None:
        body = bodies.json_object(optional=what.body_optional)
        given["body"] = what.json.read(body, as_text=False) if issubclass(what.json, Input) else body
        if what.files:
            given["files"] = []
    return given


def _read_form(what: Operation) -> dict[str, Any]:
    assert what.form is not None
    ids = {what.files} if what.files and what.files in what.form.model_fields else set[str]()
    form = bodies.form(frozenset(ids))
    fields = dict(form.fields)
    for name in ids & fields.keys():
        fields[name] = [each for each in fields[name] if each.strip()]
    files = form.files.pop(what.files, []) if what.files else []
    errors: dict[str, tuple[str, dict[str, Any]]] = {name: ("input.unknown", {}) for name in form.files}
    if len(files) > bodies.FILES:
        errors[str(what.files)] = ("input.too_many", {"max_length": bodies.FILES})
    elif what.file_required and not files:
        errors[str(what.files)] = ("input.missing", {})
    try:
        body = what.form.read(fields, as_text=True)
    except Invalid as invalid:
        raise Invalid(invalid.errors | errors) from None
    if errors:
        raise Invalid(errors)
    return {"body": body, "files": files} if what.files else {"body": body}

