"""The mail of a house under trial: a real server, who of the traffic's people wants letters, and whether each came.

    post = Post(stage)
    with House(…, **post.environment) as house:
        post.open(house)
        …
        found = books.read(house, rides, post)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from models import User
from stage.figures import Figures
from stage.house import House
from stage.mail_server import MailServer
from stage.stage import Stage
from stage.told import Told
from stage.traffic import RIDERS
from workflow import notices

ADDRESSES = {name: f"{name}@example.org" for name in RIDERS[:2]}
"""The third rider has none."""
POINTS_ALONE, POINTS = RIDERS[1], ("told.reward",)
"""Who wants letters of points alone, and what tells of them."""
NUMBER = re.compile(r"[A-Z]+-\d+-\d+")


@dataclass
class Letters:
    """What came in, held against what was `due`. `missing`: too few about a report to an address. `undue`: too many of
    different names. `again`: how many came beyond the first of their name."""

    due: int
    missing: list[str]
    undue: list[str]
    again: int

    def show(self, figures: Figures, cut_off: int) -> None:
        """Each came, and once; under the same name at most so many again as senders were `cut_off`."""
        figures.figure("letters that were due", self.due, least=1)
        figures.figure("letters that never came", len(self.missing), exactly=0)
        figures.figure("letters that were not due, or two of one", len(self.undue), exactly=0)
        figures.figure("letters that came again under their name", self.again, most=cut_off)
        for line in [*self.missing, *self.undue][:10]:
            figures.say(line)


class Post:
    """Its server ends with the stage."""

    def __init__(self, stage: Stage) -> None:
        self._server = MailServer()
        self._server.start()
        stage.held.callback(self._server.stop)
        self.environment = {"SMTP_URL": self._server.url, "MAIL_FROM": "whistle@example.org"}
        """What lets a house send letters."""

    def open(self, house: House) -> None:
        """Give people their addresses, before anything happens that they would be told of."""
        with house.database.writing() as session:
            for person in session.scalars(select(User).where(User.username.in_(ADDRESSES))):
                notices.set_address(session, person, ADDRESSES[str(person.username)])
                if person.username == POINTS_ALONE:
                    notices.switch(session, person, {("progress", "mail"): False})

    def read(self, told: Iterable[Told]) -> Letters:
        """Compare what came in with what people were to be told."""
        due = Counter((ADDRESSES[each.person], each.number) for each in told if _wanted(each))
        came: Counter[tuple[str, str, str]] = Counter()
        for letter in self._server.letters:
            number = NUMBER.search(str(letter["Subject"]))
            came[str(letter["To"]), number[0] if number else "", str(letter["Message-ID"])] += 1
        names = Counter((to, number) for to, number, _ in came)
        return Letters(
            due=due.total(),
            missing=[f"{count} of {number} to {to} never came" for (to, number), count in (due - names).items()],
            undue=[f"{count} of {number} to {to} too many" for (to, number), count in (names - due).items()],
            again=came.total() - len(came),
        )


def _wanted(told: Told) -> bool:
    return told.person in ADDRESSES and (told.person != POINTS_ALONE or told.key in POINTS)
