"""A PostgreSQL server of one's own, as durable as it comes, that may be stopped at once and started again."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")


class Postgres:
    """`start` and `stop` as often as you like; `create` gives the address of a new database."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Make a cluster in `folder`, which others must be able to enter where we are root. Raises FileNotFoundError
        where there is no PostgreSQL."""
        self.folder = folder
        self._bin = find()
        self._options = ["-k", str(folder), "-c listen_addresses=", "-c max_connections=300", *options]
        self._count = 0
        folder.mkdir(mode=0o755)
        self._as_owner: list[str] = []
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            self._as_owner = ["runuser", "-u", "postgres", "--"]
        self._run("initdb", "-D", str(folder / "data"), "-U", "whistle", "-A", "trust", "-E", "UTF8", "--no-locale")

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = " ".join(self._options)
        data, log = str(self.folder / "data"), str(self.folder / "log")
        self._run("pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` in order, `immediate` as a crash does."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    @contextmanager
    def away(self) -> Iterator[None]:
        """Stopped as by a crash, and started again at the end of the block."""
        self.stop("immediate")
        yield
        self.start()

    @property
    def runs(self) -> bool:
        return (self.folder / "data" / "postmaster.pid").exists()

    def processes(self) -> list[int]:
        """The server's own and all that it has started."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *(int(child) for child in children)]

    def create(self) -> str:
        """A new empty database's URL."""
        self._count += 1
        name = f"whistle{self._count}"
        self._run("createdb", "-h", str(self.folder), "-U", "whistle", name)
        return f"postgresql+psycopg://whistle@/{name}?host={self.folder}"

    def _run(self, program: str, *words: str) -> None:
        # pg_ctl leaves its output open in the server that it starts: nobody may wait for the end of that.
        with (self.folder / "commands.log").open("ab") as log:
            done = subprocess.run(
                [*self._as_owner, str(self._bin / program), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                check=False,
            )
        if done.returncode:
            said = (self.folder / "commands.log").read_text(errors="replace")[-1500:]
            raise RuntimeError(f"{program} failed: {said}")


def find() -> Path:
    """The folder of PostgreSQL's programs. Raises FileNotFoundError."""
    folders = [Path(found) for place in PLACES for found in sorted(glob.glob(place), reverse=True)]  # noqa: PTH207
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise FileNotFoundError("no PostgreSQL: apt install postgresql")
