"""Writes the text of queries as Django does, to the letter, without writing each column of each table anew.

A quarter of the processor of a page went into texts, and two fifths of that into the list of columns, which
is the same whenever the same table is asked (ADR 233). Whatever is not the plain list of a table's columns is
left to Django: annotations, ``values``, ``only``, tables with parents, tables of former migrations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db.backends.postgresql import compiler as django_s
from django.db.backends.postgresql.compiler import (
    SQLAggregateCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django.db.models import Field
from django.db.models.expressions import Col

__all__ = [
    "SQLAggregateCompiler",
    "SQLCompiler",
    "SQLDeleteCompiler",
    "SQLInsertCompiler",
    "SQLUpdateCompiler",
]


@dataclass(frozen=True, slots=True)
class _Columns:
    """A table's columns under one name of it: as expressions, and as texts behind that name."""

    expressions: tuple[Col, ...]
    texts: tuple[str, ...]
    places: tuple[int, ...]


#: By model and by the name that the query gives its table; a table has a handful of names.
_COLUMNS: Final[dict[tuple[Any, str], _Columns | None]] = {}
#: What makes values of what the driver answers, for each column kept above: by its object, which stays.
_CONVERTERS: Final[dict[int, list[Any]]] = {}


class SQLCompiler(django_s.SQLCompiler):
    """Django's, with columns from the shelf."""

    def compile(self, node: Any) -> Any:
        """A column whose names were quoted before needs no more than a point between them."""
        if type(node) is Col and node.alias:
            known = self.quote_cache
            table, column = known.get(node.alias), known.get(node.target.column)
            if table is not None and column is not None:
                return f"{table}.{column}", []
        return super().compile(node)

    def get_default_columns(
        self, select_mask: Any, start_alias: Any = None, opts: Any = None, from_parent: Any = None
    ) -> list[Any]:
        """All columns of one table."""
        query: Any = self.query
        of = opts or query.get_meta()
        if select_mask or from_parent or of is None:
            return super().get_default_columns(select_mask, start_alias, opts, from_parent)
        alias = start_alias or query.get_initial_alias()
        kept = self._kept(of, alias)
        if kept is None:
            return super().get_default_columns(select_mask, alias, opts, from_parent)
        return list(kept.expressions)

    def get_select(self, with_col_aliases: bool = False) -> Any:
        """The select list with its texts, and which of it are columns of which model."""
        query: Any = self.query
        plain = (
            query.default_cols
            and not with_col_aliases
            and query.selected is None
            and query.select_related is False
            and not query.extra_select
            and not query.annotation_select
            and not query.deferred_loading[0]
        )
        meta = query.get_meta() if plain else None
        if meta is None:
            return super().get_select(with_col_aliases)
        alias = query.get_initial_alias()
        kept = self._kept(meta, alias)
        if kept is None:
            return super().get_select(with_col_aliases)
        table = self.quote_name_unless_alias(alias)
        select: Any = [
            (expression, (f"{table}.{text}", []), None)
            for expression, text in zip(kept.expressions, kept.texts, strict=True)
        ]
        return select, {"model": query.model, "select_fields": list(kept.places)}, {}

    def get_converters(self, expressions: Any) -> dict[int, Any]:
        """What makes values of the columns of an answer."""
        known = [_CONVERTERS.get(id(each)) for each in expressions]
        if None in known:
            return super().get_converters(expressions)
        return {
            place: (converters, expression)
            for place, (converters, expression) in enumerate(zip(known, expressions, strict=True))
            if converters
        }

    def _order_by_pairs(self) -> Any:
        """What the rows are ordered by; columns by their names are not looked for in the select list.

        Django lays that list out for whoever orders by an expression or by an alias of it.
        """
        query: Any = self.query
        names = query.extra_order_by or query.order_by or query.get_meta().ordering
        laid_out = query.combinator or query.extra or not all(type(each) is str for each in names)
        if laid_out or any(alias for _, _, alias in self.select):
            return super()._order_by_pairs()
        select: Any = self.select
        self.select = []
        try:
            ordering: Any = super()
            return list(ordering._order_by_pairs())
        finally:
            self.select = select

    def _kept(self, meta: Any, alias: str) -> _Columns | None:
        key = (meta.model, alias)
        if key not in _COLUMNS:
            if meta.apps is not apps:  # a table of a former migration goes with it
                return None
            made = self._columns(meta, alias)
            # Of two threads that write it at once one has kept it: the columns of the other go, and another
            # expression may come to lie where they were.
            kept = _COLUMNS.setdefault(key, made)
            if kept is not None and kept is made:
                self._keep_converters(kept.expressions)
        return _COLUMNS[key]

    def _keep_converters(self, columns: Any) -> None:
        made = super().get_converters(columns)
        for place, column in enumerate(columns):
            _CONVERTERS[id(column)] = made[place][0] if place in made else []

    def _columns(self, meta: Any, alias: str) -> _Columns | None:
        fields: Any = meta.concrete_fields
        columns = [field.get_col(alias) for field in fields]
        own = meta.concrete_model is meta.model and not meta.parents
        usual = all(
            type(column) is Col and type(column.output_field).select_format is Field.select_format
            for column in columns
        )
        if not (own and usual):
            return None
        quote = self.connection.ops.quote_name
        return _Columns(
            expressions=tuple(columns),
            texts=tuple(quote(field.column) for field in fields),
            places=tuple(range(len(columns))),
        )
