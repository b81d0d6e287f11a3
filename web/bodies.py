"""What a request brings, read into plain values: JSON, multipart and query strings, each with one limit."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Request as FlaskRequest
from flask import g, request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser

from web.errors import Unreadable, Unsupported
from workflow.errors import Invalid

JSON_BYTES = 1024 * 1024
FORM_FIELD_BYTES = 256 * 1024
FILE_BYTES = 15 * 1024 * 1024
FILES = 9
BODY_BYTES = FILES * FILE_BYTES + JSON_BYTES
LONGEST_NUMBER = 400


class Request(FlaskRequest):
    """Flask's request, but for a broken multipart body, which is an error and not an empty form."""

    def make_form_data_parser(self) -> FormDataParser:
        parser = super().make_form_data_parser()
        parser.silent = False
        return parser


@dataclass(frozen=True)
class Form:
    """A multipart body: its texts by field, and its files by field in the order they came in."""

    fields: dict[str, Any]
    files: dict[str, list[FileStorage]] = field(default_factory=dict)


@dataclass(frozen=True)
class PageForm:
    """What the form of a page brought, of either kind of body."""

    values: MultiDict[str, str]
    pictures: list[FileStorage]

    def text(self, name: str) -> str | None:
        """A field's text without spaces around it; None where it is blank or missing. Raises Invalid for two."""
        found = self.values.getlist(name)
        if len(found) > 1:
            raise Invalid.field(name, "input.twice")
        return found[0].strip() or None if found else None

    def many(self, name: str) -> list[str]:
        """What was chosen in a field that takes several; blanks count as missing."""
        return [each.strip() for each in self.values.getlist(name) if each.strip()]

    def typed(self, *but: str) -> dict[str, Any]:
        """All fields but some, as typed: a list where a field came more than once."""
        return {
            name: found if len(found) > 1 else found[0] for name, found in self.values.lists() if name not in but
        }


def page_form() -> PageForm:
    """The form of a page, read once a request: `photos` are its files. Raises Unsupported, Unreadable and Invalid."""
    if "page_form" not in g:
        if is_multipart():
            read_multipart()
        elif request.mimetype == "application/x-www-form-urlencoded" or not _whole_body():
            request.max_content_length = JSON_BYTES
        else:
            raise Unsupported
        for name, found in request.form.lists():
            if any("\x00" in each for each in found):
                raise Invalid.field(name, "input.characters")
        sent = [file for file in request.files.getlist("photos") if file.filename or _size(file)]
        g.page_form = PageForm(request.form, sent)
    return cast(PageForm, g.page_form)


def is_multipart() -> bool:
    """Whether the body says that it is multipart/form-data."""
    return request.mimetype == "multipart/form-data"


def json_object(*, optional: bool = False) -> dict[str, Any]:
    """The body as a JSON object; where it is `optional`, no body at all is an empty one.

    Raises Unsupported, Unreadable and, for JSON that is no object, Invalid naming `body`. Not-a-number and
    numbers beyond all bounds come through as floats that no field takes, so that the field is what is named.
    """
    request.max_content_length = JSON_BYTES
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        if optional and not request.mimetype and not _whole_body():
            return {}
        raise Unsupported
    data = _whole_body()
    if optional and not data.strip():
        return {}
    try:
        value = json.loads(data.decode("utf-8-sig"), parse_int=_whole)
    except (ValueError, RecursionError):
        raise Unreadable("problem.not_json") from None
    if not isinstance(value, dict):
        raise Invalid.field("body", "input.object")
    return value


def _whole_body() -> bytes:
    """The body as it was announced: what was cut off on the way is an error, and never a shorter request."""
    try:
        data = request.get_data()
    except HTTPException:
        raise
    except Exception:  # whatever the server's reader finds wrong with chunks, or a connection that fell silent
        raise Unreadable("problem.cut_off") from None
    if request.content_length is not None and len(data) < request.content_length:
        raise Unreadable("problem.cut_off")
    return data


def form(lists: frozenset[str] = frozenset()) -> Form:
    """The multipart body. A field that may come more than once is in `lists` and gives a list; any other is an error
    the second time. Raises Unsupported, Unreadable and Invalid."""
    if not is_multipart():
        raise Unsupported
    texts, files = read_multipart()
    sent = {name: [file for file in found if file.filename or _size(file)] for name, found in files.lists()}
    return Form(_single(texts, lists), {name: found for name, found in sent.items() if found})


def read_multipart() -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
    """Texts and files of a multipart body, within the limits of all of them. Raises Unreadable."""
    request.max_content_length = BODY_BYTES
    request.max_form_memory_size = FORM_FIELD_BYTES
    request.max_form_parts = 64
    try:
        return request.form, request.files
    except HTTPException:
        raise
    except Exception:  # the parser's own errors, and whatever the server's reader raises beneath it
        raise Unreadable("problem.not_multipart") from None


def query(lists: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The query string. Raises Invalid for a parameter that is given twice."""
    return _single(request.args, lists)


def content(file: FileStorage) -> bytes:
    """The bytes of an uploaded file, at most one more than a picture may have: what is longer is known to be too long
    without being read."""
    return file.stream.read(FILE_BYTES + 1)


def _single(values: MultiDict[str, str], lists: frozenset[str]) -> dict[str, Any]:
    doubled = [name for name, found in values.lists() if len(found) > 1 and name not in lists]
    if doubled:
        raise Invalid({name: ("input.twice", {}) for name in doubled})
    return {name: found if name in lists else found[0] for name, found in values.lists()}


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < LONGEST_NUMBER else math.inf


def _size(file: FileStorage) -> int:
    at = file.stream.tell()
    end = file.stream.seek(0, 2)
    file.stream.seek(at)
    return end - at

