"""Reading a JSON body so strictly that no two parsers could disagree about it."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from svet.api.shell.problems import ApiProblem

LONGEST = 64 * 1024
_DEEPEST = 20


class StrictParser(Parser):
    """JSON in UTF-8 only: no duplicate keys, no infinities, no NUL, shallow and short."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Read the body. :raises Problem: 400, 413, 415 or 422 with what is wrong"""
        if request.content_type != "application/json":
            raise ApiProblem(415, "media_type", "Content-Type must be application/json")
        if request.headers.get("Content-Encoding", "identity") != "identity":
            raise ApiProblem(415, "encoding", "a compressed body is not taken")
        if int(request.headers.get("Content-Length") or 0) > LONGEST:
            raise ApiProblem(413, "too_large", f"a body of at most {LONGEST} bytes is taken")
        return read(request.body)


def read(body: bytes) -> Any:
    """Parse bytes. :raises Problem: 400 for what is not our JSON, 422 for what is but holds a NUL"""
    if len(body) > LONGEST:
        raise ApiProblem(413, "too_large", f"a body of at most {LONGEST} bytes is taken")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise ApiProblem(400, "malformed_json", "the body must be UTF-8") from None
    if _depth(text) > _DEEPEST:
        raise ApiProblem(400, "too_deep", "the body is nested too deeply")
    try:
        found = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_number)
    except json.JSONDecodeError as error:
        raise ApiProblem(400, "malformed_json", f"not JSON at character {error.pos}") from None
    if not isinstance(found, dict):
        raise ApiProblem(422, "type", "the body must be an object")
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ApiProblem(400, "duplicate_key", f"the key {key[:40]!r} stands twice")
        if isinstance(value, str) and "\0" in value:
            raise ApiProblem(422, "chars", "a NUL character is not taken", field=key[:40])
        found[key] = value
    return found


def _constant(text: str) -> float:
    raise ApiProblem(400, "malformed_json", f"{text} is not JSON")


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ApiProblem(422, "number", "the number is too large")
    return value


def _depth(text: str) -> int:
    """How deeply brackets nest outside strings; one pass, so that no recursion is ever begun."""
    depth = deepest = 0
    quoted = escaped = False
    for letter in text:
        if quoted:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                quoted = False
        elif letter == '"':
            quoted = True
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest
