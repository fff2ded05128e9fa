"""What a program is told beside every answer: how many calls its token has left, and what it knows already.

``RateLimit`` and ``RateLimit-Policy`` are those of the IETF's draft (draft-ietf-httpapi-ratelimit-headers).
``ETag`` is the digest of a body: a program that sends it back as ``If-None-Match`` gets 304 without the body
while nothing has changed. The work is done all the same; what is spared is the way. A method that an address
has not is refused before any operation is found, so here it becomes a problem as every other failure is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from svet.api.shell import problems
from svet.limits.operations import Spent

PLACE = "/api/v1/"
_NOTE = "svet_spent"


def note_spent(request: HttpRequest, spent: Spent) -> None:
    """Remember for the answer what the call has left of its token's limit."""
    setattr(request, _NOTE, spent)


class AnswersMiddleware:
    """Adds the headers; pages of people have none of them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and say what is beside the answer."""
        answer = self._get_response(request)
        if request.method == "GET" and request.path.startswith(PLACE) and isinstance(answer, HttpResponse):
            answer = _conditional(request, answer)
        if answer.status_code == 405 and request.path.startswith(PLACE):
            answer = problems.answer(problems.no_such_method(answer.headers.get("Allow", "")))
        spent: Spent | None = getattr(request, _NOTE, None)
        if spent is not None:
            answer.headers["RateLimit-Policy"] = f'"token";q={spent.amount};w={spent.window_seconds}'
            answer.headers["RateLimit"] = f'"token";r={spent.left};t={spent.seconds}'
        return answer


def _conditional(request: HttpRequest, answer: HttpResponse) -> HttpResponseBase:
    if answer.status_code != 200 or answer.has_header("ETag"):
        return answer
    etag = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    answer.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=answer) or answer
