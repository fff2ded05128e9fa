"""One question to a bank over HTTP, bounded in time and size; who was silent a moment ago is left alone."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from svet.gateways.acquiring.port import PATIENT, UNSUPPORTED
from svet.gateways.failures import Permanent, Temporary, Unreached
from svet.kernel.serving import require_not_serving
from svet.kernel.spans import span

CONNECT = 3.0
# How long a bank that did not answer is left alone by those in a hurry, per process.
SILENCE = 5.0
LONGEST_ANSWER = 1_000_000
_silent_since: dict[tuple[str, str], float] = {}


@dataclass(frozen=True, slots=True)
class BankAddress:
    """``vendor[+http|+https]://shop:key@host[:port]/path?name=value`` taken apart."""

    base: str
    host: str
    shop: str
    secret: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """What came back, whole; ``body`` is None when it is not JSON. Numbers with a point are Decimal."""

    status: int
    body: Any


def address_of(url: str) -> BankAddress:
    """Take a bank's address apart. :raises ValueError: no such port can be"""
    parts = urlsplit(url)
    transport = parts.scheme.partition("+")[2] or "https"
    host = parts.hostname or ""
    netloc = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    return BankAddress(
        base=f"{transport}://{netloc}{port}{parts.path.rstrip('/')}",
        host=host,
        shop=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
        options={name: values[0] for name, values in parse_qs(parts.query).items()},
    )


def ask(
    method: str,
    url: str,
    *,
    shop: tuple[str, str],
    patience: float = PATIENT,
    auth: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | bytes | None = None,
    form: Mapping[str, Any] | None = None,
) -> BankAnswer:
    """Ask once, with JSON, a form or bytes as they are; ``shop`` is whose silence it is.

    However it drips, a whole answer has ``patience`` seconds.

    :raises Unreached: no connection, so the bank did nothing
    :raises Temporary: no answer, a broken, too slow or too long one; nobody knows what the bank did
    """
    require_not_serving("a bank")
    if patience < PATIENT and time.monotonic() - _silent_since.get(shop, -SILENCE) < SILENCE:
        raise Unreached("the bank was silent a moment ago", code="silent")
    deadline = time.monotonic() + patience + CONNECT
    try:
        with (
            span(f"bank {method}", server=urlsplit(url).hostname or ""),
            httpx.stream(
                method,
                url,
                auth=auth,
                headers=dict(headers or {}),
                json=None if isinstance(body, bytes) else body,
                data=form,
                content=body if isinstance(body, bytes) else None,
                timeout=httpx.Timeout(patience, connect=min(CONNECT, patience)),
                follow_redirects=False,
                verify=_certificates(),
                trust_env=False,
            ) as answer,
        ):
            content = bytearray()
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > LONGEST_ANSWER:
                    raise Temporary("the bank's answer is too long", code="shape")
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer does not end")
            status = answer.status_code
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        _silent_since[shop] = time.monotonic()
        raise Unreached(f"no connection to the bank: {type(error).__name__}", code="network") from error
    except httpx.HTTPError as error:
        _silent_since[shop] = time.monotonic()
        raise Temporary(f"the bank did not answer: {type(error).__name__}", code="network") from error
    _silent_since.pop(shop, None)
    try:
        return BankAnswer(status, json.loads(bytes(content), parse_float=Decimal))
    except (ValueError, RecursionError):
        return BankAnswer(status, None)


def forget_silence() -> None:
    """Ask everybody again at once: for tests that let time pass."""
    _silent_since.clear()


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object of JSON. :raises ValueError: a key stands twice"""
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("a key stands twice")
    return dict(pairs)


def is_plain(text: str) -> bool:
    """Whether a text is short and printable: one that a table of ours can hold."""
    return len(text) <= 60 and text.isascii() and (not text or text.isprintable())


def unsupported(verb: str) -> Permanent:
    """The failure of a verb that a bank does not have."""
    return Permanent(f"this bank has no verb {verb!r}", code=UNSUPPORTED)


@cache
def _certificates() -> ssl.SSLContext:
    """Whom we trust, read once a process: it takes sixty milliseconds of a processor, a question two."""
    return httpx.create_ssl_context(trust_env=False)
