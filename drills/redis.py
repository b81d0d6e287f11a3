"""Redis away for a minute, and emptied under load: reports and transitions go on, and all is done after its return."""

from __future__ import annotations

import time

from stage import books
from stage.house import House
from stage.post import Post
from stage.redis_server import RedisServer
from stage.stage import Stage
from stage.traffic import Traffic

DONE_SECONDS = 60.0


def run(stage: Stage) -> None:
    away, flushes = stage.size(15, 60), stage.size(10, 60)
    folder = stage.new_folder("redis")
    folder.chmod(0o700)
    server = RedisServer(folder)
    server.start()
    stage.held.callback(server.stop)
    post = Post(stage)
    with House(stage.new_folder("house"), stage.new_database(), REDIS_URL=server.url, **post.environment) as house:
        post.open(house)
        traffic = Traffic(house, seed=stage.seed).start()
        for _ in range(flushes):
            time.sleep(1)
            server.client().flushall()
        traffic.stop()
        # What was routed before can be moved while it is away; what comes meanwhile must wait to be routed.
        before = Traffic(house, seed=stage.seed + 1, routed=False).start()
        time.sleep(2)
        before.stop()
        books.drain(house, DONE_SECONDS)
        with server.away():
            moved = Traffic(house, seed=stage.seed + 2, threads=2, backlog=list(before.rides)).start()
            reported = Traffic(house, seed=stage.seed + 3, threads=2, routed=False).start()
            time.sleep(away)
            meanwhile = moved.acknowledged, reported.acknowledged
            reported.stop()
        returned = time.monotonic()
        moved.stop()
        books.drain(house, 4 * DONE_SECONDS)
        drained = time.monotonic() - returned
        every = (traffic, before, moved, reported)
        found = books.read(house, [ride for each in every for ride in each.rides], post)
    stage.figure("emptied", flushes, "times")
    stage.figure("away", away, "s")
    stage.figure("transitions while it was away", meanwhile[0], least=away)
    stage.figure("reports while it was away", meanwhile[1], least=away)
    for each in every:
        each.show(stage.figures)
    refused = sum(count for each in every for status, count in each.statuses.items() if status >= 500)
    stage.figure("answers of 5xx, those to ask again included", refused, exactly=0)
    found.show(stage.figures)
    stage.figure("all done after its return", drained, "s", most=DONE_SECONDS)
