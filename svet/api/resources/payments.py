"""Payments: one over many accounts, paid on the bank's page, credited once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from svet.api.resources.accounts import note_stranger
from svet.api.resources.payment_schemas import PaymentIn, PaymentOut, PaymentPartsIn
from svet.api.shell.idempotency import once, uuid_of
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.problems import ApiProblem, not_found
from svet.api.shell.schemas import ProblemOut
from svet.bills import queries as bills
from svet.fiscal.queries import receipts_of
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.refusals import NotFound
from svet.payments import operations, queries
from svet.payments.queries import OrderView, SeriesPart, SeriesView
from svet.payments.rules.parts import ASKS, PartAct, SeriesNeed
from svet.payments.texts.parts import sentence
from svet.people.rules import Scope
from svet.people.rules.names import ProfileRefused, normalise_email
from svet.people.texts import explain

router = Router(tags=["Payments"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut, 429: ProblemOut}


@router.post("/payments", response={201: PaymentOut, **FAILS}, summary="Begin a payment")
def pay(request: HttpRequest, payload: PaymentIn) -> Status[Any]:
    """Make one payment over the lines; open ``bank_page_url`` to pay it. Without commission.

    All accounts of one payment belong to one payee; otherwise 422 ``several_payees`` with ``payees``. With
    ``in_row`` those whose money one shop of the bank takes are paid by one card, one after the other: see
    ``parts`` of the answer, which is the first of them: who is due first is paid first. More than five of one
    shop are refused with 422 ``too_many_payees`` and the same ``payees``.
    """
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()
    expected = payload.expected_total_kopecks
    receipt_email = _address(payload.receipt_email)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        # A silent bank is no refusal: the janitor asks it again and the state tells the rest.
        order = operations.begin_payment(
            by=caller.actor,
            wanted=operations.OrderRequest(
                lines=[(line.account_id, Money(line.amount_kopecks)) for line in payload.lines],
                key=uuid_of(caller.actor, key),
                expected_total=None if expected is None else Money(expected),
                return_url_base=f"{request.scheme}://{request.get_host()}",
                receipt_email=receipt_email,
                card=payload.card_id,
                keep_card=payload.keep_card,
                in_row=payload.in_row,
                due=bills.due_days(public_ids=[line.account_id for line in payload.lines]),
            ),
            now=now,
        )
        return 201, _view(queries.order_for(caller.actor, public_id=order.public_id), now=now)

    try:
        return once(request, actor=caller.actor, now=now, act=act)
    except operations.CardNotFound:
        note_stranger(caller, "api.payment_card_not_found", payload.card_id)
        raise
    except NotFound:
        note_stranger(caller, "api.payment_account_not_found", payload.lines[0].account_id)
        raise


@router.get("/payments/{payment_id}", response={200: PaymentOut, 404: ProblemOut}, summary="One payment")
def payment(request: HttpRequest, payment_id: str) -> dict[str, Any]:
    """The caller's own payment with its state."""
    caller = allowed(request, Scope.PAYMENTS_READ)
    try:
        return _view(queries.order_for(caller.actor, public_id=payment_id), now=timezone.now())
    except NotFound:
        note_stranger(caller, "api.payment_not_found", payment_id)
        raise not_found() from None


@router.post(
    "/payments/{payment_id}/parts", response={200: PaymentOut, **FAILS}, summary="Decide about the rest"
)
def decide_parts(request: HttpRequest, payment_id: str, payload: PaymentPartsIn) -> Status[Any]:
    """Go on with the parts of a payment, try one again, ask for another card, or stop: see ``actions``.

    409 ``parts_elsewhere`` when the payment waits for something else by now: look at it again.
    """
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        begun = operations.decide_parts(
            by=caller.actor, public_id=payment_id, act=PartAct(payload.action), now=now
        )
        shown = begun.public_id if begun is not None else payment_id
        return 200, _view(queries.order_for(caller.actor, public_id=shown), now=now)

    try:
        return once(request, actor=caller.actor, now=now, act=act)
    except NotFound:
        note_stranger(caller, "api.payment_not_found", payment_id)
        raise not_found() from None


def _address(text: str) -> str:
    """An address a receipt can be sent to, or nothing. :raises Problem: 422"""
    if not text:
        return ""
    try:
        return normalise_email(text)
    except ProfileRefused as refused:
        raise ApiProblem(422, str(refused.reason), explain(refused), field="receipt_email") from None


def _view(order: OrderView, *, now: datetime) -> dict[str, Any]:
    series = queries.series_of(person_id=order.person_id, public_id=order.public_id, now=now)
    payer = Actor.person(order.person_id)
    receipts = receipts_of([order.order_id], seen_by=payer).get(order.order_id, ())
    return {
        "id": order.public_id,
        "number": order.number,
        "state": str(order.state),
        "total_kopecks": order.total.kopecks,
        "unattended": order.unattended,
        "bank": "" if order.untouched else order.bank,
        "lines": [
            {
                "account_id": line.account_public_id,
                "account_number": line.account_number,
                "amount_kopecks": line.money.kopecks,
            }
            for line in order.lines
        ],
        "bank_page_url": order.bank_page_url,
        "created_at": order.created_at.isoformat(),
        "credited_at": order.credited_at.isoformat() if order.credited_at else None,
        "refunded_kopecks": order.refunded.kopecks,
        "refunds": [
            {"amount_kopecks": refund.money.kopecks, "refunded_at": refund.refunded_at.isoformat()}
            for refund in order.refunds
        ],
        "refunds_on_way": [
            {
                "amount_kopecks": refund.money.kopecks,
                "since": refund.refunded_at.isoformat(),
                "state": "failed" if refund.failed else "on_its_way",
            }
            for refund in order.promised
        ],
        "disputes": [
            {"amount_kopecks": one.money.kopecks, "state": str(one.state), "on": one.on.isoformat()}
            for one in order.disputes
        ],
        "receipt_by": str(order.receipts),
        "receipts": [
            {
                "kind": "sell_correction" if one.corrects else str(one.kind),
                "state": str(one.state),
                "amount_kopecks": one.money.kopecks,
                "document_number": one.document_number,
                "document_attribute": one.document_attribute,
                "url": one.url,
            }
            for one in receipts
        ],
        "parts": [] if series is None else [_part(part, series) for part in series.parts],
        "actions": [] if series is None else [act.value for act in series.acts],
        "advice": "" if series is None else sentence(series.need, payee=series.current.payee),
    }


def _part(part: SeriesPart, series: SeriesView) -> dict[str, Any]:
    turn = part == series.current
    return {
        "id": part.public_id,
        "number": part.number,
        "step": part.step,
        "payee": part.payee,
        "state": str(part.state),
        "total_kopecks": part.total.kopecks,
        "bank_page_url": part.bank_page_url,
        "next_action": _next_action(series.need) if turn else "",
    }


def _next_action(need: SeriesNeed) -> str:
    if need is SeriesNeed.PAGE:
        return "open_bank_page"
    if need in (SeriesNeed.GO, SeriesNeed.WAIT):
        return "wait"
    return "decide" if need in ASKS else ""
