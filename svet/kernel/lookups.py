"""``__in`` by one array: «is one of these» is one parameter, however many values there are.

With parameters bound by the server a list of places (``IN ($1, $2, …)``) ends at 65,535 values, and each
length of the list is another statement to prepare. ``= ANY($1)`` is the same question with neither trouble.
See docs/adr/0081.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Field
from django.db.models.fields.related import ForeignObject
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

#: What the column is, by Django's name for it; a length or precision would cut what is compared.
_TYPES = {
    "BigAutoField": "bigint[]",
    "AutoField": "bigint[]",
    "SmallAutoField": "bigint[]",
    "BigIntegerField": "bigint[]",
    "IntegerField": "bigint[]",
    "SmallIntegerField": "bigint[]",
    "PositiveIntegerField": "bigint[]",
    "PositiveBigIntegerField": "bigint[]",
    "PositiveSmallIntegerField": "bigint[]",
    "CharField": "text[]",
    "TextField": "text[]",
    "SlugField": "text[]",
    "EmailField": "text[]",
    "UUIDField": "uuid[]",
    "DateField": "date[]",
}
_ANY = "ANY("


class _ByArray(In):
    """``In`` for several plain values of a type we know; everything else stays Django's own."""

    def process_rhs(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        placed, values = super().process_rhs(compiler, connection)
        kind = _TYPES.get(_column(self.lhs.output_field).get_internal_type())
        plain = self.rhs_is_direct_value() and not self.bilateral_transforms
        # One value stays as it is: an equality, whose index also gives the order.
        if kind is None or not plain or len(values) < 2 or placed != _places(len(values)):
            return placed, values
        return f"{_ANY}%s::{kind})", ([_bare(value) for value in values],)

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"= {rhs}" if rhs.startswith(_ANY) else super().get_rhs_op(connection, rhs)


class InArray(_ByArray):
    """For ordinary columns."""


class RelatedInArray(_ByArray, RelatedIn):
    """For references to other tables."""


def key_array(keys: Iterable[int]) -> str:
    """Keys as PostgreSQL writes an array, for ``= ANY(%s::bigint[])`` in a text of one's own.

    The driver looks at a list value by value, which for the accounts of a batch costs more than the query.
    """
    return f"{{{','.join(map(str, keys))}}}"


def install() -> None:
    """Make ``__in`` of every table mean this. Called once, when the rooms are loaded."""
    Field.register_lookup(InArray)
    ForeignObject.register_lookup(RelatedInArray)


def _bare(value: Any) -> Any:
    """A member of an enum as what it stands for: the driver sends no array of mixed kinds."""
    if isinstance(value, str):
        return str.__str__(value)
    return int(value) if isinstance(value, int) else value


def _places(count: int) -> str:
    return "(" + ", ".join(["%s"] * count) + ")"


def _column(field: Any) -> Any:
    """The column a reference in the end leads to."""
    while field.remote_field is not None and hasattr(field, "target_field"):
        field = field.target_field
    return field
