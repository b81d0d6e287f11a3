"""Sentences: a key and parameters, said in the reader's language.

The catalogues are the plain gettext files that the pages use too (`translations/{zh,en}/LC_MESSAGES/messages.po`), read
once a process; the message id is the key. Parameters are `{named}`; a parameter of `{"zh": …, "en": …}` is said in the
reader's language too.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LOCALES = ("zh", "en")
FOLDER = Path(__file__).resolve().parent.parent / "translations"


@cache
def catalogue(locale: str) -> dict[str, str]:
    """All sentences of a language, by key."""
    with (FOLDER / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=locale) if message.id}


def say(key: str, locale: str, **params: Any) -> str:
    """The sentence `key` in `locale`; an unknown locale reads Chinese. Raises KeyError for an unknown key."""
    locale = locale if locale in LOCALES else LOCALES[0]
    spoken = {name: _spoken(value, locale) for name, value in params.items()}
    return catalogue(locale)[key].format_map(spoken)


def _spoken(value: Any, locale: str) -> Any:
    if isinstance(value, dict) and "zh" in value:
        return value.get(locale) or value["zh"]
    return value
