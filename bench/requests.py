"""The requests as bytes, made from the number of a meter alone: no lookup while the load runs. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

#: Accounts with one meter each that one person holds.
HELD = 4
#: Of ``bench.money``: accounts of its town, transactions of a batch.
METERS, BATCH = 4_000, 1_000
#: What the two scales show after the readings the town begins with.
DAY, NIGHT = 1200, 600
CSRF = "b" * 32


@dataclass(frozen=True, slots=True)
class Places:
    """How many meters there are, and where the keys of each table begin."""

    meters: int
    meter: int
    person: int


def person_of(places: Places, number: int) -> int:
    """The key of the person who holds meter ``number`` (from 1)."""
    return places.person + (number - 1) // HELD + 1


def meter_name(places: Places, number: int) -> str:
    """The outside id of meter ``number``."""
    return f"m{places.meter + number:015d}"


def secret_of(person_id: int) -> str:
    """The personal API key of a person; the length is that of a real one."""
    return f"svet_{person_id:043d}"


def session_of(person_id: int) -> str:
    """The session key of a person; the length is that of a real one."""
    return f"s{person_id:031d}"


def by_api(places: Places, number: int, turn: int) -> bytes:
    """A set of readings sent by a program with a personal key."""
    body = f'{{"values":{{"day":{DAY + 50 + turn},"night":{NIGHT + 30 + turn}}}}}'.encode()
    return _post(
        f"/api/v1/meters/{meter_name(places, number)}/readings",
        body,
        {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {secret_of(person_of(places, number))}",
            "Idempotency-Key": str(uuid.uuid4()),
        },
    )


def by_form(places: Places, number: int, turn: int) -> bytes:
    """The same by the page's form, as a browser with scripts sends it."""
    fields = {
        "csrfmiddlewaretoken": CSRF,
        "key": str(uuid.uuid4()),
        "act": "new",
        "value-day": DAY + 50 + turn,
        "value-night": NIGHT + 30 + turn,
    }
    return _post(
        f"/readings/{meter_name(places, number)}/",
        urlencode(fields).encode(),
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": _cookies(places, number),
            "HX-Request": "true",
        },
    )


def page(path: str) -> Callable[[Places, int, int], bytes]:
    """A page of the cabinet, read by the holder of a meter."""

    def made(places: Places, number: int, turn: int) -> bytes:
        return (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {_cookies(places, number)}\r\n\r\n"
        ).encode()

    return made


def _cookies(places: Places, number: int) -> str:
    return f"svet={session_of(person_of(places, number))}; svet-csrf={CSRF}"


def _post(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


REQUESTS: Mapping[str, Callable[[Places, int, int], bytes]] = {
    "api": by_api,
    "form": by_form,
    "readings page": page("/readings/"),
    "payment page": page("/payment/"),
    "accounts page": page("/accounts/"),
    # What a request costs before anything is done for it: by the loop alone, and through every layer.
    "nothing": page("/health/"),
    "hardly anything": page("/robots.txt"),
}
