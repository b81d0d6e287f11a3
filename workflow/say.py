"""Sentences: a key and parameters, said in the reader's language.

The catalogues are plain gettext files (`translations/{zh,en}/LC_MESSAGES/*.po`, one a part of the product), read once a
process; the message id is the key, and unique over all of them. Parameters are `{named}`; a parameter of
`{"zh": …, "en": …}` is said in the reader's language too.
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
    """All sentences of a language, by key. Raises ValueError for a key that is in two files."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / locale / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            sentences = {str(each.id): str(each.string) for each in read_po(file, locale=locale) if each.id}
        doubled = found.keys() & sentences.keys()
        if doubled:
            raise ValueError(f"{path}: another file has {', '.join(sorted(doubled))} too")
        found |= sentences
    return found


def say(key: str, locale: str, **params: Any) -> str:
    """The sentence `key` in `locale`; an unknown locale reads Chinese. Raises KeyError for an unknown key."""
    locale = locale if locale in LOCALES else LOCALES[0]
    spoken = {name: _spoken(value, locale) for name, value in params.items()}
    return catalogue(locale)[key].format_map(spoken)


def both(key: str) -> dict[str, str]:
    """A sentence in every language, as a parameter of another."""
    return {locale: say(key, locale) for locale in LOCALES}


def _spoken(value: Any, locale: str) -> Any:
    if isinstance(value, dict) and "zh" in value:
        return value.get(locale) or value["zh"]
    return value
