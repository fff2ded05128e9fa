"""How a seal is computed from the entries it covers; pure, so that anyone can check a chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"an entry holds no {type(value).__name__}")


def seal_digest(*, previous: str, terms: Mapping[str, int], entries: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 (hex) over the previous digest, the terms of the seal and each entry in order of its id."""
    digest = hashlib.sha256(previous.encode("ascii"))
    digest.update(json.dumps(dict(terms), sort_keys=True).encode("ascii"))
    for entry in entries:
        line = json.dumps(dict(entry), sort_keys=True, ensure_ascii=True, default=_plain)
        digest.update(b"\n" + line.encode("ascii"))
    return digest.hexdigest()
