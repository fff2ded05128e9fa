"""The world's memory: an append-only file of JSON lines, on disk before anybody is answered."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self


class Journal:
    """Entries ``{"n": 1, "at": …, "kind": "sms"|"mail"|"bank"|…, …}``; safe to use from many threads."""

    def __init__(self, path: Path) -> None:
        """Open or create the journal and replay it. :raises OSError: the file cannot be kept there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._entries: list[dict[str, Any]] = []
        # Unbuffered: a line is either with the kernel or not written at all.
        self._file = path.open("ab+", buffering=0)
        self._replay()

    @classmethod
    def under(cls, data: Path) -> Self:
        """The journal of the world whose files lie under ``data``."""
        return cls(data / "world" / "journal.jsonl")

    def append(self, kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Write one entry and return it with its number and time; it is on disk when this returns.

        ``fields`` must be plain JSON values.
        """
        with self._lock:
            entry = {
                "n": len(self._entries) + 1,
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "kind": kind,
                **fields,
            }
            self._file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            os.fsync(self._file.fileno())
            self._entries.append(entry)
            return entry

    def entries(
        self, kind: str | None = None, *, where: Callable[[dict[str, Any]], bool] | None = None
    ) -> list[dict[str, Any]]:
        """Entries in the order they happened, of one kind or of all."""
        with self._lock:
            seen = list(self._entries)
        return [
            entry
            for entry in seen
            if (kind is None or entry["kind"] == kind) and (where is None or where(entry))
        ]

    def close(self) -> None:
        self._file.close()

    def _replay(self) -> None:
        """Read what was written before; a last line cut by a crash was never answered and is dropped."""
        self._file.seek(0)
        kept = 0
        for line in self._file.read().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            try:
                entry = json.loads(line)
            except ValueError:
                break
            self._entries.append(entry)
            kept += len(line)
        self._file.truncate(kept)
