"""How the web server runs, under the supervisor and in a container alike."""

import sys

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from config import CannotStart, Settings
from models.database import database
from queues.parts import dies_with

try:
    settings = Settings.load()
except CannotStart as error:
    sys.exit(str(error))

bind = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
worker_class = "web.server.Worker"
workers = settings.web_processes
threads = settings.web_threads
# Loaded once, before the processes are forked: a process that died is back without importing anything.
preload_app = True
proc_name = "whistle"
control_socket_disable = True
errorlog = "-"
timeout = 60
graceful_timeout = 20 if settings.production else 4
keepalive = 5
# Which proxies are believed is the application's to say (PROXY_HOPS), and never gunicorn's by an address.
forwarded_allow_ips = ""
forwarder_headers = ""


def post_fork(server: Arbiter, worker: Worker) -> None:
    """In the new process: forget the parent's connections, and die with it."""
    database.dispose_after_fork()
    dies_with(worker.ppid)()
