"""Telephone numbers: one written form, encrypted at rest, found again by a keyed hash, shown by their last four digits.

    book = PhoneBook(settings.secret_key)
    kept = book.keep(normalise("138 0013 8000"))   # Kept(encrypted=b"…", hash="…", tail="8000")

Encryption is Fernet (AES-128-CBC with HMAC-SHA256), the hash HMAC-SHA256; each has a key of its own, derived from
SECRET_KEY by HKDF-SHA256 (RFC 5869). The hash only answers "is it this very number?".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workflow.errors import Invalid

CHINA = "+86"
MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}")
"""Area code with its zero, then seven or eight digits (the national numbering plan, 2017 edition)."""
INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
"""E.164: at most fifteen digits after the plus."""


@dataclass(frozen=True)
class Kept:
    """A number as it is stored."""

    encrypted: bytes
    hash: str
    tail: str


def normalise(text: str, field: str = "phone") -> str:
    """The E.164 form of a number as people write it: `138 0013 8000`, `０５１２-67681234`, `0086…`, `+44 (0)20 …`.

    A number without a country is Chinese. Raises Invalid naming `field` for what is no number.
    """
    digits = unicodedata.normalize("NFKC", text).strip()
    international = digits.startswith(("+", "00"))
    digits = re.sub(r"[\s().\-‐-―]", "", digits.replace("(0)", "") if international else digits)
    digits = re.sub(r"^00", "+", digits)
    if digits.startswith(CHINA):
        national = digits.removeprefix(CHINA)
        digits = national if MOBILE.fullmatch(national) else "0" + national.removeprefix("0")
    elif re.fullmatch(rf"86{MOBILE.pattern}", digits):
        digits = digits.removeprefix("86")
    if MOBILE.fullmatch(digits):
        return CHINA + digits
    if LANDLINE.fullmatch(digits):
        return CHINA + digits.removeprefix("0")
    if INTERNATIONAL.fullmatch(digits):
        return digits
    raise Invalid.field(field, "phone.wrong")


class PhoneBook:
    """Keeps and opens numbers with the keys that SECRET_KEY gives."""

    def __init__(self, secret_key: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(derive(secret_key, "phone encryption")))
        self._hash_key = derive(secret_key, "phone hash")

    def keep(self, number: str) -> Kept:
        """What to store of a normalised number."""
        return Kept(self._fernet.encrypt(number.encode()), self.hash(number), number[-4:])

    def hash(self, number: str) -> str:
        """The keyed hash that `users.phone_hash` holds, 64 hexadecimal digits: for finding an exact number."""
        return hmac.new(self._hash_key, number.encode(), hashlib.sha256).hexdigest()

    def open(self, encrypted: bytes) -> str | None:
        """The number, or None where it was encrypted under another SECRET_KEY."""
        try:
            return self._fernet.decrypt(encrypted).decode()
        except InvalidToken:
            return None


def derive(secret_key: str, purpose: str) -> bytes:
    """32 bytes for one purpose, from which neither SECRET_KEY nor another purpose's key follows."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"whistle {purpose}".encode()).derive(
        secret_key.encode()
    )
