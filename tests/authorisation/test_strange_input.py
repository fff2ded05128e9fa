"""Ids that are nobody's and days that no calendar of ours has, at every route: an answer, never a 500.

Nothing is listed by hand: the routes come from the policy, the fields from what each page looks for.
``SVET_STRANGE=whole`` asks every field of an address for every value alone.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.http import QueryDict
from django.urls import Resolver404, resolve

from svet.kernel.ids import new_public_id
from tests.authorisation.policy import POLICY, STAFF, V1, Row, Who, knockers
from tests.authorisation.test_matrix import _as_test, fill, knock, standing, world  # noqa: F401
from tests.authorisation.world import World

__all__ = ["standing"]

WHOLE = os.environ.get("SVET_STRANGE", "") == "whole"
#: Days, moments and numbers that break careless arithmetic of months and days.
EXTREMES = (
    "0", "-1", "1", "0001-01-01", "1999-12-31", "2000-01-01", "2000-01-31", "2198-12-31", "2199-12-31",
    "9999-12-31", "01.01.0001", "31.12.9999", "0001-01", "9999-12", "2026-13", "20000101-0-x",
    "00010101-0-a", "99991231-999999999999999999-a", "1e400", "9" * 400, "\u0663", "\0", "",
)  # fmt: skip
#: For a field that asks for something else: what no column holds, and days nevertheless.
FEW = ("\0", "9" * 400, "2000-01-01", "9999-12-31")
#: For a day that another page of the same section was asked for with every value: its file, its other form.
AGAIN = ("\0", "0001-01-01", "9999-12-31", "2026-13", "20000101-0-x")
#: For a sum: what breaks careless arithmetic, and what is no number of ours.
SUMS = ("\0", "9" * 400, "-1", "1e400", "\u0663")
OTHERS = [value for value in EXTREMES if value not in AGAIN]
DAYLIKE = re.compile("since|until|before|after|on|from|to|day|date|month|period|year")
SPANS = (
    ("2000-01-01", "2000-01-01"),
    ("2000-01-01", "2005-12-31"),
    ("2000-01-02", "2000-01-01"),
    ("2198-12-31", "2198-12-31"),
    ("0001-01-01", "9999-12-31"),
    ("9999-12-31", "0001-01-01"),
)
#: The day behind which a span ends, and where it begins: spans ask both at once.
ENDS = {"until": "since", "until_on": "from_on"}
#: Words of a route that are no id of a thing.
PLAIN = {"kind", "verb", "version", "letter", "index", "passkey_id"}


def strange_ids(ids: dict[str, str], word: str) -> dict[str, str]:
    """Ids that fit the form, are of another thing, are no id at all, or are longer than any column."""
    other = next(value for name, value in ids.items() if name.endswith("_id") and value != ids[word])
    return {
        "unknown": new_public_id(),
        "of another thing": other,
        "malformed": "no-such-id",
        "huge": "9" * 400,
    }


def leads_nowhere(strange: World, row: Row) -> bool:
    """Whether no page is behind the address: then none of our pages has a part in the answer."""
    try:
        resolve("/" + fill(re.sub(r"<(\w+)>", r"{\1}", row.route), strange.ids))
    except Resolver404:
        return True
    return False


def test_an_id_that_is_nobodys_is_answered_everywhere(world: World) -> None:  # noqa: F811
    """An id that fits is asked for by all whom a page may treat differently, what fits not by one who may.

    Addresses behind which no page is are all answered alike: of each section the first is asked for.
    """
    wrong = []
    nowhere = set()
    for row in POLICY:
        for word in sorted(set(re.findall(r"<(\w+)>", row.route)) - PLAIN):
            for kind, value in strange_ids(world.ids, word).items():
                strange = replace(world, ids=world.ids | {word: value})
                if leads_nowhere(strange, row) and not WHOLE:
                    if (row.method, section(row.route), kind) in nowhere:
                        continue
                    nowhere.add((row.method, section(row.route), kind))
                for form in (row, Row(**{**vars_of(row), "body": {}})) if row.body else (row,):
                    for who in callers(row) if kind == "unknown" else callers(row)[:1]:
                        with _as_test(transaction.atomic()):
                            status = knock(strange, form, who).status_code
                            transaction.set_rollback(True)
                        if status >= 500 or (who in row.may and status == 200):
                            wrong.append(f"{row.name}, {word} {kind}, {who}, {bool(form.body)}: {status}")
    assert not wrong, "\n".join(wrong)


def callers(row: Row) -> list[Who]:
    """One who may, every role of the staff that may, and one who may not."""
    may = [who for who in Who if who in row.may]
    strangers = [who for who in Who if who not in row.may and who in knockers(row)]
    return [*dict.fromkeys([*may[:1], *(who for who in may if who in STAFF), *strangers[-1:]])]


def vars_of(row: Row) -> dict[str, Any]:
    """A row as the terms that make one."""
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that a page looks for in its address and its form, as it looks for them."""
    names: list[str] = []
    for method in ("get", "getlist", "__getitem__", "__contains__"):
        plain = getattr(QueryDict, method)

        def noted(self: QueryDict, name: Any, *rest: Any, _plain: Any = plain, **more: Any) -> Any:
            names.append(str(name))
            return _plain(self, name, *rest, **more)

        monkeypatch.setattr(QueryDict, method, noted)
    return names


