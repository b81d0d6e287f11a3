"""The WSGI application: `gunicorn --config gunicorn.conf.py wsgi:app`."""

import atexit
import contextlib
import os
import shutil
import tempfile
from pathlib import Path


def _warm() -> None:
    """Make the lifecycle's machine before the first report would wait for it, inside its transaction."""
    with contextlib.suppress(SQLAlchemyError, LookupError), database.reading() as session:
        machinery(session, Ticket.kind, current(session, Ticket.kind).id)


def _share_metrics() -> None:
    """Let the server's processes, where there are several, add up what they count.

    In memory and never in DATA_DIR: the files are mapped, and on a full disk whoever counts would be killed.
    """
    if int(os.environ.get("WEB_CONCURRENCY") or 1) <= 1 or "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return
    memory = Path("/dev/shm")  # noqa: S108  a folder of our own below it, which nobody else may open
    place = memory if memory.is_dir() else Path(tempfile.gettempdir())
    folder = place / f"whistle-metrics-{os.getuid()}-{os.environ.get('PORT') or 8000}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    owner = os.getpid()
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
