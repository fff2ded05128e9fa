"""The timeline of a cabinet: readings, payments and bills in one feed."""

from __future__ import annotations

from typing import Any, Final, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from svet.api.resources.accounts import note_stranger
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.problems import ApiProblem, not_found
from svet.api.shell.schemas import Day, EventsOut, ProblemOut
from svet.history import queries
from svet.history.queries import HistoryCard, NotInCabinet
from svet.history.rules import FilterRefused, HistoryFilters, Operation, default_since, parse_place
from svet.payments.queries.elsewhere import ReceiptsElsewhere, receipts_elsewhere
from svet.people.rules import Scope

_OPERATIONS: Final = {
    "reading": Operation.READINGS,
    "control": Operation.CONTROL,
    "payment": Operation.PAYMENTS,
    "bill": Operation.BILLS,
}

router = Router(tags=["History"], auth=AUTH)


@router.get(
    "/history",
    response={200: EventsOut, 404: ProblemOut, 422: ProblemOut},
    summary="Everything that happened",
)
def history(
    request: HttpRequest,
    since: Day | None = None,
    until: Day | None = None,
    account_id: str = "",
    operation: Literal["", "reading", "control", "payment", "bill"] = "",
    before: str = "",
) -> dict[str, Any]:
    """Newest first, both days included, by default three months; follow ``next`` by ``before``."""
    caller = allowed(request, Scope.ACCOUNTS_READ)
    today = timezone.localdate()
    try:
        filters = HistoryFilters(
            since=since or default_since(today),
            until=until or today,
            operation=_OPERATIONS.get(operation),
            account=account_id,
        )
    except FilterRefused as refused:
        raise ApiProblem(422, str(refused.reason), "Проверьте даты.", field=refused.field) from None
    try:
        page = queries.timeline(actor=caller.actor, filters=filters, before=parse_place(before))
    except NotInCabinet:
        note_stranger(caller, "api.account_not_found", account_id)
        raise not_found() from None
    cards = [card for month in page.months for card in month.cards]
    elsewhere = receipts_elsewhere(
        rows=[card.register for card in cards], entries=[card.entry for card in cards]
    )
    return {
        "events": [_event(card, elsewhere) for card in cards],
        "next": str(page.before) if page.before else None,
    }


def _event(card: HistoryCard, elsewhere: ReceiptsElsewhere) -> dict[str, Any]:
    public_id, number, state = _identity(card)
    paid = card.order is not None and card.refund is None
    receipt_by = card.order.receipts if paid and card.order else elsewhere.of(card.register, card.entry)
    return {
        "kind": str(card.kind),
        "on": card.day,
        "id": public_id,
        "number": number,
        "account_ids": [account.public_id for account in card.accounts],
        "amount_kopecks": None if card.money is None else card.money.kopecks,
        "state": state,
        "receipt_by": receipt_by or "",
    }


def _identity(card: HistoryCard) -> tuple[str, str, str]:
    if card.reading is not None:
        return card.reading.public_id, card.reading.receipt_number, card.reading.state
    if card.refund is not None and card.order is not None:
        return card.order.public_id, card.order.number, "returned"
    if card.order is not None:
        return card.order.public_id, card.order.number, str(card.order.state)
    if card.bill is not None:
        return card.bill.public_id, card.bill.number, ""
    if card.entry is not None:
        return "", "", str(card.entry.kind)
    return "", "", ""
