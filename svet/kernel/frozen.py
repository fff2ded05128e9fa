"""Queries whose SQL is made once: the ORM writes the text, afterwards only the values are new.

Building a queryset and compiling it costs Python ten times what sending it does, and the text comes out the
same every time. ``@frozen`` stands on a function that builds a queryset::

    @frozen
    def _by_digest(digest: str) -> QuerySet[Token]:
        return Token.objects.select_related("person").filter(digest=digest, revoked_at__isnull=True)

    token = _by_digest.first(digest)

What comes by place is a value of the statement; its kind is read from the annotation. What comes by name is
the shape: each one has a text of its own. Everything else is frozen with the text, so a queryset must not
look at a clock, a setting or a language, and a value may not decide which text it is: None, an empty list and
one that is not ``PublicIdText`` find nothing. A value that may be None is one that some shapes do not have.
A text that another time zone or language would write otherwise is refused.
``tests/architecture/test_frozen.py`` holds every kept text against what the ORM writes today (ADR 165).
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    ParamSpec,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.utils import timezone, translation

from svet.kernel.bulk import READS
from svet.kernel.ids import is_public_id
from svet.kernel.plain_rows import make_plainly, maker_of
from svet.kernel.transactions import require_transaction
from svet.kernel.transactions.asking import ask

P = ParamSpec("P")
Row = TypeVar("Row")

#: An outer id as somebody sent it: what cannot be one finds nothing, and the database is not asked.
PublicIdText = Annotated[str, is_public_id]

# Marks stand in the place of values while the text is made: nobody's number, text or day. The letter is of
# Unicode's private use.
_NUMBER: Final = 900_000_000_000_000
_DAY: Final = date(1900, 1, 1)
_MARKS: Final[dict[Any, Callable[[int], Any]]] = {
    str: lambda place: f"\ue000{place}",
    PublicIdText: lambda place: f"frozen{place:010d}",
    int: lambda place: _NUMBER + 10 * place,
    date: lambda place: _DAY + timedelta(days=place),
    datetime: lambda place: datetime(1900, 1, 1, tzinfo=UTC) + timedelta(days=place),
    UUID: lambda place: UUID(int=_NUMBER + 10 * place),
    # Two: one value alone is written as an equality.
    Collection: lambda place: [_NUMBER + 10 * place, _NUMBER + 10 * place + 1],
}

_QUOTED: Final = re.compile(r'"([^"]+)"')

#: Two zones and two languages: whichever are in force, another one is among them.
_ELSEWHERE: Final = ((UTC, "en"), (ZoneInfo("Etc/GMT-5"), "ru"))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a value of a statement is; ``absent``: some shapes do without it."""

    mark: Any
    absent: bool
    possible: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A text with what stands at its places, and how a row of its answer is read.

    ``places`` has for each parameter the number of the value and what it is sent as, or None for a constant.
    """

    text: str
    constants: tuple[Any, ...]
    places: tuple[tuple[int, Callable[[Any], Any] | None] | None, ...]
    locks: bool
    read: Callable[[list[Any]], list[Any]]

    def parameters(self, values: Sequence[Any]) -> list[Any]:
        """What is sent along with the text."""
        found = []
        for constant, place in zip(self.constants, self.places, strict=True):
            if place is None:
                found.append(constant)
                continue
            number, sent_as = place
            value = values[number]
            if value is None:
                raise ValueError("None is another text: it cannot stand where a value stood")
            found.append(value if sent_as is None else sent_as(value))
        return found


class Frozen(Generic[P, Row]):
    """A query that is compiled once for each shape."""

    #: All there are, for the test that holds them against the ORM.
    known: Final[list[Frozen[Any, Any]]] = []

    def __init__(self, build: Callable[P, QuerySet[Any, Row]]) -> None:
        self.build = build
        self._kinds: tuple[_Kind, ...] | None = None
        self._kept: dict[tuple[tuple[str, Any], ...], _Kept | None] = {}
        self.known.append(self)

    def first(self, *values: P.args, **shape: P.kwargs) -> Row | None:
        """The first row, or None; the text limits nothing by itself."""
        return next(iter(self.all(*values, **shape)), None)

    def all(self, *values: P.args, **shape: P.kwargs) -> list[Row]:
        """Every row in the query's order."""
        statement = self.statement(*values, **shape)
        if statement is None:
            return []
        kept, parameters = statement
        if kept.locks:
            require_transaction()
        return kept.read(ask(kept.text, parameters))

    def count(self, *values: P.args, **shape: P.kwargs) -> int:
        """How many rows there are; the database counts them, as if no column were asked for.

        :raises ValueError: the query locks its rows
        """
        statement = self.statement(*values, **shape)
        if statement is None:
            return 0
        kept, parameters = statement
        if kept.locks:
            raise ValueError(f"{self.build.__qualname__}: who counts rows locks none")
        ((count,),) = ask(_counted(kept.text), parameters)
        return int(count)

    def statement(self, *values: P.args, **shape: P.kwargs) -> tuple[_Kept, list[Any]] | None:
        """The kept text of the shape and its parameters; None when nothing can be found.

        :raises ValueError: None is given where the text has a value
        """
        if self._kinds is None:
            self._kinds = _kinds(self.build)
        key = tuple(shape.items())
        if key not in self._kept:
            self._kept[key] = _compiled(self.build, self._kinds, shape)
        kept = self._kept[key]
        impossible = any(not kind.possible(value) for kind, value in zip(self._kinds, values, strict=True))
        return None if kept is None or impossible else (kept, kept.parameters(values))


