"""Who a child process runs as, and that it does not outlive its parent."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
# Lets an unprivileged server pass folders of others on the way to its own (DATA below a 0700 home).
CAPABILITIES = "-all,+dac_override,+dac_read_search"


@dataclass(frozen=True, slots=True)
class Runner:
    """The words to put before a command so that it runs as the right user and dies with its parent."""

    uid: int
    gid: int
    prefix: tuple[str, ...]

    def command(self, *words: str) -> list[str]:
        return [*self.prefix, *words]

    def can(self, *words: str) -> bool:
        try:
            done = subprocess.run(self.command(*words), capture_output=True, cwd="/", check=False)
        except OSError:
            return False
        return done.returncode == 0


def current_user(*, death_signal: str) -> Runner:
    """The user we are; ``death_signal`` (``INT``…) reaches the child when its parent is killed."""
    setpriv = shutil.which("setpriv")
    prefix = (setpriv, f"--pdeathsig={death_signal}", "--") if setpriv else ()
    runner = Runner(os.geteuid(), os.getegid(), prefix)
    return runner if runner.can("true") else Runner(os.geteuid(), os.getegid(), ())


def unprivileged_user(*, owner: int, death_signal: str, capable: bool) -> Runner | None:
    """Another user for a command that refuses to run as root; None when this system cannot switch."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return None
    try:
        user = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
        uid, gid = user.pw_uid, user.pw_gid
    except KeyError:
        uid, gid = (owner, owner) if owner else (65534, 65534)
    rights = (f"--inh-caps={CAPABILITIES}", f"--ambient-caps={CAPABILITIES}") if capable else ()
    user_words = (f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
    runner = Runner(uid, gid, (setpriv, *user_words, *rights, f"--pdeathsig={death_signal}", "--"))
    return runner if runner.can("true") else None


def die_with_parent(sent: signal.Signals) -> None:
    """Ask the kernel to send us a signal when our parent dies; without Linux it does nothing."""
    parent = os.getppid()
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(sent), 0, 0, 0)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        os.kill(os.getpid(), sent)


def processes_with(marker: str) -> list[int]:
    """Pids of running processes whose environment holds ``marker``; ours excepted."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if marker.encode() in environment.split(b"\0") and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found
