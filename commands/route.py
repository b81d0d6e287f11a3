"""`whistle route`: why a report of a category at a place goes where it goes."""

from __future__ import annotations

import click

from commands.house import connected
from commands.kinds import Degrees, OneOf
from commands.spoken import SpokenCommand, argument, option, told
from config import spoken_locale
from models.database import database
from workflow.places import to_wgs84
from workflow.routing_explained import explain


@click.command(
    "route",
    cls=SpokenCommand,
    help=told("route.help"),
    context_settings={"ignore_unknown_options": True},  # -31.3 is a latitude, not an option
)
@option("--explain", "explained", key="route.explain", is_flag=True)
@argument("latitude", "route.latitude", metavar="LAT", type=Degrees(90))
@argument("longitude", "route.longitude", metavar="LNG", type=Degrees(180))
@argument("category", "route.category", metavar="[CATEGORY]", required=False)
@option("--text", key="route.text", metavar="TEXT")
@option("--datum", key="route.datum", type=OneOf("wgs84", "gcj02", "bd09"), default="wgs84")
def route(
    explained: bool, latitude: float, longitude: float, category: str | None, text: str | None, datum: str
) -> None:
    """One sentence a step: where, what, whose, by when, by which rules; without --explain, the first alone."""
    with connected(), database.reading() as session:
        place = to_wgs84(latitude, longitude, datum)
        said = explain(session, *place, category, text, spoken_locale())
        for sentence in said if explained else said[:1]:
            click.echo(sentence)
