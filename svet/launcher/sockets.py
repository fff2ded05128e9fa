"""Where the embedded server's socket lives: a short private folder, swept when its owner was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
import time
from pathlib import Path

SOCKET_FOLDER = "svet-pg-"


def socket_root() -> Path:
    """A folder short enough for a socket's path (107 bytes), whatever TMPDIR says."""
    usual = Path(tempfile.gettempdir())
    return usual if len(os.fsencode(usual)) <= 60 else Path("/tmp")  # noqa: S108


def sweep_sockets(*, keep: Path | None) -> None:
    """Remove socket folders nobody answers in: a killed supervisor cannot tidy up after itself."""
    for folder in socket_root().glob(f"{SOCKET_FOLDER}*"):
        with contextlib.suppress(OSError):
            recent = folder.stat().st_mtime > time.time() - 120
            if folder == keep or recent or _answers(folder / ".s.PGSQL.5432"):
                continue
            shutil.rmtree(folder, ignore_errors=True)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True
