"""Rows that are proved piece by piece: by blocks of their keys, each told by how many rows it has."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count, F, QuerySet

#: So many keys make a piece.
PIECE: Final = 10_000


def rows_by_piece(rows: QuerySet[Any]) -> dict[int, int]:
    """Each piece of a table's keys that has rows, and how many: told by the key alone."""
    pieces = rows.order_by().values_list(F("pk") / PIECE).annotate(Count("pk"))
    return {int(piece): int(count) for piece, count in pieces}


def keys_of(piece: int) -> dict[str, int]:
    """The keys of a piece as values of a statement: from ``first`` on and before ``end``."""
    return {"first": piece * PIECE, "end": (piece + 1) * PIECE}
