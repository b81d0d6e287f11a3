"""How what comes in is read: pydantic models whose every error is one of our sentences, by field.

Lax, since strict models refuse dates and every number of a form; but booleans are no numbers, numbers in JSON are
numbers, blank counts as missing, and nothing unknown is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from annotated_types import Ge, GroupedMetadata, Le
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from workflow.errors import Invalid
from workflow.ticket_search import NUMBER

Model = TypeVar("Model", bound="Input")
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FLAGS = {"true": True, "false": False, "1": True, "0": False, "on": True, "off": False}


class Input(BaseModel):
    """Base of all that comes in. A field that is null, or a string of white space, is one that was not sent."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _blank_is_missing(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {
            name: value
            for name, value in values.items()
            if not (value is None or (isinstance(value, str) and not value.strip()))
        }

    @classmethod
    def read(cls: type[Model], values: Any, *, as_text: bool) -> Model:
        """Validate; `as_text` where every value came as text, from a form or a query string. Raises Invalid."""
        try:
            read = cls.model_validate(values, context={"as_text": as_text})
        except ValidationError as error:
            raise Invalid(errors_of(error)) from None
        read.hold()
        return read

    def hold(self) -> None:
        """Raise Invalid where the fields are right alone and wrong together."""


def errors_of(error: ValidationError) -> dict[str, tuple[str, dict[str, Any]]]:
    """A sentence for each field that is wrong; the first where pydantic has several."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for each in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in each["loc"]) or "body"
        found.setdefault(name.encode(errors="replace").decode()[:100], _sentence(each))
    return found


SENTENCES = {
    "missing": ("input.missing", ()),
    "extra_forbidden": ("input.unknown", ()),
    "string_unicode": ("input.characters", ()),
    "invalid_key": ("input.characters", ()),
    "string_too_long": ("input.too_long", ("max_length",)),
    "string_pattern_mismatch": ("input.form", ()),
    "literal_error": ("input.choice", ("expected",)),
    "greater_than_equal": ("input.at_least", ("ge",)),
    "less_than_equal": ("input.at_most", ("le",)),
    "too_long": ("input.too_many", ("max_length",)),
    "too_short": ("input.too_few", ("min_length",)),
    "finite_number": ("input.number", ()),
    "int_from_float": ("input.whole", ()),
    "int_parsing_size": ("input.whole", ()),
    "int_type": ("input.whole", ()),
    "float_type": ("input.number", ()),
    "bool_type": ("input.flag", ()),
    "string_type": ("input.text", ()),
    "list_type": ("input.list", ()),
    "model_type": ("input.object", ()),
}


def _sentence(each: ErrorDetails) -> tuple[str, dict[str, Any]]:
    context = each.get("ctx") or {}
    if each["type"].startswith("input."):
        return each["type"], context
    key, wanted = SENTENCES.get(each["type"], ("input.wrong", ()))
    return key, {name: str(context[name]).replace("'", "") for name in wanted}


def wrong(key: str, **params: Any) -> PydanticCustomError:
    """The error that says the sentence `key`."""
    return PydanticCustomError(key, key, params)


def _as_text(info: ValidationInfo) -> bool:
    return bool(info.context and info.context.get("as_text"))


def _number(key: str, written: re.Pattern[str], made: type[int | float]) -> BeforeValidator:
    def read(value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str) and _as_text(info) and written.fullmatch(value.strip()):
            return made(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong(key)
        return value

    return BeforeValidator(read)


def _flag(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str) and _as_text(info):
        value = FLAGS.get(value.strip().lower(), value)
    if not isinstance(value, bool):
        raise wrong("input.flag")
    return value


def _clean(value: str) -> str:
    if "\x00" in value:
        raise wrong("input.characters")
    return value


def _moment(value: Any) -> Any:
    if not isinstance(value, str) or not MOMENT.fullmatch(value.strip()):
        raise wrong("input.moment")
    # Python knows no leap second, and no more than six digits of one.
    text = re.sub(r"(?<=:[0-9]{2}):60", ":59", value.strip().upper().replace(" ", "T"))
    try:
        moment = datetime.fromisoformat(re.sub(r"([.][0-9]{6})[0-9]+", r"\1", text)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong("input.moment") from None
    if not 1990 <= moment.year <= 2199:
        raise wrong("input.moment")
    return moment


def _moment_or_day(value: Any) -> Any:
    # An unescaped plus of a time zone arrives as a space.
    text = re.sub(r" (?=[0-9]{2}:[0-9]{2}$)", "+", value.strip()) if isinstance(value, str) else value
    if isinstance(text, str) and DAY.fullmatch(text):
        try:
            return _in_reach(date.fromisoformat(text))
        except ValueError:
            raise wrong("input.moment_or_day") from None
    try:
        return _moment(text)
    except PydanticCustomError:
        raise wrong("input.moment_or_day") from None


def _in_reach(day: date) -> date:
    if not 1990 <= day.year <= 2199:
        raise ValueError(day)
    return day




@dataclass(frozen=True)
class Text(GroupedMetadata):
    """Of a string: at most `most` characters that a database can store, without spaces around them."""

    most: int
    pattern: str | None = None
    strip: bool = True

    def __iter__(self) -> Iterator[object]:
        yield from StringConstraints(max_length=self.most, pattern=self.pattern, strip_whitespace=self.strip)
        yield AfterValidator(_clean)


@dataclass(frozen=True)
class Number(GroupedMetadata):
    """Of a float: between two bounds, both allowed; a number in JSON, its digits in a form."""

    low: float
    high: float

    def __iter__(self) -> Iterator[object]:
        yield from (Ge(self.low), Le(self.high), _number("input.number", NUMBER, float))


@dataclass(frozen=True)
class Whole(GroupedMetadata):
    """Of an int: as `Number`, without a fraction."""

    low: int
    high: int

    def __iter__(self) -> Iterator[object]:
        yield from (Ge(self.low), Le(self.high), _number("input.whole", WHOLE, int))


Flag = Annotated[bool, BeforeValidator(_flag)]
Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
MomentOrDay = Annotated[
    datetime | date,
    BeforeValidator(_moment_or_day),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}
    ),
]
RowId = Annotated[int, Whole(1, 2**31 - 1)]
PublicId = Annotated[str, Text(64, r"^[A-Za-z0-9_-]+$")]
"""The id of a picture or of a ticket's public view, as we gave it out."""
