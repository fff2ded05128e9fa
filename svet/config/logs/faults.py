"""A fault as a log may tell it: where, which kind and why, without what somebody has typed.

A database that refuses a row quotes it whole, the name and the phone, the digest of the password; a parser
quotes what it could not read; a client quotes the address it asked, with a token. So what a fault says is
looked through, and stands on one line: of a traceback only the lines of our own files begin a line.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Final

import psycopg
from django.db import Error as DatabaseError

_LONGEST: Final = 1_000
#: Python's own sentences: programs that gather faults know them.
_LED: Final = "\nThe above exception was the direct cause of the following exception:\n"
_WHILE: Final = "\nDuring handling of the above exception, another exception occurred:\n"
#: SQLSTATE 22…: PostgreSQL could not read a value, and says which.
_UNREADABLE: Final = "22"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PERSONAL: Final = (
    # +7 911 717-85-12, 89117178512.
    (
        re.compile(r"(?<![\w-])(?:\+7|[78])[ (-]{0,2}\d{3}[ )-]{0,2}\d{3}[ -]?\d{2}[ -]?\d{2}(?![\w-])"),
        "<phone>",
    ),
    # What an address carries: a token behind the question mark, a password before the host.
    (re.compile(r"(\w://[^\s/@'\"]{1,200})@"), "<secret>@"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), "<mail>"),
    (re.compile(r"(?<=[^\s?])\?[^\s'\"]*=[^\s'\"]*"), "?<query>"),
    (re.compile(r"input_value=.*?(?=, input_type=|$)", re.MULTILINE), "input_value=<…>"),
)
#: Words of ours are English; Russian ones in quotation marks are somebody's name, address or letter.
_QUOTED = re.compile(r"'[^']*[А-яЁё][^']*'|\"[^\"]*[А-яЁё][^\"]*\"|«[^»]*»")


def without_control(text: str) -> str:
    """Signs that could make a line of their own, or steer a terminal, as they are written in Python."""
    return _CONTROL.sub(lambda sign: sign[0].encode("unicode_escape").decode(), text)


def without_people(text: str) -> str:
    """A text of ours without phones, mail addresses and what URLs carry."""
    for pattern, instead in _PERSONAL:
        text = pattern.sub(instead, text)
    return text


def told(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    """The traceback of a fault and of those that led to it, the first cause first."""
    return "\n".join(_chain(exc_info[1], known=set()))


def said(fault: BaseException) -> str:
    """What a fault says of itself, on one line, without people."""
    if isinstance(fault, DatabaseError) and isinstance(fault.__cause__, psycopg.Error):
        fault = fault.__cause__
    text = _of_database(fault) if isinstance(fault, psycopg.Error) and fault.sqlstate else _of(fault)
    return without_control(without_people(_QUOTED.sub("<…>", text)))[:_LONGEST]


def _of(fault: BaseException) -> str:
    try:
        return str(fault)
    except Exception:
        return "<it cannot be told>"


def _of_database(fault: psycopg.Error) -> str:
    """The state, the rule and its place: never the row (DETAIL) nor the value (CONTEXT)."""
    told = fault.diag
    state = fault.sqlstate or ""
    place = ".".join(part for part in (told.table_name, told.column_name) if part)
    rule = told.constraint_name or ""
    why = "" if state.startswith(_UNREADABLE) else told.message_primary or ""
    return " ".join(part for part in (state, why, f"[{place} {rule}]" if place or rule else "") if part)


def _chain(fault: BaseException, *, known: set[int]) -> Iterator[str]:
    # Of several faults one may have led to all, and a chain may come back to itself.
    known.add(id(fault))
    before = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if before is not None and id(before) not in known:
        yield from _chain(before, known=known)
        yield _LED if fault.__cause__ else _WHILE
    if fault.__traceback__ is not None:
        yield "Traceback (most recent call last):"
        yield "".join(traceback.format_tb(fault.__traceback__)).rstrip("\n")
    kind = type(fault)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    yield f"{name}: {said(fault)}".removesuffix(": ")
    for each in fault.exceptions if isinstance(fault, BaseExceptionGroup) else ():
        yield from _chain(each, known=known)
