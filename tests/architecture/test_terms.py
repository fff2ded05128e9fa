"""Every table has a term, or a reason to be kept for ever; the document says the same."""

from __future__ import annotations

import os
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from svet.config.jobs.retention import retentions
from svet.config.variables import VARIABLES
from tests.architecture.terms import EVER, TERMS, Term

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
HEAD = "| what | setting | days | because |\n|---|---|---|---|\n"
#: Ends a term by a setting, though no kind of the nightly job.
ELSEWHERE = {"SVET_KEEP_FAILED_JOBS_DAYS"}


def set_by(term: Term) -> str:
    return term.days if term.days.startswith("SVET_") else ""


def written() -> str:
    """The table of the document."""
    defaults = {one.name: one.default for one in VARIABLES}
    rows = []
    for term in TERMS:
        name = set_by(term)
        cells = (term.what, f"`{name}`" if name else "", defaults[name] if name else term.days, term.because)
        rows.append("| " + " | ".join(cells) + " |\n")
    return HEAD + "".join(rows).replace("|  |", "| |")


@pytest.mark.django_db
def test_every_table_of_the_schema_has_its_term() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'm')"
            " AND relnamespace = current_schema()::regnamespace"
        )
        there = {name for (name,) in cursor.fetchall()}
    whole = Counter(table for term in TERMS if not term.part for table in term.tables.split())
    assert {table for table, times in whole.items() if times > 1} == set(), "named twice"
    assert there - set(whole) == set(), "no term: say how long, and why, in terms.py"
    parts = {table for term in TERMS if term.part for table in term.tables.split()}
    assert (set(whole) | parts) - there == set(), "no such table"


def test_every_term_is_kept_by_something() -> None:
    kinds = {each.name: each.days for each in retentions(now=timezone.now())}
    named: list[str] = []
    for term in TERMS:
        assert len(term.because) > 5, term.what
        if term.days == EVER:
            assert not term.by, term.what
        elif (name := set_by(term)) and name not in ELSEWHERE:
            days = getattr(settings, name.removeprefix("SVET_"))
            assert {kinds[kind] for kind in term.by} == {days}, term.what
            named += term.by
        else:
            for place in term.by:
                module, _, function = place.partition(":")
                assert callable(getattr(import_module(module), function)), place
    assert sorted(named) == sorted(kinds), "a kind of the nightly job without a row, or with two"


def test_the_document_says_the_same() -> None:
    text = DOCUMENT.read_text("utf-8")
    start = text.index(HEAD)
    end = text.index("\n\n", start) + 1
    if os.environ.get("SVET_WRITE_TERMS"):
        DOCUMENT.write_text(text[:start] + written() + text[end:], "utf-8")
    else:
        assert text[start:end] == written(), "SVET_WRITE_TERMS=1 writes it"
