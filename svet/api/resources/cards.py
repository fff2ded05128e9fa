"""Bound cards and accounts of SBP; a card is bound by a payment with ``keep_card``."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from svet.api.resources.accounts import note_stranger
from svet.api.resources.payment_schemas import BindingIn, BindingOut, CardIn, CardOut
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import ProblemOut
from svet.kernel.refusals import NotFound
from svet.payments import operations, queries
from svet.payments.rules.bindings import BindingState
from svet.payments.rules.refusals import CardReason
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


@router.post("/bindings", response={201: BindingOut, **FAILS}, summary="Bind an account of SBP")
def bind(request: HttpRequest, payload: BindingIn) -> Status[Any]:
    """Begin to bind an account of SBP (Faster Payments) at the bank that takes this account's payments.

    No money is taken. Ask for the binding until it has a ``bank_page_url``, and lead the person there. One
    that is going on at the same bank is answered with again.
    """
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        try:
            public_id = operations.begin_binding(
                by=caller.actor,
                account=payload.account_id,
                return_url_base=f"{request.scheme}://{request.get_host()}",
                now=now,
            )
        except NotFound:
            note_stranger(caller, "api.binding_account_not_found", payload.account_id)
            raise not_found() from None
        return 201, _binding(caller.actor.person_id or 0, public_id)

    return once(request, actor=caller.actor, now=now, act=act)


@router.get("/bindings/{binding_id}", response={200: BindingOut, 404: ProblemOut}, summary="One binding")
def binding(request: HttpRequest, binding_id: str) -> dict[str, Any]:
    """Where the caller's own binding stands."""
    caller = allowed(request, Scope.PAYMENTS_READ)
    try:
        return _binding(caller.actor.person_id or 0, binding_id)
    except NotFound:
        note_stranger(caller, "api.binding_not_found", binding_id)
        raise not_found() from None


def _binding(person_id: int, public_id: str) -> dict[str, Any]:
    found = queries.binding_of(person_id=person_id, public_id=public_id)
    if found is None:
        raise operations.BindingNotFound(CardReason.NO_ACCOUNT)
    return {
        "id": found.public_id,
        "state": found.state.value if found.going or found.state is BindingState.BOUND else "ended",
        "bank_page_url": found.page_url,
        "card_id": found.card,
    }


def _list(person_id: int) -> list[dict[str, Any]]:
    return [
        {
            "id": card.public_id,
            "kind": card.kind.value,
            "bank": card.bank,
            "name": card.name,
            "system": card.system,
            "last4": card.last4,
            "expires": card.expires,
            "bound_at": card.bound_at.isoformat(),
        }
        for card in queries.cards(person_id=person_id)
    ]
