"""What a call of YooKassa's API brings along, and the errors it is answered with."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final
from wsgiref.types import WSGIEnvironment

from svet.sandbox.world.lists import page_of
from svet.sandbox.world.payment_form import Invalid

LONGEST_BODY: Final = 256 * 1024


class Refusal(Exception):
    """An answer of the API that is an error."""

    def __init__(self, status: int, code: str, description: str, parameter: str = "") -> None:
        super().__init__(description)
        self.status = status
        self.body = {"type": "error", "code": code, "description": description}
        if parameter:
            self.body["parameter"] = parameter


def page_asked(
    environ: WSGIEnvironment,
    things: list[dict[str, Any]],
    *,
    exact: tuple[str, ...],
    moments: tuple[str, ...] = (),
    show: Callable[[Any], dict[str, Any]],
) -> dict[str, Any]:
    """One page of a list, as the query asks for it. :raises Refusal:"""
    try:
        return page_of(things, str(environ.get("QUERY_STRING", "")), exact=exact, moments=moments, show=show)
    except Invalid as invalid:
        raise Refusal(400, "invalid_request", str(invalid), invalid.parameter) from None


def key_of(environ: WSGIEnvironment) -> str:
    """The idempotence key. :raises Refusal: none, or too long"""
    key = str(environ.get("HTTP_IDEMPOTENCE_KEY", ""))
    if not key:
        raise Refusal(400, "invalid_request", "Idempotence key is required", "Idempotence-Key")
    if len(key) > 64:
        raise Refusal(400, "invalid_request", "Idempotence key is too long", "Idempotence-Key")
    return key


def body_of(environ: WSGIEnvironment, *, may_lack: bool = False) -> dict[str, Any]:
    """The body; nothing asked where one may be left out. :raises Refusal: not JSON, or too long"""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > LONGEST_BODY:
        raise Refusal(413, "invalid_request", "Request is too large")
    if may_lack and not length:
        return {}
    if not str(environ.get("CONTENT_TYPE", "")).startswith("application/json"):
        raise Refusal(400, "invalid_request", "Content-Type must be application/json", "Content-Type")
    content = environ["wsgi.input"].read(length)
    if may_lack and content in (b"", b"null"):
        return {}
    try:
        body = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise Refusal(400, "invalid_request", "Incorrect JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "invalid_request", "Incorrect JSON")
    return body


def origin_of(environ: WSGIEnvironment) -> str:
    """Where the bank was called."""
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ['wsgi.url_scheme']}://{host}"
