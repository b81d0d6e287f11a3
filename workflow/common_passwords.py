"""Passwords that others have: those that are guessed first, and what is made of them by a digit here and there.

`common_passwords.txt.gz` holds 39,773 in lower case, the union of those that Django 5.2 (BSD) and zxcvbn 4.5 (MIT)
refuse. Few of them have ten characters; what people do to make them so long is taken off before they are compared.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from functools import cache
from pathlib import Path

LIST = Path(__file__).with_suffix(".txt.gz")
OURS = frozenset({
    "whistle", "whistler", "chuishao", "吹哨", "吹哨人", "rider", "qishou", "骑手", "clerk", "officer", "supervisor",
    "duban", "督办", "guard", "admin", "administrator", "guanliyuan", "管理员", "street", "jiedao", "街道",
    "department", "suzhou", "yuanqu", "苏州", "园区", "welcome", "huanying", "欢迎",
})  # fmt: skip
"""Words of the product, of its roles and of the demo's city (docs/security.md)."""
AROUND = 8
"""So many digits and signs around a word make no password of it."""
REPEATED = re.compile(r"(.{1,5}?)\1+")
COUNTED = "01234567890" * 3
SPELT = str.maketrans("@401357$", "aaoiests")
EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def is_common(password: str, username: str | None = None) -> bool:
    """Whether it is one of the list, or a word of the list, of ours or the username, with digits and signs around it,
    spelt with digits, or said several times."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    words = OURS | {username.casefold()} if username else OURS
    if REPEATED.fullmatch(plain) or plain in COUNTED or plain in COUNTED[::-1]:
        return True
    half = plain[: len(plain) // 2]
    once = half if half * 2 == plain else plain
    return any(each in _listed() or _is_word(each, words) for each in {plain, once, plain.translate(SPELT)})


def _is_word(plain: str, words: frozenset[str]) -> bool:
    core = EDGES.sub("", plain)
    return len(plain) - len(core) <= AROUND and (core in words or core in _listed())


@cache
def _listed() -> frozenset[str]:
    """Read when the first password is chosen: most processes never need it."""
    return frozenset(gzip.decompress(LIST.read_bytes()).decode().splitlines())
