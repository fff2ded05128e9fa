"""Accounts of the caller's cabinet: the list, and attaching one by its two numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from svet.accounts import operations, queries
from svet.accounts.queries import AccountCard, GroupView
from svet.accounts.rules import Right
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import AccountOut, LinkIn, ProblemOut
from svet.arrangements.queries import standing_promises
from svet.arrangements.queries.plans import running_plans
from svet.journal import operations as journal
from svet.kernel.money import ZERO, Money
from svet.kernel.writing import plain
from svet.ledger import queries as ledger
from svet.payments import queries as payments
from svet.people.rules import Scope

router = Router(tags=["Accounts"], auth=AUTH)


@router.get("/accounts", response={200: list[AccountOut]}, summary="My accounts")
def accounts(request: HttpRequest) -> list[dict[str, Any]]:
    """Every account of every group with its balance and the money on its way; of a bound token its own."""
    caller = allowed(request, Scope.ACCOUNTS_READ, narrows=True)
    return _views(caller)


@router.get("/accounts/{account_id}", response={200: AccountOut, 404: ProblemOut}, summary="One account")
def account(request: HttpRequest, account_id: str) -> dict[str, Any]:
    """One account of the cabinet; a stranger's is 404."""
    caller = allowed(request, Scope.ACCOUNTS_READ, narrows=True)
    return one_account(caller, account_id)


@router.post(
    "/accounts",
    response={201: AccountOut, 400: ProblemOut, 409: ProblemOut, 422: ProblemOut, 429: ProblemOut},
    summary="Attach an account",
)
def attach(request: HttpRequest, payload: LinkIn) -> Status[Any]:
    """Attach an account by its number and its meter's; a wrong pair never says which number is wrong."""
    caller = allowed(request, Scope.READINGS_WRITE)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        added = operations.link_account(
            by=caller.actor,
            account_number=payload.account_number,
            meter_number=payload.meter_number,
            group_public_id=payload.group_id,
            now=now,
        )
        return 201, one_account(caller, added.public_id)

    return once(request, actor=caller.actor, now=now, act=act)


def ids_of(caller: Caller, account_id: str = "", *, meters_too: bool = False) -> dict[int, str]:
    """Inside keys → outside ids of the accounts open to the caller, or of one.

    ``meters_too``: those as well of which only a meter is open; whoever asks so asks for each meter.

    :raises Problem: 404
    """
    opens = caller.touches_account if meters_too else caller.opens_account
    cards = [card for group in queries.cabinet(caller.person.person_id) for card in group.cards]
    opened = [card for card in cards if opens(card.public_id)]
    chosen = [card for card in opened if account_id in ("", card.public_id)]
    found: dict[int, str] = {card.account_id: card.public_id for card in chosen}
    if account_id and not found:
        note_stranger(caller, "api.account_not_found", account_id)
        raise not_found()
    return found


def note_stranger(caller: Caller, action: str, public_id: str) -> None:
    """Keep that somebody asked for what is not theirs."""
    shown = plain(public_id[:32])
    journal.record_security(by=caller.actor, action=action, now=timezone.now(), details={"id": shown})


def one_account(caller: Caller, account_id: str) -> dict[str, Any]:
    """One account of the caller's as the API shows it. :raises Problem: 404"""
    for view in _views(caller):
        if view["id"] == account_id:
            return view
    note_stranger(caller, "api.account_not_found", account_id)
    raise not_found()


def _views(caller: Caller) -> list[dict[str, Any]]:
    groups = queries.cabinet(caller.person.person_id)
    opened = [
        (group, card) for group in groups for card in group.cards if caller.opens_account(card.public_id)
    ]
    ids = [card.account_id for _, card in opened]
    balances, moving = ledger.balances(ids), payments.in_transit(ids)
    agreed = _agreed([card for _, card in opened], moving=moving, now=timezone.now())
    return [
        _view(group, card)
        | {
            "balance_kopecks": balances[card.account_id].kopecks if card.account_id in balances else 0,
            "in_transit_kopecks": moving[card.account_id].kopecks if card.account_id in moving else 0,
            "agreed": agreed.get(card.account_id),
        }
        for group, card in opened
    ]


def _agreed(
    cards: list[AccountCard], *, moving: Mapping[int, Money], now: datetime
) -> dict[int, dict[str, Any]]:
    """By account what was agreed about its debt beyond money on its way, as who may pay for it is told."""
    ids = [card.account_id for card in cards if Right.PAY in card.rights]
    days: dict[int, date] = {card.account_id: queries.provider_today(card.provider, now) for card in cards}
    found = {}
    for key, one in standing_promises(ids).items():
        left = one.left - moving.get(key, ZERO)
        if left > ZERO and one.until_on >= days[key]:
            until = one.until_on.isoformat()
            found[key] = {"kind": "promise", "ask_kopecks": left.kopecks, "until": until}
    for key, plan in running_plans(ids, now=now).items():
        ask = max(plan.ask - moving.get(key, ZERO), ZERO)
        until_on = plan.next.due_on.isoformat() if plan.next else None
        found[key] = {"kind": "instalments", "ask_kopecks": ask.kopecks, "until": until_on}
    return found


def _view(group: GroupView, card: AccountCard) -> dict[str, Any]:
    return {
        "id": card.public_id,
        "number": card.number,
        "provider": card.provider.name,
        "service": card.provider.service,
        "group_id": group.public_id,
        "group": group.name,
        "alias": card.alias,
        "holder": card.holder,
        "address": card.address,
        "confirmed": card.confirmed,
        "rights": sorted(right.value for right in card.rights),
        "delivery": str(card.delivery),
    }
