"""What every operation has in common, written into its description: refusals, headers, keys.

The resources tell what is theirs; what the shell and the front add to each of them is told here, so
that no resource can forget it. Forms: OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1), problems by RFC 9457.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

PROBLEM = "application/problem+json"
_PREFIX = "svet_api_resources_"
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "maxLength": 255, "minLength": 1, "pattern": "^[ -~]+$"},
    "description": "the same key with the same body gives the same answer and does nothing twice; "
    "with another body it is 409 for a week, for payments and readings for ever",
}
_WORK = {
    "in": "header",
    "name": "Svet-Work",
    "required": False,
    "schema": {"type": "string", "maxLength": 2048},
    "description": "the answered riddle of a 428, several by commas: docs/api.md, «When a network is busy»",
}
_HEADERS: dict[str, dict[str, Any]] = {
    "Retry-After": {
        "description": "whole seconds after which the call may come again",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimit": {
        "description": "what is left of the token's limit: `r` calls, and in `t` seconds all of it again",
        "schema": {"type": "string"},
        "example": '"token";r=117;t=42',
    },
    "RateLimit-Policy": {
        "description": "the token's limit: `q` calls in `w` seconds",
        "schema": {"type": "string"},
        "example": '"token";q=120;w=60',
    },
    "ETag": {
        "description": "the digest of this body: sent back as `If-None-Match` it is answered with 304 while "
        "nothing has changed",
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {
        "description": "how to sign in: a token",
        "schema": {"type": "string", "const": "Bearer"},
    },
    "X-Request-ID": {
        "description": "the number of this call in our logs; name it when you write to us. A call may bring "
        "its own: 8 to 64 of A-Z a-z 0-9 . _ -",
        "schema": {"type": "string", "minLength": 8, "maxLength": 64},
    },
}
#: What a refusal of a status means, and the headers it has beside the number of the call.
_REFUSALS: dict[int, tuple[str, tuple[str, ...]]] = {
    400: ("The body is no JSON of ours, or the Idempotency-Key is missing.", ()),
    401: ("No token, an unknown or an expired one.", ("WWW-Authenticate",)),
    403: (
        "The token lacks the scope, or is bound to accounts or meters and this is of the whole cabinet; "
        "or a browser's call lacks its CSRF token.",
        (),
    ),
    404: ("There is no such thing, or it is somebody else's: the two are never told apart.", ()),
    409: ("The key came with another body, the same call is still going on, or the thing has moved on.", ()),
    413: ("The body is too long.", ()),
    415: ("The body is no application/json, or it is compressed.", ()),
    422: ("A value is refused: `code` says why, `field` which.", ()),
    428: ("The network is busy: `work` is a riddle to compute.", ("Retry-After",)),
    429: ("Too many calls.", ("Retry-After", "RateLimit", "RateLimit-Policy")),
    503: ("Too much to do, or closed for a while. Nothing has changed.", ("Retry-After",)),
}
_SCHEMES = {
    "TokenAuth": "`Authorization: Bearer svet_…`; a token is made by `POST /tokens` or in the profile.",
    "Session": "A signed-in browser; behind TLS the cookie is called `__Host-svet`. Writes need the CSRF "
    "token in `X-CSRFToken`.",
}


def file_of(media_type: str) -> dict[str, Any]:
    """The description of an answer that is a file."""
    disposition = {"description": "the name of the file", "schema": {"type": "string"}}
    return {
        "responses": {
            200: {
                "description": "OK",
                "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
                "headers": {"Content-Disposition": disposition},
            }
        }
    }


def finish(document: dict[str, Any]) -> dict[str, Any]:
    """Add to every operation of the document what all of them have in common; says the same document."""
    components = document["components"]
    components["headers"] = {name: dict(told) for name, told in _HEADERS.items()}
    components["parameters"] = {"IdempotencyKey": _KEY, "SvetWork": _WORK}
    components["responses"] = {f"Refused{status}": _refusal(status) for status in _REFUSALS}
    for name, told in _SCHEMES.items():
        scheme = components["securitySchemes"][name]
        scheme["description"] = told
        if scheme["type"] == "http":
            scheme.pop("name", None)  # of the header; only an apiKey has a name
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _finish(operation, method, path)
    return document


def _finish(operation: dict[str, Any], method: str, path: str) -> None:
    # The names of our modules are nobody's business, and a client's functions are called by this.
    operation["operationId"] = operation["operationId"].removeprefix(_PREFIX)
    parameters = operation.setdefault("parameters", [])
    for each in parameters:
        # Examples of a parameter are named, those of its schema are a list: ninja writes the list at both.
        if isinstance(each.get("examples"), list):
            each["schema"]["examples"] = each.pop("examples")
    signed = bool(operation.get("security"))
    if method == "post":
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        if not signed:
            parameters.append({"$ref": "#/components/parameters/SvetWork"})
    answers = {int(status): told for status, told in operation["responses"].items()}
    refused = {status for status in answers if status >= 400} | _common(method, path, signed=signed)
    beside = _numbered() | (_of("RateLimit", "RateLimit-Policy") if signed else {})
    if method == "get" and signed:
        beside |= _of("ETag")
        answers |= {304: {"description": "Nothing has changed since the `ETag` in `If-None-Match`."}}
    told = {
        str(status): answers[status] | {"headers": answers[status].get("headers", {}) | beside}
        for status in sorted(answers)
        if status < 400
    }
    refusals = {
        str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in sorted(refused)
    }
    operation["responses"] = told | refusals


def _common(method: str, path: str, *, signed: bool) -> set[int]:
    """What the shell may answer to any operation like this."""
    found = {429, 503}
    if signed:
        found |= {401, 403, 422}
    if "{" in path:
        found |= {404}
    if method == "post":
        found |= {400, 409, 413, 415, 422}
    return found


def _refusal(status: int) -> dict[str, Any]:
    words, names = _REFUSALS[status]
    headers = _of(*names)
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    return {
        "description": f"{HTTPStatus(status).phrase}. {words}",
        "headers": headers | _numbered(),
        "content": {PROBLEM: {"schema": schema}},
    }


def _numbered() -> dict[str, Any]:
    return _of("X-Request-ID")


def _of(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
