"""How to reach Redis, and the one queue in it.

Redis is disposable: it only wakes workers, and the outbox in the database owns every job. So nobody tries a command
again at this level: the relay's and the worker's own loops wait and reconnect.
"""

from __future__ import annotations

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from config import Settings
from models.clock import now

QUEUE = "whistle"
RELAY_BEAT = "whistle:relay"
WORKER_BEAT = "whistle:worker"
"""Keys that live for a few seconds after a relay has looked or a worker has come by: what /readyz asks for. Each holds
when it will end by the clock of whoever set it, which tells how far that clock is ahead of the reader's."""


def redis_url(settings: Settings) -> str:
    """Where Redis is: REDIS_URL, or the socket of the embedded server."""
    return settings.redis_address


def connect(url: str, timeout_seconds: float = 2.0) -> Redis:
    """A client of the server at `url`; nothing is sent yet. Its commands raise redis.RedisError."""
    return Redis.from_url(
        url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
    )


def ends_in(seconds: int) -> str:
    """What a beat that lives for so long holds."""
    return f"{now().timestamp() + seconds:.3f}"


def queue(connection: Redis) -> Queue:
    """The queue. One a worker process: a worker that listens on two loses jobs when it is killed."""
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)
