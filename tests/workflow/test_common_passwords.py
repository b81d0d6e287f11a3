"""Passwords that are guessed first are none, whatever was put around them; others are, whatever they are made of."""

from __future__ import annotations

import pytest

from workflow.common_passwords import LIST, _listed, is_common
from workflow.errors import Invalid
from workflow.passwords import PASSWORD_LENGTH, hold_password

COMMON = [
    "1234567890", "12345678901", "0987654321", "qwertyuiop", "password123", "Password123!", "P@ssw0rd2024!",
    "iloveyou1314", "woaini1314", "abcabcabcabc", "qwertyqwerty", "whistle2026", "Whistle!2026", "吹哨20261234",
    "Ｗｈｉｓｔｌｅ２０２６", "admin12345", "administrator1", "suzhou2026!", "rider1rider1", "new.person99",
    "welcome12345", "dragon!!!!!!",
]  # fmt: skip
GOOD = [
    "tidal plum, no kites", "correcthorsebattery", "a good password", "骑车穿过金鸡湖的早晨", "rjxqtvbnmk",
    "73914862057731", "ÜBERgröße--gut", "my 3 whistles of brass", "one long line of words " * 8,
]  # fmt: skip


@pytest.mark.parametrize("password", COMMON)
def test_what_others_have_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        hold_password(password, "new.person")
    assert refused.value.errors["password"][0] in ("password.common", "password.too_simple")


@pytest.mark.parametrize("password", GOOD)
def test_anything_else_is_taken_whatever_it_is_made_of(password: str) -> None:
    hold_password(password, "new.person")


def test_thousands_of_our_length_are_refused() -> None:
    """The list's own, and the usual ways to bring its first ones to ten characters."""
    assert len(_listed()) == 39_773
    assert all(word == word.lower() for word in _listed())
    long = {word for word in _listed() if len(word) >= PASSWORD_LENGTH}
    short = {word for word in _listed() if word.isalpha() and len(word) < PASSWORD_LENGTH}
    made = {f"{word.capitalize()}{'123456'[: PASSWORD_LENGTH - len(word)]}" for word in short}
    assert len(long) > 2000
    assert len(made) > 10_000
    assert all(is_common(word) for word in long | made)
    assert LIST.stat().st_size < 150_000


def test_the_username_is_no_password_of_its_owner_alone() -> None:
    assert is_common("grace.hopper1", "grace.hopper")
    assert not is_common("grace.hopper1", "ada")


def test_the_demo_may_be_what_it_likes() -> None:
    hold_password("whistle", "rider1", strict=False)
