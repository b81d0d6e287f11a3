"""`whistle storage`: whose files the storage keeps, and taking over another house's."""

from __future__ import annotations

import click

from commands.house import acting, connected
from commands.reasons import reason_of
from commands.spoken import SpokenCommand, option, tell, told
from models.database import database
from models.storage import open_storage
from workflow.administration.acts import record
from workflow.whose_files import is_ours, name_of


@click.command("storage", cls=SpokenCommand, help=told("storage.help"))
@option("--adopt", "reason", key="storage.adopt", metavar="TEXT")
@option("--by", "admin", key="points.by", metavar="ADMIN")
def storage(reason: str | None, admin: str | None) -> int:
    """The status is 1 where it is another house's, and stays so."""
    reason = reason_of(reason, admin, "storage.both")
    with connected() as settings:
        files = open_storage(settings.storage_url)
        if is_ours(database, files):
            tell("storage.ours")
            return 0
        house = name_of(database)
        if reason is None or admin is None or house is None:
            tell("storage.others")
            return 1
        # On record before it is done, so that nobody does it unseen.
        with database.writing() as session:
            decider = acting(session, admin, settings, "admin")
            record(session, decider, "storage.adopt", "storage", house[:8], words={"reason": reason})
        files.claim(house)
        tell("storage.adopted")
        return 0
