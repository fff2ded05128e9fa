"""Every failure of the API as ``application/problem+json`` (RFC 9457) with a stable ``code``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError, ValidationError

from svet.files.rules import ScanReason
from svet.kernel import words
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.kernel.writing import plain_number
from svet.limits.operations import LimitReached, WorkNeeded
from svet.metering import texts as metering
from svet.metering.operations import ConfirmationNeeded, SetRefused
from svet.metering.rules import Doubt, Judgement
from svet.payments.operations import SeveralPayeesRefused

#: Seconds after which a file may come again that nobody could look through.
SCANNER_AGAIN = 60
#: What pydantic calls a mistake, and what we call it for ever.
_CODES = {
    "extra_forbidden": "unknown_field",
    "missing": "required",
    "string_type": "type",
    "int_type": "type",
    "bool_type": "type",
    "list_type": "type",
    "dict_type": "type",
    "model_type": "type",
    "model_attributes_type": "type",
    "string_too_long": "too_long",
    "string_too_short": "required",
    "too_long": "too_many",
    "date_from_datetime_parsing": "date",
    "date_parsing": "date",
    "date_type": "type",
    "enum": "choice",
    "literal_error": "choice",
}


class ApiProblem(Exception):
    """A failure with its status and code, raised anywhere in the API."""

    def __init__(
        self, status: int, code: str, title: str, *, field: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.field = field
        self.headers = dict(headers or {})
        self.more: dict[str, Any] = {}


def answer(problem: ApiProblem) -> JsonResponse:
    """The problem as a response."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "status": problem.status,
        "code": problem.code,
        "title": problem.title,
    }
    if problem.field:
        body["field"] = problem.field
    return JsonResponse(
        body | problem.more,
        status=problem.status,
        headers=problem.headers | {"Cache-Control": "no-store"},
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def of_refusal(refused: Refused) -> ApiProblem:
    """Translate a room's refusal: its own sentence, 404, 409, 422 or 429."""
    title = words.explain(refused)
    if isinstance(refused, WorkNeeded):
        return _of_work(refused, title)
    if isinstance(refused, LimitReached):
        wait = {"Retry-After": str(refused.retry_after)}
        return ApiProblem(429, str(refused.reason), title, headers=wait)
    if isinstance(refused, NotFound):
        return not_found()
    if refused.reason is ScanReason.UNREACHED:
        # Nothing is wrong with the file: the same call may come again.
        wait = {"Retry-After": str(SCANNER_AGAIN)}
        return ApiProblem(503, str(refused.reason), title, field=refused.field, headers=wait)
    status = 409 if isinstance(refused, Conflict) else 422
    problem = ApiProblem(status, str(refused.reason), title, field=refused.field)
    if isinstance(refused, SeveralPayeesRefused):
        # One call per payee pays them all.
        problem.more["payees"] = [
            {
                "name": share.provider.name,
                "account_ids": [account for account, _ in share.lines],
                "total_kopecks": share.total.kopecks,
            }
            for share in refused.shares
        ]
    if isinstance(refused, ConfirmationNeeded):
        problem.title = metering.question(Doubt(refused.reason), refused.judgement)
        problem.more["needs_confirmation"] = True
        problem.more["doubts"] = refused.details.get("doubts", [])
    if isinstance(refused, ConfirmationNeeded | SetRefused):
        problem.more |= _suggested(refused.judgement)
    if isinstance(refused, SetRefused) and refused.judgement.only_lower:
        # Not the end: the same call with ``insist`` brings the set before a person.
        problem.more["may_insist"] = True
    return problem


def _suggested(judgement: Judgement) -> dict[str, Any]:
    """The values the guard would believe, and why it thinks so: zones the other way round, a digit less."""
    if judgement.suggestion is None:
        return {}
    values = {zone.value: plain_number(value) for zone, value in judgement.suggestion.items()}
    return {"suggestion": values, "doubts": [doubt.value for doubt in Doubt if doubt in judgement.doubts]}


def _of_work(refused: WorkNeeded, title: str) -> ApiProblem:
    """428: solve the riddle (docs/api.md), send ``Svet-Work: token:numbers``; or the token after a while."""
    problem = ApiProblem(428, "work_needed", title, headers={"Retry-After": str(refused.retry_after)})
    problem.more = {
        "work": {
            "token": refused.work.token,
            "riddle": refused.work.riddle,
            "bits": refused.work.bits,
            "parts": refused.work.parts,
        }
    }
    return problem


def not_found() -> ApiProblem:
    """Absent or a stranger's: the two are never told apart."""
    return ApiProblem(404, "not_found", _("Такого нет или это не ваше."))


def no_such_method(allowed: str) -> ApiProblem:
    """The address is there, but is not called so; ``allowed`` are the methods it has."""
    title = _("Так этот адрес не вызывают: у него другие методы.")
    return ApiProblem(405, "method_not_allowed", title, headers={"Allow": allowed})


def of_validation(error: ValidationError) -> ApiProblem:
    """The first mistake of a body or an address."""
    first = error.errors[0]
    place = [str(part) for part in first.get("loc", ()) if part not in ("body", "query", "path", "payload")]
    if "path" in first.get("loc", ()):
        return not_found()
    kind = str(first.get("type", ""))
    return ApiProblem(422, _CODES.get(kind, "value"), _("Проверьте это поле."), field=".".join(place))


def of_http(error: HttpError) -> ApiProblem:
    """What ninja itself refuses."""
    if isinstance(error, AuthenticationError):
        # RFC 9110, 15.5.2: a 401 names the way in.
        way = {"WWW-Authenticate": "Bearer"}
        return ApiProblem(401, "unauthorized", _("Нужен вход или ключ доступа."), headers=way)
    return ApiProblem(error.status_code, "refused", str(error))


def handle(request: HttpRequest, error: Exception | type[Exception]) -> JsonResponse:
    """The one place where an exception becomes an answer."""
    if isinstance(error, HttpError) and isinstance(error.__cause__, ApiProblem):
        # What the parser refused comes wrapped.
        error = error.__cause__
    if isinstance(error, ApiProblem):
        return answer(error)
    if isinstance(error, Refused):
        return answer(of_refusal(error))
    if isinstance(error, RequestDataTooBig):
        return answer(ApiProblem(413, "too_large", _("Запрос слишком длинный.")))
    if isinstance(error, ValidationError):
        if request.method == "POST" and not request.body:
            return answer(ApiProblem(400, "malformed_json", _("Тело запроса пустое.")))
        return answer(of_validation(error))
    if isinstance(error, HttpError):
        return answer(of_http(error))
    return answer(not_found())
