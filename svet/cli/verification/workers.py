"""Who does the work of ``svet verify``: this process or several; they import this before Django is ready."""

from __future__ import annotations

import importlib
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Later(Protocol[T_co]):
    """Work that is done by the time its result is asked for."""

    def result(self) -> T_co: ...


class Submit(Protocol):
    """Gives work to somebody."""

    def __call__(self, work: Callable[..., T], /, *arguments: Any) -> Later[T]: ...


class Here:
    """Work of this process, done when its result is asked for."""

    def __init__(self, work: Callable[..., Any], /, *arguments: Any) -> None:
        self._work, self._arguments = work, arguments

    def result(self) -> Any:
        """Do it."""
        return self._work(*self._arguments)


@contextmanager
def workers(jobs: int) -> Iterator[Submit]:
    """So many processes; one: this one."""
    if jobs == 1:
        yield Here
        return
    from django.db import connection

    # Fresh processes: one that is split off would share our connection with the database.
    with ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_ready,
        initargs=(str(connection.settings_dict["NAME"]),),
    ) as pool:
        try:
            yield pool.submit
        finally:
            pool.shutdown(cancel_futures=True)


def called(path: str) -> Callable[..., Any]:
    """The query of a path."""
    module, _, name = path.partition(":")
    query: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return query


def look_whole(path: str) -> tuple[str, ...]:
    """What a query says of the whole, in one unmoving picture."""
    from svet.kernel.transactions import picture

    def look() -> Sequence[str]:
        with picture():
            said: Sequence[str] = called(path)()
            return said

    return told(look)


def look_at(
    checks: Mapping[str, Sequence[str]], pieces: Sequence[int]
) -> dict[int, dict[str, tuple[str, ...]]]:
    """What queries say of each of some pieces, by promise.

    A piece is a small part of its table, which an index finds; the database is told so, for it would rather
    read all of a table whose rows it thinks it would have to fetch from a slow disk one by one.
    """
    from django.db import connection

    from svet.kernel.transactions import picture

    found = {}
    for piece in pieces:
        with picture():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL random_page_cost = 1.1; SET LOCAL enable_seqscan = off")
            found[piece] = {
                number: tuple(each for path in paths for each in _of_piece(path, piece))
                for number, paths in checks.items()
            }
    return found


def told(check: Callable[[], Sequence[str]]) -> tuple[str, ...]:
    """A check that cannot be made proves nothing: it counts as broken, and the others go on."""
    from django.utils.translation import gettext

    try:
        return tuple(check())
    except Exception as error:
        said = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        return (gettext("проверить не удалось: {error}").format(error=said),)


def _of_piece(path: str, piece: int) -> tuple[str, ...]:
    from django.db import transaction

    def look() -> Sequence[str]:
        with transaction.atomic():
            said: Sequence[str] = called(path)(piece)
            return said

    return told(look)


def _ready(database: str) -> None:
    """Let a fresh process speak with the same database as the one that started it."""
    from svet.launcher.embedded import django_ready

    django_ready()
    from django.db import connection

    connection.settings_dict["NAME"] = database
