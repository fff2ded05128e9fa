"""Lists of the API: filters, pages of up to a hundred, a cursor (https://yookassa.ru/developers/using-api/lists)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs

from svet.sandbox.world.payment_form import Invalid

_LIMIT: Final = 10
_MOST: Final = 100
_COMPARED: Final[Mapping[str, Callable[[datetime, datetime], bool]]] = {
    "gte": lambda moment, bound: moment >= bound,
    "gt": lambda moment, bound: moment > bound,
    "lte": lambda moment, bound: moment <= bound,
    "lt": lambda moment, bound: moment < bound,
}


def page_of(
    things: Sequence[dict[str, Any]],
    query: str,
    *,
    exact: Sequence[str],
    moments: Sequence[str] = (),
    show: Callable[[Any], dict[str, Any]],
) -> dict[str, Any]:
    """One page of things (newest first) that fit the query; ``exact`` are the fields one may ask for,
    ``moments`` those one may compare beside ``created_at``.

    :raises Invalid: a parameter that the API does not know, or a wrong value
    """
    asked = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
    limit, cursor = asked.pop("limit", str(_LIMIT)), asked.pop("cursor", "")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= _MOST):
        raise Invalid("Limit must be from 1 to 100", "limit")
    tests = [_test(name, value, exact=exact, moments=moments) for name, value in asked.items()]
    fitting = [thing for thing in things if all(test(thing) for test in tests)]
    if cursor:
        ids = [thing["id"] for thing in fitting]
        if cursor not in ids:
            raise Invalid("Incorrect cursor", "cursor")
        fitting = fitting[ids.index(cursor) :]
    shown, rest = fitting[: int(limit)], fitting[int(limit) :]
    answer = {"type": "list", "items": [show(thing) for thing in shown]}
    return answer | ({"next_cursor": rest[0]["id"]} if rest else {})


def _test(
    name: str, value: str, *, exact: Sequence[str], moments: Sequence[str]
) -> Callable[[Mapping[str, Any]], bool]:
    field, _, how = name.partition(".")
    if name in exact:
        return lambda thing: str(thing.get(name)) == value
    if field not in ("created_at", *moments) or how not in _COMPARED:
        raise Invalid("Unknown parameter", name)
    try:
        bound = datetime.fromisoformat(value.replace("Z", "+00:00").replace(" ", "+"))
        compared = _COMPARED[how]
        compared(bound, datetime.fromisoformat("2020-01-01T00:00:00+00:00"))
    except (ValueError, TypeError):
        raise Invalid("Incorrect moment", name) from None
    return lambda thing: field in thing and compared(datetime.fromisoformat(thing[field]), bound)
