"""What was filled in, made into values: one small reader a type, one sentence for each thing that can be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from unicodedata import category

from sqlalchemy.orm import Session

from workflow.engine.definition import FieldNeed, Title
from workflow.engine.move import Move
from workflow.errors import Invalid

if TYPE_CHECKING:
    from workflow.engine.vocabulary import Vocabulary

Wrong = tuple[str, dict[str, Any]]
Choices = list[str] | None
LONGEST_CODE = 64
INVISIBLE = ("Cf", "Mn", "Me")  # joiners, directions, marks without a letter
_WHOLE = re.compile(r"-?[0-9]{1,9}")


class WrongValue(Exception):
    """A value that cannot be read; carries the sentence."""

    def __init__(self, key: str, **params: Any) -> None:
        self.wrong: Wrong = (key, params)
        super().__init__(key)


def _text(value: Any, need: FieldNeed, _options: Choices) -> str:
    return _string(value, need.maximum)


def _string(value: Any, maximum: int) -> str:
    if not isinstance(value, str):
        raise WrongValue("field.text")
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise WrongValue("field.characters")
    if len(value.strip()) > maximum:
        raise WrongValue("field.too_long", maximum=maximum)
    return value.strip()


def _date(value: Any, _need: FieldNeed, _options: Choices) -> str:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        raise WrongValue("field.date") from None
    if value != day.isoformat() or not 2000 <= day.year <= 2199:
        raise WrongValue("field.date")
    return day.isoformat()


def _number(value: Any, need: FieldNeed, _options: Choices) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not need.minimum <= value <= need.maximum:
        raise WrongValue("field.number", minimum=need.minimum, maximum=need.maximum)
    return value


def _boolean(value: Any, _need: FieldNeed, _options: Choices) -> bool:
    if isinstance(value, str):
        value = {"true": True, "false": False, "1": True, "0": False, "on": True}.get(value.lower())
    if not isinstance(value, bool):
        raise WrongValue("field.boolean")
    return value


def _choice(value: Any, _need: FieldNeed, options: Choices) -> str:
    read = _string(value, LONGEST_CODE)
    if options is not None and read not in options:
        raise WrongValue("field.choice", value=read[:40])
    return read


def _list(value: Any, need: FieldNeed, options: Choices) -> list[str]:
    if isinstance(value, str):
        value = [value]
    most = min(need.maximum, 50)
    if not isinstance(value, list) or len(value) > most:
        too_many = isinstance(value, list) and need.type == "photos"
        raise WrongValue("photo.too_many" if too_many else "field.list", maximum=most)
    return list(dict.fromkeys(_choice(each, need, options) for each in value))


READERS: dict[str, Callable[[Any, FieldNeed, Choices], Any]] = {
    "text": _text,
    "longtext": _text,
    "date": _date,
    "number": _number,
    "boolean": _boolean,
    "choice": _choice,
    "choices": _list,
    "ticket": _choice,
    "photos": _list,
}


def is_blank(value: Any) -> bool:
    """Blank counts as missing: nothing, an empty list, a text of which nothing could be seen."""
    if isinstance(value, str):
        return not any(not character.isspace() and category(character) not in INVISIBLE for character in value)
    return value is None or value == []


def required(vocabulary: Vocabulary, need: FieldNeed, subject: Any) -> bool:
    """Whether a field must be filled in for this subject."""
    return vocabulary.conditions[need.required](subject) if isinstance(need.required, str) else need.required


def options(session: Session, vocabulary: Vocabulary, need: FieldNeed, subject: Any) -> list[tuple[str, Title]] | None:
    """What may be chosen, or None where anything of the type may be given."""
    if isinstance(need.options, str):
        return vocabulary.options[need.options](session, subject)
    return [(option.value, option.title) for option in need.options] if need.options else None


def read_move(move: Move) -> None:
    """Fill in `move.details`. Raises Invalid with one sentence for every wrong, missing or unknown field."""
    needs, given, subject = move.transition.fields, move.given, move.subject
    errors: dict[str, Wrong] = {name: ("field.unknown", {}) for name in given if name not in needs}
    for name, need in needs.items():
        if is_blank(given.get(name)):
            if required(move.vocabulary, need, subject):
                key = "field.missing_photos" if need.type == "photos" else "field.missing"
                errors[name] = (key, {"title": need.title.model_dump()})
            continue
        chosen = options(move.session, move.vocabulary, need, subject)
        try:
            values = None if chosen is None else [value for value, _ in chosen]
            move.details[name] = READERS[need.type](given[name], need, values)
        except WrongValue as error:
            errors[name] = error.wrong
    if errors:
        raise Invalid(errors)
