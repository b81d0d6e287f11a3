"""How long a sign-in lasts: unused, and in all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from config.reading import ConfigError

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=400)


@dataclass(frozen=True)
class Term:
    """A sign-in ends once it was not used for `idle`, and after `whole` however much it was used."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True)
class SignIns:
    """The terms of a rider's sign-in on a page, of anybody's with another role, and of a program's token.

    A rider reports in ten seconds on the street, from a phone of their own, and can give away nothing but what is their
    own: weeks. Staff see other people's reports at desks that others pass by: half a working day unused, and one day's
    work in all, so that nobody is cut off in the middle of it. A program has nobody to type a password.
    """

    rider: Term = Term(timedelta(days=30), timedelta(days=90))
    staff: Term = Term(timedelta(hours=4), timedelta(hours=12))
    token: Term = Term(timedelta(days=7), timedelta(days=30))

    @classmethod
    def load(cls, given: Mapping[str, str]) -> SignIns:
        """From the environment, such as `30d,90d`. Raises ConfigError."""
        return cls(
            rider=_term(given, "SIGN_IN_RIDER", cls.rider),
            staff=_term(given, "SIGN_IN_STAFF", cls.staff),
            token=_term(given, "SIGN_IN_TOKEN", cls.token),
        )


def _term(given: Mapping[str, str], name: str, usual: Term) -> Term:
    if name not in given:
        return usual
    value = given[name]
    found = re.fullmatch(r"([0-9]{1,5})([mhd]),([0-9]{1,5})([mhd])", value.replace(" ", ""))
    if found:
        idle, whole = (timedelta(**{UNITS[found[at + 1]]: int(found[at])}) for at in (1, 3))
        if SHORTEST <= idle <= whole <= LONGEST:
            return Term(idle, whole)
    raise ConfigError(
        f"{name} 应为两个时长，例如 4h,12h（不使用多久、总共多久；m、h、d），5 分钟以上、400 天以内，而不是“{value}”。",
        f"{name} must be two durations such as 4h,12h (unused, in all; m, h, d), from 5 minutes to 400 days, "
        f"not '{value}'.",
    )
