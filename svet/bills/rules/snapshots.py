"""A bill as JSON: frozen, canonical, with its fingerprint."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter

from svet.bills.rules.document import BillDocument

_ADAPTER: TypeAdapter[BillDocument] = TypeAdapter(BillDocument)


def to_snapshot(document: BillDocument) -> dict[str, Any]:
    """The document as plain JSON values: decimals and dates become text, so nothing is rounded.

    A bill without penalties says nothing of them: it is what it always was.
    """
    snapshot: dict[str, Any] = _ADAPTER.dump_python(document, mode="json")
    if document.streams is None:
        del snapshot["streams"]
    if not document.sums.penalty:
        del snapshot["sums"]["penalty"]
    return snapshot


def from_snapshot(snapshot: dict[str, Any]) -> BillDocument:
    """The document read back from its snapshot."""
    return _ADAPTER.validate_python(snapshot)


def canonical(snapshot: dict[str, Any]) -> str:
    """The one JSON text of a snapshot: sorted keys, no spaces."""
    return json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of a canonical JSON text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
