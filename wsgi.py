"""The WSGI application: `gunicorn --config gunicorn.conf.py wsgi:app`."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

from config import CannotStart, Settings


def _share_metrics(settings: Settings) -> None:
    """Let the server's processes, where there are several, add up what they count.

    In memory and never in DATA_DIR: the files are mapped, and on a full disk whoever counts would be killed.
    """
    if settings.web_processes <= 1 or "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return
    memory = Path("/dev/shm")  # noqa: S108  a folder of our own below it, which nobody else may open
    place = memory if memory.is_dir() else Path(tempfile.gettempdir())
    folder = place / f"whistle-metrics-{os.getuid()}-{settings.port}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)


settings = Settings.load()
# Before anything is counted: the library chooses how when it is imported.
_share_metrics(settings)

from models.database import database  # noqa: E402
from queues import gate  # noqa: E402
from web import warm  # noqa: E402
from web.app import create_app  # noqa: E402

app = create_app(settings)
warm.read_files()
gate.wait()
database.connect(settings.database_url)
try:
    warm.know_the_city(settings)
except CannotStart as error:
    sys.exit(str(error))
warm.keep()
