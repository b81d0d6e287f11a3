"""A PgBouncer of one's own before a PostgreSQL of this machine, in the mode that gives each transaction any server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

from sqlalchemy.engine import make_url

from stage.house import free_port
from stage.waiting import wait_for

CONFIGURATION = """
[databases]
{database} = host={host} dbname={database} user={user}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
ignore_startup_parameters = options
"""


class Pooler:
    """Started when it is made; its `url` leads to the same database. Raises FileNotFoundError without PgBouncer."""

    def __init__(self, folder: Path, url: str, size: int) -> None:
        program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            raise FileNotFoundError("no PgBouncer: apt install pgbouncer")
        place, port = make_url(url), free_port()
        file = folder / "pgbouncer.ini"
        host = place.host or place.query["host"]
        words = {"database": place.database, "host": host, "user": place.username, "port": port, "size": size}
        file.write_text(CONFIGURATION.format(**words))
        # It refuses to run as root.
        as_nobody = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        with file.open() as given:
            self._process = subprocess.Popen(
                [*as_nobody, program, "/dev/stdin"], stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        self.url = place.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
        wait_for(lambda: _listens(port), "started: PgBouncer", 20)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
