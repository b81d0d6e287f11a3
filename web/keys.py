"""What the web derives from SECRET_KEY, and what its cookies are called."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property

from config import Settings
from workflow.phones import PhoneBook, derive

SESSION = "whistle_session"
DEVICE = "whistle_device"


@dataclass(frozen=True)
class Keys:
    """One purpose, one key: a leak of what one signs says nothing of the others."""

    settings: Settings

    @property
    def https(self) -> bool:
        """Whether people reach us over TLS: cookies are Secure then, and bound to the host."""
        return self.settings.base_url.startswith("https://")

    def cookie(self, name: str) -> str:
        """The cookie's name: with the `__Host-` prefix wherever browsers accept it, which needs TLS."""
        return f"__Host-{name}" if self.https else name

    @cached_property
    def flask(self) -> bytes:
        """Flask's own key, though nothing of ours is in its session."""
        return derive(self.settings.secret_key, "flask")

    @cached_property
    def forms(self) -> bytes:
        """What the mark in our forms is made with."""
        return derive(self.settings.secret_key, "forms")

    @cached_property
    def phones(self) -> PhoneBook:
        """How telephone numbers are kept."""
        return PhoneBook(self.settings.secret_key)

    def sign(self, data: bytes) -> bytes:
        """16 bytes that only this installation can make of `data`: for cursors."""
        return hmac.new(self._cursors, data, hashlib.sha256).digest()[:16]

    @cached_property
    def _cursors(self) -> bytes:
        return derive(self.settings.secret_key, "cursors")