def frozen(build: Callable[P, QuerySet[Any, Row]]) -> Frozen[P, Row]:
    """Keep the SQL of the queryset that ``build`` makes."""
    return Frozen(build)


def _kinds(build: Callable[..., Any]) -> tuple[_Kind, ...]:
    hints = get_type_hints(build, include_extras=True)
    places = [
        each for each in inspect.signature(build).parameters.values() if each.kind is not each.KEYWORD_ONLY
    ]
    return tuple(_kind(hints[each.name], place) for place, each in enumerate(places, start=1))


def _kind(hint: Any, place: int) -> _Kind:
    absent = False
    if get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
        absent = True
        (hint,) = (each for each in get_args(hint) if each is not type(None))
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    if get_origin(hint) not in (None, Annotated):
        hint = Collection
    possible: Callable[[Any], bool] = _anything
    if hint == PublicIdText:
        possible = is_public_id
    elif hint is Collection:
        possible = bool
    return _Kind(_MARKS[hint](place), absent, possible)


def _anything(value: Any) -> bool:
    return True


def _compiled(build: Callable[..., Any], kinds: Sequence[_Kind], shape: dict[str, Any]) -> _Kept | None:
    queryset = build(*(kind.mark for kind in kinds), **shape)
    compiler = queryset.query.get_compiler(using=queryset.db)
    try:
        text, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    _require_the_same_anywhere(build, kinds, shape, text, parameters)
    places = tuple(_place(parameter, kinds) for parameter in parameters)
    _require_whole(build, kinds, parameters, places)
    if not queryset.query.select_for_update:
        READS[text] = READS[_counted(text)] = _rooms(text)
    return _Kept(
        text=text,
        constants=tuple(parameters),
        places=places,
        locks=queryset.query.select_for_update,
        read=_reader(queryset, compiler),
    )


def _counted(text: str) -> str:
    return f"SELECT COUNT(*) FROM ({text}) AS found"  # noqa: S608


def _rooms(text: str) -> frozenset[str]:
    """The rooms whose tables the text names, in subqueries too: the ORM writes every name in quotes."""
    rooms = {model._meta.db_table: model._meta.app_label for model in apps.get_models(True)}
    return frozenset(rooms[name] for name in _QUOTED.findall(text) if name in rooms)


def _require_the_same_anywhere(
    build: Callable[..., Any],
    kinds: Sequence[_Kind],
    shape: dict[str, Any],
    text: str,
    parameters: Sequence[Any],
) -> None:
    """The zone and the language of whoever asks first must not be kept for all. :raises ValueError:"""
    for zone, language in _ELSEWHERE:
        with timezone.override(zone), translation.override(language):
            queryset = build(*(kind.mark for kind in kinds), **shape)
            there = queryset.query.get_compiler(using=queryset.db).as_sql()
        if (there[0], tuple(there[1])) != (text, tuple(parameters)):
            raise ValueError(f"{build.__qualname__}: a time zone or a language would be frozen with the text")


def _place(parameter: Any, kinds: Sequence[_Kind]) -> tuple[int, Callable[[Any], Any] | None] | None:
    for number, kind in enumerate(kinds):
        if parameter == kind.mark:
            # Numbers are sent as the type of their column, which makes part of a prepared statement.
            return number, None if type(parameter) is type(kind.mark) else type(parameter)
    return None


def _require_whole(
    build: Callable[..., Any], kinds: Sequence[_Kind], parameters: Sequence[Any], places: Sequence[Any]
) -> None:
    """Every value has its place, and nothing that changes was frozen. :raises ValueError:"""
    name = build.__qualname__
    found = {place[0] for place in places if place is not None}
    for number, kind in enumerate(kinds):
        if number not in found and not kind.absent:
            raise ValueError(f"{name}: value {number + 1} does not stand in the text as it was given")
    for parameter, place in zip(parameters, places, strict=True):
        changed = any(str(kind.mark) in str(parameter) for kind in kinds)
        if place is None and (changed or isinstance(parameter, date)):
            raise ValueError(f"{name}: {parameter!r} would be frozen with the text")


def _reader(queryset: QuerySet[Any, Any], compiler: Any) -> Callable[[list[Any]], list[Any]]:
    """How Django itself reads the rows of this queryset. :raises ValueError: one we do not know"""
    private: Any = queryset
    more = (private._known_related_objects, private._prefetch_related_lookups, compiler.has_extra_select)
    if any(more):
        raise ValueError("a frozen query reads its own rows and columns only")
    converters = compiler.get_converters([each[0] for each in compiler.select[: compiler.col_count]])

    def converted(rows: list[Any]) -> list[Any]:
        return list(compiler.apply_converters(rows, converters)) if converters else rows

    iterable = queryset._iterable_class
    if iterable is FlatValuesListIterable:
        return lambda rows: [row[0] for row in converted(rows)]
    if iterable is ValuesListIterable:
        return lambda rows: [tuple(row) for row in converted(rows)]
    if iterable is not ModelIterable:
        raise ValueError(f"rows of {iterable} cannot be read")
    info = compiler.klass_info
    model, fields = info["model"], info["select_fields"]
    start, end = fields[0], fields[-1] + 1
    names = [each[0].target.attname for each in compiler.select[start:end]]
    populators_of: Any = get_related_populators
    populators = populators_of(info, compiler.select, queryset.db)
    make_plainly(populators)
    maker = maker_of(model)

    def made(rows: list[Any]) -> list[Any]:
        found = []
        for row in converted(rows):
            one = maker.from_db(queryset.db, names, row[start:end])
            for each in populators:
                each.populate(row, one)
            for name, place in (compiler.annotation_col_map or {}).items():
                setattr(one, name, row[place])
            found.append(one)
        return found

    return made
