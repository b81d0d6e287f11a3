"""What can be wrong with what a person asks for. Each is a sentence for that person and one HTTP status.

A sentence is a key and parameters, said in the reader's language at the edge (`workflow.say`).
"""

from __future__ import annotations

from typing import Any

from workflow.say import say


class Problem(Exception):
    """Something a person can be told about. `key` names the sentence, `params` fill it."""

    status = 400
    key = "problem.bad_request"

    def __init__(self, key: str | None = None, **params: Any) -> None:
        self.key = key or self.key
        self.params = params
        super().__init__(self.key, params)

    def sentence(self, locale: str) -> str:
        """The sentence in `locale` ("zh" or "en")."""
        return say(self.key, locale, **self.params)


class Invalid(Problem):
    """422: one or more fields are missing or wrong. `errors` maps a field to its sentence's key and parameters."""

    status = 422
    key = "problem.invalid"

    def __init__(self, errors: dict[str, tuple[str, dict[str, Any]]]) -> None:
        self.errors = errors
        super().__init__(fields="、".join(errors))

    @classmethod
    def field(cls, name: str, key: str, **params: Any) -> Invalid:
        """One wrong field."""
        return cls({name: (key, params)})

    def field_errors(self, locale: str) -> list[dict[str, str]]:
        """`[{field, message}]`, as the API gives them."""
        return [{"field": name, "message": say(key, locale, **params)} for name, (key, params) in self.errors.items()]


class Unauthenticated(Problem):
    """401: nobody is signed in."""

    status = 401
    key = "problem.unauthenticated"


class Forbidden(Problem):
    """403: the person may see it but not do this to it."""

    status = 403
    key = "problem.forbidden"


class NotFound(Problem):
    """404: unknown, or not theirs to see: alike."""

    status = 404
    key = "problem.not_found"


class Refused(Problem):
    """409: the state, or what another did meanwhile, forbids it now."""

    status = 409
    key = "problem.refused"


class Stale(Problem):
    """412: what the person saw has changed since."""

    status = 412
    key = "problem.stale"


class TooMany(Problem):
    """429: too often. `retry_after` in seconds."""

    status = 429
    key = "problem.too_many"

    def __init__(self, retry_after: int, key: str | None = None, **params: Any) -> None:
        self.retry_after = max(1, retry_after)
        super().__init__(key, minutes=-(-self.retry_after // 60), **params)


class Busy(Problem):
    """503: the database or the storage is too busy or away; try again. `retry_after` in seconds."""

    status = 503
    key = "problem.busy"

    def __init__(self, retry_after: int = 2, key: str | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(key)
