"""«Мои данные» for programs: a copy of everything kept about the caller, and the end of the cabinet.

A token is not enough for either: each asks the password, and each wrong one is counted as at the entrance.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field, StrictStr

from svet.api.shell.idempotency import key_of
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.problems import ApiProblem
from svet.api.shell.schemas import Body, ProblemOut
from svet.limits.operations import spend
from svet.limits.rules import LimitName
from svet.people import operations as people
from svet.people.rules import Scope
from svet.privacy import queries
from svet.privacy.operations import LeavingRefused, delete_cabinet

router = Router(tags=["Personal data"], auth=AUTH)
FAILS = {400: ProblemOut, 409: ProblemOut, 422: ProblemOut, 429: ProblemOut}


class PasswordIn(Body):
    """The caller's own password."""

    password: Annotated[StrictStr, Field(max_length=20_000)]


@router.post("/me/data", response={200: dict[str, Any], **FAILS}, summary="A copy of my data")
def copy(request: HttpRequest, payload: PasswordIn) -> dict[str, Any]:
    """Everything kept about the caller: profile, consents, devices, accounts, readings, payments, acts.

    Other people's names and phones are not in it. The answer is never kept, so the key only has to be there.
    """
    caller = _proved(request, payload)
    now = timezone.now()
    spend(limit=LimitName.COPIES_PER_PERSON, key=str(caller.person.person_id), now=now)
    return queries.everything(person_id=caller.person.person_id, now=now)


@router.post("/me/delete", response={204: None, **FAILS}, summary="Delete my cabinet")
def delete(request: HttpRequest, payload: PasswordIn) -> Status[None]:
    """Delete the cabinet for good; bills, readings and payments stay with the accounts, as the law wants."""
    caller = allowed(request, Scope.CABINET_WRITE)
    key_of(request)
    try:
        delete_cabinet(
            person_id=caller.person.person_id,
            password=payload.password,
            address=caller.actor.address,
            now=timezone.now(),
        )
    except LeavingRefused as refused:
        title = _("Платёж ещё не завершён. Подождите, пока банк ответит, и удалите кабинет потом.")
        raise ApiProblem(409, str(refused.reason), title) from None
    return Status(204, None)


def _proved(request: HttpRequest, payload: PasswordIn) -> Caller:
    caller = allowed(request, Scope.ACCOUNTS_READ)
    key_of(request)
    people.confirm_password(person_id=caller.person.person_id, password=payload.password, now=timezone.now())
    return caller
