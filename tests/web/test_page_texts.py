"""Every word of a page is a sentence of the catalogues: templates hold no words of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workflow.say import LOCALES, catalogue

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in (ROOT / "web" / "templates").rglob("*.html") if path.name != "docs.html")
SCRIPTS = sorted((ROOT / "web" / "static" / "js").glob("*.js"))
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
JINJA = re.compile(r"\{% set \w+ %\}.*?\{% endset %\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
"""A block that is set holds attributes, and is said where it is used."""
SPOKEN_ATTRIBUTE = re.compile(r"""\b(?:alt|title|placeholder|aria-label|aria-description|label|content)="([^"]*)\"""")
TAG = re.compile(r"<[^>]*>", re.DOTALL)
WORD = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")
UNITS = {"nbsp", "middot", "times", "rarr", "thinsp"}
META = {"width=device-width, initial-scale=1, viewport-fit=cover"}
ASKED = re.compile(r"""\bt\(\s*(['"])([a-z0-9_.]+)\1\s*[,)]""")
BEGUN = re.compile(r"""\bt\(\s*(['"])([a-z0-9_.]+\.)\1\s*[+~]""")
SCRIPT_ASKS = re.compile(r"\btexts\.(?!js\b|zh\b|en\b)([a-z_]+)")
HAN = re.compile(r"[\u4e00-\u9fff]")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    text = JINJA.sub("", COMMENT.sub("", path.read_text(encoding="utf-8")))
    spoken = [found for found in SPOKEN_ATTRIBUTE.findall(text) if found not in META]
    left = [*WORD.findall(TAG.sub(" ", text)), *(word for each in spoken for word in WORD.findall(each))]
    own = [word for word in left if word not in UNITS]
    allowed = {"light", "dark", "auto", "utf"} if path.name == "layout.html" else set()
    assert not set(own) - allowed


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_what_a_template_says_is_in_the_catalogues(path: Path) -> None:
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    for locale in LOCALES:
        known = catalogue(locale)
        assert not {key for _, key in ASKED.findall(text) if not key.endswith(".")} - known.keys()
        assert all(any(key.startswith(begun) for key in known) for _, begun in BEGUN.findall(text))


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_a_script_says_nothing_by_itself(path: Path) -> None:
    code = "\n".join(line.partition("//")[0] for line in path.read_text(encoding="utf-8").splitlines())
    assert not HAN.search(code)
    assert {f"js.{key}" for key in SCRIPT_ASKS.findall(code)} <= catalogue("zh").keys()


def test_errors_that_code_names_are_in_the_catalogues() -> None:
    raised = r"(?:Problem|Refused|Forbidden|Invalid\.field)"
    quoted = re.compile(raised + r"""\(\s*(?:"[a-z_.]+",\s*)?"([a-z_]+\.[a-z_.]+)\"""")
    pairs = re.compile(r"""\(\s*"((?:input|field|password|photo|username|name)\.[a-z_]+)",\s*\{""")
    for folder in ("web", "workflow", "queues"):
        for file in (ROOT / folder).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            for key in (*quoted.findall(text), *pairs.findall(text)):
                assert key in catalogue("zh"), f"{file}: {key}"
