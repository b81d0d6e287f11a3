"""What administrators set, in words: a field's name, a value, and what an act changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models import Act
from workflow.deadlines import amount
from workflow.directory import Names
from workflow.say import catalogue, say


@dataclass(frozen=True)
class Changed:
    """A field that an act changed."""

    title: str
    before: str
    after: str


class Labels(Names):
    """Says fields and values in a language."""

    def field(self, field: str) -> str:
        """A field's name: `points`, `governance.appeals`, `limits.triage.urgent.minutes`."""
        parts = field.split(".")
        if parts[0] == "limits":
            key = "set.clock_urgent" if "urgent" in parts else "set.clock"
            return say(f"{key}.{parts[-1]}", self.locale, clock=say(f"clock.{parts[1]}", self.locale))
        key = f"set.{parts[-1]}"
        return say(key, self.locale) if key in catalogue("zh") else field

    def value(self, field: str, value: Any) -> str:
        """A value of a field."""
        last = field.split(".")[-1]
        if isinstance(value, bool):
            return say("set.yes" if value else "set.no", self.locale)
        if value is None:
            return "—"
        if last in ("minutes", "limit_minutes") and isinstance(value, int):
            return amount(value, self.locale)
        if last in ("counts", "limit_counts"):
            return say(f"counts.{value}", self.locale)
        if last == "department":
            return self.unit(str(value))
        return str(value)

    def role(self, role: str, unit: str) -> str:
        """A role in a unit; a rider's is in the whole city and needs no unit."""
        title = say(f"admin.role.{role}", self.locale)
        return title if role == "rider" else f"{title} · {self.unit(unit)}"

    def changes(self, act: Act) -> list[Changed]:
        """What an act changed, field by field; a cap's title only follows its number."""
        changes: dict[str, list[Any]] = act.details.get("changes", {})
        return [
            Changed(self.field(name), self.value(name, before), self.value(name, after))
            for name, (before, after) in changes.items()
            if not (act.subject_kind == "rule" and name.startswith("title_"))
        ]

    def more(self, act: Act) -> str:
        """What else an act says of itself, in words; blank for most."""
        details = act.details
        match act.action:
            case "user.add_role" | "user.remove_role":
                return self.role(details["role"], details["unit"])
            case "user.invite" | "user.create":
                joint = "、" if self.locale == "zh" else ", "
                return joint.join(self.role(role, unit) for role, unit in details["roles"])
            case "ticket.look" | "storage.adopt":
                return act.words.get("reason", "—")
            case "points.reverse":
                joint = "：" if self.locale == "zh" else ": "
                return joint.join((details["ticket"], act.words.get("reason", "—")))
            case "digest.set_aside":
                joint = "：" if self.locale == "zh" else ": "
                return joint.join((" ".join(details["days"]), act.words.get("reason", "—")))
            case "calendar.import":
                # The command line has not looked at what was there before.
                key = "act.calendar.changed" if "changed" in details else "act.calendar.days"
                return say(key, self.locale, days=details["days"], changed=details.get("changed"))
            case "user.disable" if details.get("in_hand"):
                return say("act.user.in_hand", self.locale, count=details["in_hand"])
            case "user.reset" if details.get("told"):
                return say("act.user.told", self.locale, count=details["told"])
            case "user.name" if details.get("email"):
                return say("act.user.email", self.locale)
            case "outbox.resend":
                return self.job(details["topic"])
            case _:
                return ""

    def job(self, topic: str) -> str:
        """A job of the outbox."""
        key = f"job.{topic}"
        return say(key, self.locale) if key in catalogue("zh") else topic
