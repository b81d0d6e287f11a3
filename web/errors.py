"""What can be wrong with a request before anybody looks at what it asks for."""

from __future__ import annotations

from workflow.errors import Problem


class Unreadable(Problem):
    """400: the body is not what its Content-Type says."""

    key = "problem.unreadable"


class TooLarge(Problem):
    """413: the body is larger than this call takes."""

    status = 413
    key = "problem.too_large"


class Unsupported(Problem):
    """415: the Content-Type is none that this call takes."""

    status = 415
    key = "problem.unsupported"


class Broken(Problem):
    """500: our fault."""

    status = 500
    key = "problem.broken"
