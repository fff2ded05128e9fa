"""A bill as JSON: frozen, canonical, with its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic_core import SchemaSerializer

from svet.bills.rules.document import BillDocument

_ADAPTER: TypeAdapter[BillDocument] = TypeAdapter(BillDocument)


def _by_name(schema: Any) -> Any:
    """The same schema with the fields of each class in the order of their names."""
    if isinstance(schema, list):
        return [_by_name(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    found = {key: _by_name(value) for key, value in schema.items()}
    if found.get("type") == "dataclass":
        found["fields"] = sorted(found["fields"])
    return found


_WRITER: Final = SchemaSerializer(_by_name(_ADAPTER.core_schema))
_NO_STREAMS, _NO_PENALTY = {"streams": True}, {"sums": {"penalty"}}


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


def written(document: BillDocument) -> str:
    """What ``canonical(to_snapshot(document))`` is, to the byte, at a third of its cost: for whole months."""
    prices = document.previous_prices
    if len(prices) > 1:
        document = replace(document, previous_prices=dict(sorted(prices.items())))
    without: dict[str, Any] = {} if document.streams is not None else _NO_STREAMS
    if not document.sums.penalty:
        without = without | _NO_PENALTY
    text: bytes = _WRITER.to_json(document, exclude=without)
    return text.decode()


def from_snapshot(snapshot: dict[str, Any]) -> BillDocument:
    """The document read back from its snapshot."""
    return _ADAPTER.validate_python(snapshot)


def canonical(snapshot: dict[str, Any]) -> str:
    """The one JSON text of a snapshot: sorted keys, no spaces."""
    return json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 of a canonical JSON text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()
