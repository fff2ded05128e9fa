"""Children of a foreground command: started, watched, started again, and stopped without leftovers."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from svet.config.failures import Failure
from svet.config.privileges import current_user, processes_with

ROOT = Path(__file__).resolve().parent.parent.parent
MARK = "SVET_RUN"
PATIENCE = 2.5
#: Seconds after which a child that lives is well again, and its earlier ends are forgotten.
WELL = 5.0


class Stopped(BaseException):
    """Somebody asked the command to stop; it unwinds through every ``finally``."""


@contextlib.contextmanager
def stopping_by_signal() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into :class:`Stopped`; a second one is ignored while we tidy up."""
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for each in asked:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    before = {each: signal.signal(each, stop) for each in asked}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@dataclass
class Child:
    """One child and how it is to be started."""

    name: str
    words: list[str]
    restart: bool
    log: Path
    visible: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    falls: int = 0


@dataclass
class Crew:
    """All children of one run; every process it makes carries the run's mark in its environment."""

    folder: Path
    say: Callable[[str], None]
    environment: dict[str, str] = field(default_factory=dict)
    mark: str = field(default_factory=lambda: secrets.token_hex(12))
    children: list[Child] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.logs = self.folder / "log"
        self.note = self.folder / "run" / "mark"
        self.prefix = current_user(death_signal="KILL").prefix

    def clear_leftovers(self) -> None:
        """End what a killed run left behind, then note this run's mark. Call it under the folder's lock."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self.note.parent.mkdir(parents=True, exist_ok=True)
        if self.note.is_file():
            _kill_marked(f"{MARK}={self.note.read_text('ascii', 'replace').strip()}")
        self.note.write_text(self.mark, "ascii")

    def start(self, name: str, *arguments: str, restart: bool = True, visible: bool = False) -> Child:
        """Start ``svet NAME …``; its output goes to ``log/name.log`` (``visible``: to the terminal)."""
        return self.start_python(name, "-m", "svet", *arguments, restart=restart, visible=visible)

    def start_python(
        self,
        name: str,
        *words: str,
        restart: bool = True,
        visible: bool = False,
        extra: Mapping[str, str] | None = None,
    ) -> Child:
        """Start another Python program the same way; ``extra`` is added to its environment."""
        line = [*self.prefix, sys.executable, *words]
        child = Child(name, line, restart, self.logs / f"{name}.log", visible, dict(extra or {}))
        self.children.append(child)
        self._launch(child)
        return child

    def run(self, name: str, *arguments: str) -> None:
        """Start a step and wait for its end. :raises Failure: it failed."""
        child = self.start(name, *arguments, restart=False)
        assert child.process is not None
        code = child.process.wait()
        self.children.remove(child)
        if code:
            raise Failure(f"{name} failed: {last_line(child.log)}")

    def watch(self) -> None:
        """Look once after every child; start a fallen one again, more slowly each time."""
        for child in self.children:
            process = child.process
            if process is None:
                if time.monotonic() >= child.started:
                    self._launch(child)
                continue
            code = process.poll()
            if code is None:
                if time.monotonic() - child.started > WELL:
                    child.falls = 0
                continue
            if not child.restart:
                if code:
                    self.say(f"{child.name} failed: {last_line(child.log)}")
                self.children.remove(child)
                return
            child.falls += 1
            pause = pause_after(child.falls)
            self.say(
                f"{child.name} ended ({_how(code)}); it is started again in {pause:g} s, see {child.log}"
            )
            child.process, child.started = None, time.monotonic() + pause

    def stop(self) -> None:
        """Ask all to end, then make them; afterwards no marked process lives."""
        living = [c.process for c in self.children if c.process is not None and c.process.poll() is None]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in living:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        _kill_marked(f"{MARK}={self.mark}")
        for process in living:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
        self.children.clear()

    def _launch(self, child: Child) -> None:
        with child.log.open("ab") as log:
            output: IO[bytes] | None = None if child.visible else log
            child.process = subprocess.Popen(
                child.words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                cwd=ROOT,
                env={
                    **os.environ,
                    **self.environment,
                    **child.extra,
                    MARK: self.mark,
                    "PYTHONPATH": str(ROOT),
                },
                start_new_session=True,
            )
        child.started = time.monotonic()


def pause_after(falls: int) -> float:
    """Seconds until a child is started again that has ended so many times without being well between."""
    return float(min(10.0, 0.5 * 2.0 ** (falls - 1)))


def last_line(log: Path) -> str:
    """What a child said last, for the operator's one line."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4000))
            lines = [
                line.strip() for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()
            ]
    except OSError:
        lines = []
    return lines[-1][:300] if lines else "it said nothing"


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _kill_marked(mark: str) -> None:
    """More than once, because a process may have made another between our look and our blow.

    Who is ending has no environment any more, but for some moments still its sockets: on a busy machine the
    next start would find its own port taken. So those that were struck are waited for.
    """
    struck: set[int] = set()
    for _ in range(60):
        pids = processes_with(mark)
        struck.update(pids)
        if not pids and not any(_ending(pid) for pid in struck):
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _ending(pid: int) -> bool:
    """Whether it still holds what it had; of one that waits to be collected only its number is left."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def run_as_group(words: list[str]) -> tuple[int, str]:
    """Run a program that has helpers of its own; when we are interrupted, all of them end."""
    with subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", cwd="/",
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            _, said = process.communicate()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            _wait_for_group(process.pid)
            raise
    return process.returncode, said


def _wait_for_group(leader: int) -> None:
    """Until the last of a killed group is gone: on a busy machine its helpers outlive it for a moment."""
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        try:
            os.killpg(leader, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.01)
