"""The WSGI application: `gunicorn --config gunicorn.conf.py wsgi:app`."""

import atexit
import contextlib
import os
import shutil
import tempfile


def _warm() -> None:
    """Make the lifecycle's machine before the first report would wait for it, inside its transaction."""
    with contextlib.suppress(SQLAlchemyError, LookupError), database.reading() as session:
        machinery(session, Ticket.kind, current(session, Ticket.kind).id)


def _share_metrics() -> None:
    """Let the server's processes add up what they count; the folder goes with the process that made it."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return
    folder, owner = tempfile.mkdtemp(prefix="whistle-metrics-"), os.getpid()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)


# Before anything is counted: the library chooses how when it is imported.
_share_metrics()

from sqlalchemy.exc import SQLAlchemyError  # noqa: E402

from config import Settings  # noqa: E402
from models import Ticket  # noqa: E402
from models.database import database  # noqa: E402
from queues import gate  # noqa: E402
from web.app import create_app  # noqa: E402
from workflow.engine.machines import current, machinery  # noqa: E402

settings = Settings.load()
gate.wait()
database.connect(settings.database_url)
app = create_app(settings)
_warm()
