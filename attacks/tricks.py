"""Points got by tricks: who tries them on a running house, and what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from models.clock import now
from stage import books
from stage.callers import Answer, Caller, Callers
from stage.house import House
from stage.photos import patchwork
from stage.stage import Stage

CLERK, OFFICER, SUPERVISOR, ADMIN = "clerk.loufeng", "officer.enforcement", "supervisor", "admin"
PEOPLE = (
    CLERK, "clerk.sip", OFFICER, "head.enforcement", SUPERVISOR, "gate1", ADMIN,
    *(f"rider{number}" for number in range(4, 11)),
)  # fmt: skip
MATTER = {"category": "06010", "latitude": 31.305, "longitude": 120.655}
HEAD, AGAIN_SUPERVISOR = "head.enforcement", "gate1"
OTHERS = {"clerk": "clerk.sip", "officer": OFFICER, "supervisor": AGAIN_SUPERVISOR}


class Abuse:
    """`refused` are tricks that were told no, `earned` those that paid all the same."""

    def __init__(self, stage: Stage, house: House) -> None:
        self.stage, self.house = stage, house
        signed_in = Callers(house)
        self._tokens = {name: signed_in[name].token for name in PEOPLE}
        self.tried = self.refused = 0
        self.earned: list[str] = []
        self.alike: list[str] = []
        """Tickets that were paid for a picture that somebody else was paid for too."""
        self.other = ""
        """The number of a ticket to merge others into."""
        self._pictures = iter(range(10_000))

    def person(self, who: str) -> Caller:
        """Somebody on a line of their own, which no server has closed meanwhile."""
        return Caller(self.house.address, who, self._tokens[who])

    def report(self, who: str, *pictures: bytes, **more: Any) -> str:
        """A report with pictures, once it has been routed; its number."""
        shown = pictures or (patchwork(next(self._pictures)),)
        ids = [each["id"] for each in self.person(who).upload("/uploads", *shown).json["items"]]
        answer = self.person(who).post("/reports", {**MATTER, "photos": ids, **more})
        number = str(answer.json["number"])
        self.settle()
        return number

    def settle(self) -> None:
        """Wait until workers have nothing left to do that is due."""
        books.drain(self.house, 60)

    def fire(self, who: str, number: str, name: str, **fields: Any) -> Answer:
        answer = self.person(who).fire(number, name, **fields)
        if not answer.ok:
            raise RuntimeError(f"{who} cannot {name}: {answer.status} {answer.body[:200]!r}")
        return answer

    def finish(self, number: str, clerk: str = CLERK, officer: str = OFFICER) -> None:
        """Through the offices, as far as it still has to go, and confirmed by its clerk."""
        if self.person(clerk).get(f"/tickets/{number}").json["state"] == "submitted":
            self.fire(clerk, number, "triage", category="06010")
        self.fire(clerk, number, "assign", department="enforcement")
        self.fire(officer, number, "accept")
        shot = patchwork(next(self._pictures))
        proof = self.person(officer).upload("/uploads", shot).json["items"][0]["id"]
        self.fire(officer, number, "resolve", note="已清运。", photos=[proof])
        self.fire(clerk, number, "confirm")
        self.settle()

    def points(self, who: str) -> int:
        return int(self.person(who).get("/me/points").json["balance"])

    def refuse(self, what: str, answer: Answer) -> None:
        self.tried += 1
        if answer.status in (403, 404, 409, 422):
            self.refused += 1
        else:
            self.earned.append(f"{what}: {answer.status}")

    def forbid(self, what: str, answer: Answer, why: str) -> None:
        """It was refused for this reason, and not by chance for another."""
        self.tried += 1
        if answer.status == 403 and answer.json["type"] == why:
            self.refused += 1
        else:
            self.earned.append(f"{what}: {answer.status} {answer.body[:120]!r}")

    def fields(self, who: str, number: str, name: str) -> dict[str, Any]:
        """What this transition needs, as it should be."""
        soon = (now() + timedelta(days=7)).date().isoformat()
        if name.endswith("_extension"):
            due = datetime.fromisoformat(self.person(OTHERS["clerk"]).get(f"/tickets/{number}").json["due_at"])
            soon = (due + timedelta(days=5)).date().isoformat()
        right: dict[str, dict[str, Any]] = {
            "triage": {"category": "06010"}, "reject": {"reason": "不受理"}, "assign": {"department": "enforcement"},
            "send_back": {"reason": "不是我们的"}, "request_extension": {"reason": "材料", "until": soon},
            "grant_extension": {"until": soon}, "refuse_extension": {"reason": "不用"},
            "request_suspension": {"reason": "施工", "review_on": soon}, "suspend": {"review_on": soon},
            "refuse_suspension": {"reason": "不用"}, "merge": {"into": self.other},
        }  # fmt: skip
        if name == "resolve":
            shot = patchwork(next(self._pictures))
            return {"note": "已清运。", "photos": [self.person(who).upload("/uploads", shot).json["items"][0]["id"]]}
        return right.get(name, {})

    def hold(self, what: str, who: str, before: int, most: int) -> None:
        """A trick paid at most so much."""
        self.tried += 1
        if self.points(who) - before <= most:
            self.refused += 1
        else:
            self.earned.append(f"{what}: {self.points(who) - before} points")
