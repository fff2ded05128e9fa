"""Asks the outer world what lies in its journal, over its control pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import httpx
from django.conf import settings

# A loaded machine answers late; only a world that is away does not answer at all.
_TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)
_TRIES: Final = 2


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    """One client for all questions: making one anew reads every certificate of the machine each time."""
    return httpx.Client(timeout=_TIMEOUT, trust_env=False, verify=False)  # noqa: S501 - loopback, no TLS


def _get(path: str, **params: str) -> httpx.Response:
    """Ask once more when the connection broke: reading changes nothing. :raises httpx.HTTPError:"""
    url = f"{settings.SANDBOX_CONTROL_URL}{path}"
    for _ in range(_TRIES - 1):
        try:
            return _client().get(url, params=params)
        except httpx.ConnectError:
            raise
        except httpx.TransportError:
            continue
    return _client().get(url, params=params)


class WorldDown(Exception):
    """The outer world does not answer."""


def read(page: str, *, to: str = "") -> Mapping[str, Any]:
    """One control page (``sms``, ``mail``, ``bank``), of one phone or mailbox or of all.

    :raises WorldDown: it does not answer.
    """
    try:
        answer = _get(f"/control/{page}.json", **({"to": to} if to else {}))
        answer.raise_for_status()
        value = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise WorldDown(type(error).__name__) from error
    if not isinstance(value, dict):
        raise WorldDown("an answer of an unknown shape")
    return value


def send_sms(*, phone: str, text: str) -> bool:
    """Send a text to the retailer as the person with this phone; False when the world will not take it.

    :raises WorldDown: it does not answer
    """
    try:
        answer = _client().post(
            f"{settings.SANDBOX_CONTROL_URL}/control/sms/send", data={"from": phone, "text": text}
        )
    except httpx.HTTPError as error:
        raise WorldDown(type(error).__name__) from error
    return answer.status_code == httpx.codes.ACCEPTED


def act_in_messenger(*, who: str, what: str, text: str) -> bool:
    """Do something to the messenger's bot as this person; False when the world will not take it.

    :raises WorldDown: it does not answer
    """
    try:
        answer = _client().post(
            f"{settings.SANDBOX_CONTROL_URL}/control/max/act", data={"who": who, "what": what, "text": text}
        )
    except httpx.HTTPError as error:
        raise WorldDown(type(error).__name__) from error
    return answer.status_code == httpx.codes.ACCEPTED


def give_back(*, payment: str, amount: str) -> bool:
    """Let the bank give money back («100.00», or nothing for all that is left); False when it will not.

    :raises WorldDown: it does not answer
    """
    try:
        answer = _client().post(
            f"{settings.SANDBOX_CONTROL_URL}/control/bank/refund", data={"payment": payment, "amount": amount}
        )
    except httpx.HTTPError as error:
        raise WorldDown(type(error).__name__) from error
    return answer.status_code == httpx.codes.ACCEPTED


def trouble(name: str, **typed: str) -> bool:
    """Order a fault of the bank (``fault``, ``callbacks``, ``calm``); False when it will not.

    :raises WorldDown: it does not answer
    """
    try:
        answer = _client().post(f"{settings.SANDBOX_CONTROL_URL}/control/bank/{name}", data=typed)
    except httpx.HTTPError as error:
        raise WorldDown(type(error).__name__) from error
    return answer.status_code == httpx.codes.ACCEPTED


def attachment(*, letter: int, index: int) -> tuple[bytes, str] | None:
    """A letter's file and its media type, or nothing. :raises WorldDown:"""
    try:
        answer = _get(f"/control/mail/{letter}/{index}")
    except httpx.HTTPError as error:
        raise WorldDown(type(error).__name__) from error
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    if answer.status_code != httpx.codes.OK:
        raise WorldDown(f"HTTP {answer.status_code}")
    return answer.content, answer.headers.get("Content-Type", "application/octet-stream")