def questions(names: list[str], *, met: set[str], elsewhere: set[str], turn: int) -> Iterator[dict[str, str]]:
    """Each name with the extreme values that concern it; a span of days with its two ends.

    ``met``: what a page beside this one was asked for; ``elsewhere``: of other sections, which get some
    of the other values in turns. What asks for no day is asked with all its values together with all others,
    and alone with one of them, by ``turn``: a page may stop at the first of many that it dislikes. So are
    sums. The whole form asks with each value alone.
    """
    plain = [name for name in names if not daylike(name) and (WHOLE or name not in met)]
    again = [name for name in names if not daylike(name) and name not in plain]
    if WHOLE or len(plain) < 2:
        yield from ({name: value} for name in plain for value in FEW)
    else:
        yield from (dict.fromkeys(plain, value) for value in FEW)
        yield from ({name: FEW[(turn + place) % len(FEW)]} for place, name in enumerate(plain))
    if again:
        yield from (dict.fromkeys(again, value) for value in {FEW[0], FEW[turn % len(FEW)]})
    sums = [name for name in names if name.startswith("sum_") and not WHOLE]
    if sums:
        yield from (dict.fromkeys(sums, value) for value in SUMS)
        yield from ({name: SUMS[(turn + place) % len(SUMS)]} for place, name in enumerate(sums))
    for name in names:
        if not daylike(name) or name in sums:
            continue
        values: Iterable[str] = AGAIN if name in met else EXTREMES
        if name in elsewhere - met and not WHOLE:
            values = (*AGAIN, *OTHERS[turn % 9 :: 9])
        yield from ({name: value} for value in values)
    met.update(names)
    elsewhere.update(names)
    for end, start in ENDS.items():
        if start in names and end in names:
            yield from ({start: first, end: last} for first, last in SPANS)


def daylike(name: str) -> bool:
    return any(DAYLIKE.fullmatch(part) for part in name.split("_"))


def names_of(world: World, row: Row, who: Who, asked_for: list[str]) -> list[str]:  # noqa: F811
    """What the route looks for, and what the API's document says that it takes."""
    from svet.api.application import document

    asked_for.clear()
    with _as_test(transaction.atomic()):
        knock(world, row, who)
        transaction.set_rollback(True)
    found = dict.fromkeys(asked_for)
    paths: Any = document()["paths"]
    path = "/" + re.sub(r"<(\w+)>", r"{\1}", row.route)
    described = paths.get(path, {}).get(row.method.lower(), {}).get("parameters", [])
    found |= dict.fromkeys(each["name"] for each in described if each.get("in") == "query")
    return [name for name in found if name not in ("csrfmiddlewaretoken", "next")]


def section(route: str) -> str:
    """What pages stand together: of the cabinet, of one desk, of one resource of the API."""
    parts = route.split("/")
    return "/".join(parts[: 3 if route.startswith(V1) else 2 if parts[0] == "staff" else 1])


def test_no_value_in_an_address_breaks_a_page(world: World, asked_for: list[str]) -> None:  # noqa: F811
    wrong = []
    tried = 0
    met: dict[str, set[str]] = defaultdict(set)
    elsewhere: set[str] = set()
    rows = {row.route: row for row in POLICY if row.method == "GET" and not row.query}.values()
    for turn, row in enumerate(rows):
        if row.route.startswith("sandbox/"):
            continue
        who = min(row.may, key=list(Who).index) if Who.ANNA not in row.may else Who.ANNA
        names = names_of(world, row, who, asked_for)
        for question in questions(names, met=met[section(row.route)], elsewhere=elsewhere, turn=turn):
            tried += 1
            asking = Row(**{**vars_of(row), "query": "?" + urlencode(question)})
            with _as_test(transaction.atomic()):
                status = knock(world, asking, who).status_code
                transaction.set_rollback(True)
            if status >= 500:
                wrong.append(f"{row.name} {question}: {status}")
    assert tried > 200
    assert not wrong, "\n".join(wrong)
