"""PostgreSQL, from the machine's own package or from a wheel, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from pathlib import Path
from urllib.parse import quote

from support.needs import postgres_programs
from support.ports import free_port

#: A port that was free a moment ago may be taken by now: then another one is tried.
ATTEMPTS = 10

#: Anyone may come in without a password but this user, whose password holds what a URL has to quote.
GUARDED_USER = "guarded"
GUARDED_PASSWORD = "s3cret/pass word@42"

HBA = f"""\
host all {GUARDED_USER} 127.0.0.1/32 scram-sha-256
local all all trust
host all all 127.0.0.1/32 trust
"""


class PostgresServer:
    """A cluster of databases; each test gets a database of its own."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tansu-postgres-"))
        found = postgres_programs()
        if found is None:
            raise RuntimeError("PostgreSQL is missing: a fixture asks for it by needs.require")
        self._bin = found
        self._user = _user() if os.geteuid() == 0 else None
        self.port = 0

    def start(self) -> PostgresServer:
        try:
            self._prepare()
            self._start_on_free_port()
            self._sql(f"create role {GUARDED_USER} login password '{GUARDED_PASSWORD}'")
        except BaseException:
            self.stop()
            raise
        return self

    def _prepare(self) -> None:
        if self._user is not None:
            shutil.chown(self._folder, self._user)
            if not self._may_run(self._bin / "initdb"):
                self._bin = _copy_of_wheel(self._bin, self._folder / "site-packages")
        self._run("initdb", "-D", self._data, "-A", "trust", "-N", "-U", "postgres", "-E", "UTF8", "--locale=C")
        hba = self._data / "pg_hba.conf"
        hba.write_text(HBA)

    def _start_on_free_port(self) -> None:
        # PostgreSQL cannot pick a free port, so a port is tried, and another one if it was taken meanwhile.
        for attempt in range(ATTEMPTS):
            self.port = free_port()
            log = self._folder / "log"
            try:
                self._run("pg_ctl", "-w", "-s", "-D", self._data, "-l", log, "-o", self._settings(), "start")
                return
            except RuntimeError as error:
                said = log.read_text(errors="replace") if log.exists() else ""
                if attempt == ATTEMPTS - 1 or "could not bind" not in said:
                    raise RuntimeError(f"{error}\n{said}") from None

    def _settings(self) -> str:
        where = f"-k {self._folder} -c listen_addresses=127.0.0.1 -p {self.port}"
        return f"{where} -c fsync=off -c max_connections=200 -c password_encryption=scram-sha-256"

    @property
    def _data(self) -> Path:
        return self._folder / "d"

    def halt(self) -> None:
        """Takes the server away as a power cut does; its folder stays."""
        self._run("pg_ctl", "-w", "-s", "-D", self._data, "-m", "immediate", "stop")

    def resume(self) -> None:
        """Starts it again where it was."""
        self._run("pg_ctl", "-w", "-s", "-D", self._data, "-l", self._folder / "log", "-o", self._settings(), "start")

    def freeze(self) -> None:
        """It goes on to exist, and says nothing any more."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        postmaster = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for pid in [postmaster, *map(int, children)]:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass  # a connection that has just ended

    def stop(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self.halt()
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_database(self, owner: str = "postgres") -> str:
        """An empty database; gives its name."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self._sql(f"create database {name} owner {owner}")
        return name

    def new_url(self) -> str:
        """The URL of an empty database, no password asked for."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{self.new_database()}"

    def guarded_url(self, password: str = GUARDED_PASSWORD) -> str:
        """The URL of an empty database that asks for a password."""
        database = self.new_database(GUARDED_USER)
        return f"postgres://{GUARDED_USER}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def _sql(self, statement: str) -> None:
        self._run(
            "psql", "-X", "-q", "-h", self._folder, "-p", self.port, "-U", "postgres", "-d", "postgres", "-c", statement
        )

    def _run(self, program: str, *args: object) -> None:
        command = self._as_user(str(self._bin / program), *map(str, args))
        # To a file and not a pipe: the server inherits it, and a pipe would stay open as long as the server runs.
        with tempfile.TemporaryFile() as said:
            ran = subprocess.run(
                command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=120, check=False
            )
            said.seek(0)
            if ran.returncode != 0:
                raise RuntimeError(f"{program} failed: {said.read().decode(errors='replace')}")

    def _may_run(self, program: Path) -> bool:
        return subprocess.run(self._as_user("test", "-x", str(program)), check=False).returncode == 0

    def _as_user(self, *command: str) -> list[str]:
        return [*command] if self._user is None else ["runuser", "-u", self._user, "--", *command]


def _user() -> str:
    """The user to run it as: PostgreSQL refuses to run as root. Debian's package makes one, a wheel does not."""
    users = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in users else "nobody"


def _copy_of_wheel(programs: Path, folder: Path) -> Path:
    """Copies an installation from an environment of root's, which another user cannot read.

    The programs find their libraries in a folder beside the package: PACKAGE/pginstall/bin and PACKAGE.libs.
    """
    package = programs.parents[1]
    copied = shutil.copytree(programs.parent, folder / package.name / programs.parent.name)
    libraries = f"{package.name}.libs"
    shutil.copytree(package.parent / libraries, folder / libraries)
    return copied / programs.name
