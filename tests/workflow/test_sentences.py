"""Every sentence is there in both languages, takes the same parameters, and is typeset as its language wants it."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from workflow.say import LOCALES, catalogue, say

ROOT = Path(__file__).resolve().parents[2]
HAN = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH_BESIDE_HAN = re.compile(r"[\u4e00-\u9fff][,;:!?()]|[,;:!?()][\u4e00-\u9fff]")
SYNTAX = {"api.param.near", "input.near", "pack.bad_ring"}  # they show what is typed, commas and all
QUOTED_KEY = re.compile(r"""\bsay\(\s*"([a-z]+\.[a-z_.]+)\"""")


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_sentences_with_the_same_parameters() -> None:
    chinese, english = (catalogue(locale) for locale in LOCALES)
    assert chinese.keys() == english.keys()
    differing = [key for key in chinese if parameters(chinese[key]) != parameters(english[key])]
    assert not differing


def test_none_is_blank_or_left_in_the_other_language() -> None:
    chinese, english = (catalogue(locale) for locale in LOCALES)
    assert not [key for key in chinese if not chinese[key].strip() or not english[key].strip()]
    assert not [key for key, text in english.items() if HAN.search(text.replace("zh", ""))]


def test_chinese_has_full_width_punctuation() -> None:
    wrong = {key for key, text in catalogue("zh").items() if HALF_WIDTH_BESIDE_HAN.search(text)}
    assert wrong <= SYNTAX


@pytest.mark.parametrize("folder", ["workflow", "queues", "web", "commands"])
def test_what_the_code_says_is_in_the_catalogues(folder: str) -> None:
    for file in (ROOT / folder).rglob("*.py"):
        for key in QUOTED_KEY.findall(file.read_text(encoding="utf-8")):
            assert key in catalogue("zh"), f"{file}: {key}"


def test_an_unknown_language_reads_chinese() -> None:
    assert say("problem.not_found", "fr") == say("problem.not_found", "zh")


def test_a_parameter_in_both_languages_is_said_in_the_readers() -> None:
    said = {locale: say("due.skipped", locale, what={"zh": "周末", "en": "weekends"}) for locale in LOCALES}
    assert "周末" in said["zh"]
    assert "weekends" in said["en"]
