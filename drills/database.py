"""PostgreSQL stopped at once, again and again, under load: every acknowledged write is there, nothing twice."""

from __future__ import annotations

import time

from stage import books
from stage.house import House
from stage.post import Post
from stage.stage import Stage
from stage.traffic import Traffic

DATABASES = ("postgresql",)
STOPS = 10
AWAY_SECONDS = 1.0
DRAINED_SECONDS = 120.0


def run(stage: Stage) -> None:
    between = stage.size(40, 300)
    post = Post(stage)
    with House(stage.new_folder("house"), stage.new_database(), **post.environment) as house:
        post.open(house)
        traffic = Traffic(house, seed=stage.seed).start()
        for _ in range(STOPS):
            traffic.wait_for_acts(house, between)
            with stage.postgres.away():
                time.sleep(AWAY_SECONDS)
        traffic.wait_for_acts(house, between)
        traffic.stop()
        house.wait_for(house.is_well, "well")
        drained = books.drain(house, 2 * DRAINED_SECONDS)
        found = books.read(house, traffic.rides, post)
    stage.figure("immediate stops", STOPS, exactly=10)
    stage.figure("acknowledged acts", traffic.acknowledged, least=between * STOPS)
    found.show(stage.figures)
    stage.figure("drained after", drained, "s", most=DRAINED_SECONDS)
    traffic.show(stage.figures)
