"""A world of processes that ends whole with whoever asked for it, however that one ends.

What starts machines, servers and browsers runs as the first process of a namespace of its own: when that one
is gone, the kernel ends all the others, also those that have left their parents. It goes with us, and we go
with ours: a killed ``make`` leaves nothing running.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from svet.config.privileges import current_user, die_with_parent

#: Which folder is the world's own.
PLACE = "SVET_ALONE_PLACE"


def alone(words: Sequence[str], *, prefix: str, network: bool = False) -> int:
    """Run a command in a world of its own; gives its code, or as a shell would the signal that ended it.

    The command finds a folder for itself in the environment (``PLACE``), where its temporary files go too and
    which ends with it. With ``network``
    nothing outside is reached. Needs root.
    """
    die_with_parent(signal.SIGTERM)
    away = ["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]
    with _place(prefix) as place:
        world = subprocess.Popen(
            current_user(death_signal="KILL").command(*away, *(["--net"] if network else []), *words),
            env={**os.environ, PLACE: str(place), "TMPDIR": str(place)},
        )

        def end(_number: int, _frame: FrameType | None) -> None:
            world.kill()

        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sent, end)
        code = world.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _place(prefix: str) -> Iterator[Path]:
    """A folder of this process; what killed ones have left of theirs is taken away first."""
    shared = Path(tempfile.gettempdir())
    with (shared / f"{prefix}.lock").open("w") as turn:
        # Between making a folder and holding it nobody else looks.
        fcntl.flock(turn, fcntl.LOCK_EX)
        _sweep(shared, prefix)
        folder = Path(tempfile.mkdtemp(prefix=f"{prefix}-"))
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        os.close(held)
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(shared: Path, prefix: str) -> None:
    for folder in shared.glob(f"{prefix}-*"):
        try:
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(held).st_uid == os.geteuid():
                shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass  # somebody is at work there
        finally:
            os.close(held)
