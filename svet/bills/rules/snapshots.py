"""A bill as JSON: frozen, canonical, with its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import SchemaSerializer

from svet.bills.rules.document import BillDocument, Sums

_ADAPTER: TypeAdapter[BillDocument] = TypeAdapter(BillDocument)


def _by_name(schema: Any, without: Mapping[type, str]) -> Any:
    """The same schema with the fields of each class in the order of their names, ``without`` some of them."""
    if isinstance(schema, list):
        return [_by_name(each, without) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    found = {key: _by_name(value, without) for key, value in schema.items()}
    if found.get("type") == "dataclass":
        found["fields"] = sorted(name for name in found["fields"] if name != without.get(found["cls"]))
    return found


@cache
def _writer(*, streams: bool, penalty: bool) -> SchemaSerializer:
    """What writes a document's text. Leaving a field out when asked costs more than not having it."""
    without: dict[type, str] = {} if streams else {BillDocument: "streams"}
    if not penalty:
        without[Sums] = "penalty"
    return SchemaSerializer(_by_name(_ADAPTER.core_schema, without))


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


def written(document: BillDocument) -> bytes:
    """What ``canonical(to_snapshot(document))`` is, to the byte, at a sixth of its cost: for whole months."""
    prices = document.previous_prices
    if len(prices) > 1 and [*prices] != sorted(prices):
        document = replace(document, previous_prices=dict(sorted(prices.items())))
    writer = _writer(streams=document.streams is not None, penalty=document.sums.penalty != 0)
    text: bytes = writer.to_json(document)
    return text


def from_snapshot(snapshot: dict[str, Any]) -> BillDocument:
    """The document read back from its snapshot."""
    return _ADAPTER.validate_python(snapshot)


def canonical(snapshot: dict[str, Any]) -> bytes:
    """The one JSON text of a snapshot: sorted keys, no spaces, UTF-8."""
    return json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(text: bytes) -> str:
    """SHA-256 of a canonical JSON text."""
    return hashlib.sha256(text).hexdigest()
