"""Bound cards: listing, naming, unbinding; binding happens by a payment with ``keep_card``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from svet.api.resources.accounts import note_stranger
from svet.api.resources.payment_schemas import CardIn, CardOut
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import ProblemOut
from svet.kernel.refusals import NotFound
from svet.payments import operations, queries
from svet.people.rules import Scope

router = Router(tags=["Payments"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


@router.get("/cards", response={200: list[CardOut]}, summary="My bound cards")
def cards(request: HttpRequest) -> list[dict[str, Any]]:
    """The cards the bank keeps for the caller, the newest first."""
    caller = allowed(request, Scope.PAYMENTS_READ)
    return _list(caller.actor.person_id or 0)


@router.post("/cards/{card_id}", response={200: CardOut, **FAILS}, summary="Name a card")
def name(request: HttpRequest, card_id: str, payload: CardIn) -> Status[Any]:
    """Give a card the caller's own name; an empty one takes it away."""
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        try:
            operations.name_card(by=caller.actor, card_public_id=card_id, name=payload.name, now=now)
        except NotFound:
            note_stranger(caller, "api.card_not_found", card_id)
            raise not_found() from None
        return 200, next(row for row in _list(caller.actor.person_id or 0) if row["id"] == card_id)

    return once(request, actor=caller.actor, now=now, act=act)


@router.delete("/cards/{card_id}", response={204: None, 404: ProblemOut}, summary="Unbind a card")
def unbind(request: HttpRequest, card_id: str) -> Status[None]:
    """Forget a card: it can be charged no more."""
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    try:
        operations.unbind_card(by=caller.actor, card_public_id=card_id, now=timezone.now())
    except NotFound:
        note_stranger(caller, "api.card_not_found", card_id)
        raise not_found() from None
    return Status(204, None)


def _list(person_id: int) -> list[dict[str, Any]]:
    return [
        {
            "id": card.public_id,
            "name": card.name,
            "system": card.system,
            "last4": card.last4,
            "expires": card.expires,
            "bound_at": card.bound_at.isoformat(),
        }
        for card in queries.cards(person_id=person_id)
    ]
