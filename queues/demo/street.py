"""What the demo's streets do: triage, reject, merge and assign; and the riders who withdraw before they do."""

from __future__ import annotations

from models import Ticket
from queues.demo.desk import Acts, Desk
from queues.demo.story import Story
from workflow.demo import phrases as words
from workflow.demo.reasons import REJECTS
from workflow.report.checks import RUNNING

DUTY_HOURS = range(17, 21)


class Street:
    """Acts when a ticket is submitted or triaged."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.enter: dict[str, Acts] = {"submitted": self._submitted, "triaged": self._triaged}

    def _submitted(self, story: Story, ticket: Ticket) -> None:
        chance, category = story.chance, self.desk.categories[story.matter.code]
        if story.fate == "withdrawn":
            self.desk.plan(self.desk.soon(4, 45, chance), story, self._withdraw)
            return
        local = self.desk.clockwork.moment.astimezone(self.desk.calendar.tz)
        if category.urgent and story.fate == "solved":
            when = self.desk.soon(2, 9, chance) if chance.random() < 0.93 else self.desk.soon(11, 25, chance)
        elif local.hour in DUTY_HOURS and chance.random() < 0.45:
            when = self.desk.soon(8, 50, chance)
        elif chance.random() < 0.95:
            when = self.desk.working(4, 80, chance)
        else:
            when = self.desk.working(121, 240, chance)
        self.desk.plan(when, story, {"rejected": self._reject, "merged": self._merge}.get(story.fate, self._triage))

    def _withdraw(self, story: Story, ticket: Ticket) -> None:
        self.desk.fire(story, ticket, "withdraw", story.rider, note=story.chance.choice(words.WITHDRAWALS))

    def _reject(self, story: Story, ticket: Ticket) -> None:
        reason = self.desk.reason(REJECTS, story)
        self.desk.fire(story, ticket, "reject", self.desk.cast.clerk(ticket), reason=reason)

    def _merge(self, story: Story, ticket: Ticket) -> None:
        leader = story.leader
        assert leader is not None
        clerk, running = self.desk.cast.clerk(ticket), leader.reached in RUNNING and leader.reached != "submitted"
        if running and self.desk.fire(story, ticket, "merge", clerk, into=self.desk.ticket(leader).number):
            return
        if leader.reached in ("submitted", ""):
            self.desk.plan(self.desk.working(10, 60, story.chance), story, self._merge)
        elif leader.reached in ("rewarded", "closed"):
            self.desk.fire(story, ticket, "reject", clerk, reason=words.UNFIT)
        else:
            story.fate = "solved"
            self._triage(story, ticket)

    def _triage(self, story: Story, ticket: Ticket) -> None:
        priority = "urgent" if story.chance.random() < 0.015 else ""
        self.desk.fire(
            story, ticket, "triage", self.desk.cast.clerk(ticket), category=story.matter.code, priority=priority
        )  # fmt: skip

    def _triaged(self, story: Story, ticket: Ticket) -> None:
        chance = story.chance
        if story.wants == "arbitration" and ticket.send_backs >= 2:
            return
        if ticket.send_backs >= 2:
            self.desk.plan(self.desk.working(40, 380, chance), story, self._arbitrate)
        elif ticket.priority == "urgent":
            self.desk.plan(self.desk.soon(1, 7, chance), story, self._assign)
        else:
            self.desk.plan(
                self.desk.working(1, 28, chance) if chance.random() < 0.94 else self.desk.working(40, 150, chance),
                story,
                self._assign,
            )

    def _assign(self, story: Story, ticket: Ticket) -> None:
        chance = story.chance
        assert ticket.category is not None
        right = ticket.category.department
        bounces = story.wants == "arbitration" or (story.sent_back and chance.random() < 0.35)
        department = self.desk.cast.another(right, story.chance) if bounces or chance.random() < 0.025 else right
        assisting = [self.desk.cast.another(department, story.chance).code] if chance.random() < 0.06 else []
        told = {"department": department.code, "assisting": assisting, "note": chance.choice(words.ASSIGN_NOTES)}
        self.desk.fire(story, ticket, "assign", self.desk.cast.clerk(ticket), **told)

    def _arbitrate(self, story: Story, ticket: Ticket) -> None:
        assert ticket.category is not None
        department, note = ticket.category.department.code, words.ARBITRATED
        self.desk.fire(story, ticket, "assign", self.desk.cast.supervisor, department=department, note=note)
