"""The demo's past: 90 days of a city at work, lived through by the engine and the jobs with a moved clock.

    load(session, settings, until=now(), passed=print)

It is part of the transaction that loads the city: a crash leaves an empty database, which loads again.
"""

from queues.demo.loading import DAYS, REPORTS, load

__all__ = ["DAYS", "REPORTS", "load"]
