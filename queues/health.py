"""How the queue is doing, for /readyz: Redis, and whether a worker and a relay have come by lately."""

from __future__ import annotations

from redis.exceptions import RedisError

from config import Settings
from queues.connection import RELAY_BEAT, WORKER_BEAT, connect, redis_url
from workflow.say import say

PATIENCE_SECONDS = 0.5


def redis_state(settings: Settings, locale: str = "en") -> dict[str, str]:
    """`{"redis", "worker", "relay"}`, each "ok" or a sentence about what ails it, in a second at most.

    While Redis is away nothing can be said of the other two.
    """
    try:
        with connect(redis_url(settings), PATIENCE_SECONDS) as connection:
            worker, relay = connection.mget(WORKER_BEAT, RELAY_BEAT)
    except RedisError:
        unknown = say("queue.unknown", locale)
        return {"redis": say("queue.redis_away", locale), "worker": unknown, "relay": unknown}
    return {
        "redis": "ok",
        "worker": "ok" if worker else say("queue.no_worker", locale),
        "relay": "ok" if relay else say("queue.no_relay", locale),
    }
