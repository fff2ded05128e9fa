"""A person's own limit for a month of an account, beside the forecast."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import StrictInt

from svet.accounts import queries as account_queries
from svet.accounts.queries.registry import accounts_by_id
from svet.api.resources.accounts import ids_of
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.schemas import Body, ProblemOut
from svet.api.shell.shapes import Shape
from svet.people.rules import Scope
from svet.usage import operations
from svet.usage.queries import budget_of, budget_view, month_forecast, story_of

router = Router(tags=["Bills"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


class BudgetIn(Body):
    """Kopecks of the bill (``money``) or kWh (``energy``) a month."""

    kind: Literal["money", "energy"]
    limit: StrictInt


class BudgetOut(Shape):
    """``standing``: ``within``, ``close``, ``beyond``; null without a limit or while nothing can be told."""

    kind: str | None
    limit: int | None
    standing: str | None


@router.get(
    "/accounts/{account_id}/budget",
    response={200: BudgetOut, 404: ProblemOut},
    summary="My limit for a month",
)
def budget(request: HttpRequest, account_id: str) -> dict[str, Any]:
    """The caller's own limit, and how the open month is likely to stand to it."""
    return _out(allowed(request, Scope.BILLS_READ), account_id)


@router.post(
    "/accounts/{account_id}/budget", response={200: BudgetOut, **FAILS}, summary="Set my limit for a month"
)
def put(request: HttpRequest, account_id: str, payload: BudgetIn) -> Status[Any]:
    """Keep a limit in the place of another; the caller is told once a month when it will be passed."""
    caller = allowed(request, Scope.CABINET_WRITE)
    ids_of(caller, account_id)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        operations.set_budget(
            by=caller.actor,
            account_public_id=account_id,
            kind=payload.kind,
            limit=payload.limit,
            now=now,
        )
        return 200, _out(caller, account_id)

    return once(request, actor=caller.actor, now=now, act=act)


@router.delete(
    "/accounts/{account_id}/budget", response={204: None, 404: ProblemOut}, summary="Drop my limit"
)
def drop(request: HttpRequest, account_id: str) -> Status[None]:
    """No limit any more; twice is the same as once."""
    caller = allowed(request, Scope.CABINET_WRITE)
    ids_of(caller, account_id)
    operations.drop_budget(by=caller.actor, account_public_id=account_id, now=timezone.now())
    return Status(204, None)


def _out(caller: Caller, account_id: str) -> dict[str, Any]:
    (key,) = ids_of(caller, account_id)
    found = budget_of(caller.actor, account_id=key)
    if found is None:
        return {"kind": None, "limit": None, "standing": None}
    (account,) = accounts_by_id([key])
    today = account_queries.provider_today(account.provider, timezone.now())
    told = month_forecast(account_id=key, story=story_of(account_id=key), on=today)
    return {
        "kind": found.kind,
        "limit": found.limit,
        "standing": budget_view(found, forecast=told).standing,
    }
