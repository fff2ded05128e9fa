"""Asks the outer world what lies in its journal, over its control pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import httpx
from django.conf import settings

_TIMEOUT: Final = httpx.Timeout(3.0, connect=1.0)


class WorldDown(Exception):
    """The outer world does not answer."""


def read(page: str, *, to: str = "") -> Mapping[str, Any]:
    """One control page (``sms``, ``mail``, ``bank``), of one phone or mailbox or of all.

    :raises WorldDown: it does not answer.
    """
    try:
        answer = httpx.get(
            f"{settings.SANDBOX_CONTROL_URL}/control/{page}.json",
            params={"to": to} if to else {},
            timeout=_TIMEOUT,
            trust_env=False,
        )
        answer.raise_for_status()
        value = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise WorldDown(type(error).__name__) from error
    if not isinstance(value, dict):
        raise WorldDown("an answer of an unknown shape")
    return value


def attachment(*, letter: int, index: int) -> tuple[bytes, str] | None:
    """A letter's file and its media type, or nothing. :raises WorldDown:"""
    try:
        answer = httpx.get(
            f"{settings.SANDBOX_CONTROL_URL}/control/mail/{letter}/{index}", timeout=_TIMEOUT, trust_env=False
        )
    except httpx.HTTPError as error:
        raise WorldDown(type(error).__name__) from error
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    if answer.status_code != httpx.codes.OK:
        raise WorldDown(f"HTTP {answer.status_code}")
    return answer.content, answer.headers.get("Content-Type", "application/octet-stream")
