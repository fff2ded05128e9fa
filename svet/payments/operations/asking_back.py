"""Whoever paid gets an overpayment back to the card it came from: by rule, or when two members have signed.

What is approved goes the way of every refund (ADR 115); who may have what of an overpayment: ADR 161.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Sum

from svet.accounts.queries import provider_today, visible_accounts
from svet.arrangements.queries.limits import default_limits, provider_limits
from svet.arrangements.rules.limits import MoneyLimits
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO, Money
from svet.kernel.transactions import use_case
from svet.ledger import queries as balances
from svet.payments.models import Order, OrderLine, RefundRequest
from svet.payments.operations.refund_steps import (
    approve_refund,
    keep_refund,
    lock_lines,
    locked_order,
    record_refund,
)
from svet.payments.operations.reserving import lines_left
from svet.payments.operations.shares import share_of
from svet.payments.operations.shops import abilities_of
from svet.payments.queries.cards import means_shown
from svet.payments.queries.views import OrderNotFound
from svet.payments.rules.acts import act_digest
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.overpaid import (
    COUNTED,
    BackConflict,
    BackReason,
    BackRefused,
    BackTerms,
    alone_left,
    back_of,
    check_asked,
    strictest,
    too_old,
)
from svet.payments.rules.refusals import OrderLookupReason
from svet.payments.rules.states import NOT_GIVEN, ON_ITS_WAY, OrderState, RefundState
from svet.people import operations as people

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BackLine:
    """One account of the payment: how much may be had, and why nothing."""

    account_public_id: str
    account_number: str
    provider_name: str
    balance: Money
    most: Money
    why: BackReason | None

    @property
    def over(self) -> Money:
        """The overpayment of the account, without a sign."""
        return max(-self.balance, ZERO)


@dataclass(frozen=True, slots=True)
class BackOffer:
    """What the payer may have back of one payment; ``shown`` stands for what they have seen.

    ``why``: nothing, whatever stands on the accounts. ``alone`` is what needs no signature yet, ``waiting``
    what they have asked for and nobody has decided; ``terms``: what the payment's suppliers allow.
    """

    order_public_id: str
    order_number: str
    bank_method: str
    lines: tuple[BackLine, ...]
    why: BackReason | None
    alone: Money
    waiting: Money
    shown: str
    terms: BackTerms

    @property
    def paid_by(self) -> str:
        """What it was paid by, as the reader knows it."""
        return means_shown(self.bank_method)

    @property
    def most(self) -> Money:
        """What may be asked for in all."""
        return ZERO if self.why else Money.total(line.most for line in self.lines)

    @property
    def reason(self) -> BackReason | None:
        """Why nothing may be asked for; None where something may."""
        if self.most:
            return None
        return self.why or next((line.why for line in self.lines if line.why), BackReason.NOT_OVERPAID)


def offer_back(*, by: Actor, order_public_id: str, now: datetime) -> BackOffer:
    """What the payer may have back of their own payment; nothing is written. :raises OrderNotFound:"""
    return _offer(_own(by, order_public_id), by=by, now=now)


def ask_back(
    *,
    by: Actor,
    order_public_id: str,
    lines: Mapping[str, int],
    shown: str,
    now: datetime,
    along: Callable[[bool], None] | None = None,
) -> bool:
    """Ask for kopecks by the outer ids of accounts; whether it waits for members of staff to sign.

    What the rule decides comes off the accounts at once and is sent to the bank by the next job. ``along`` is
    what the caller does with the answer in the same transaction.

    :raises OrderNotFound: not the asker's own payment :raises BackRefused: the rule says no, and why
    :raises BackConflict: an account or the payment has moved since it was shown
    """
    order = _own(by, order_public_id)
    with use_case():
        # What somebody had lately is counted over all their payments.
        people.lock_person(person_id=order.person_id)
        order = locked_order(order)
        lock_lines(order)
        offer = _offer(order, by=by, now=now)
        if offer.why is not None:
            raise BackRefused(offer.why, details={"times": offer.terms.times})
        if offer.shown != shown:
            raise BackConflict(BackReason.CHANGED)
        if offer.reason is not None:
            raise BackRefused(offer.reason)
        check_asked(lines, may={line.account_public_id: line.most for line in offer.lines})
        asked = Money(sum(lines.values()))
        waits = asked > offer.alone
        request = keep_refund(order, lines, by=by, by_two=waits, now=now)
        if not waits:
            approve_refund(order, request.refund, now=now)
        record_refund(order, request, "payments.refund.asked", by=by, now=now)
        if along is not None:
            along(waits)
        return waits


def _own(by: Actor, public_id: str) -> Order:
    found = Order.objects.filter(public_id=public_id, person_id=by.person_id or 0).first()
    if found is None:
        raise OrderNotFound(OrderLookupReason.NOT_FOUND)
    return found


def _terms(order: Order, *, now: datetime) -> BackTerms:
    """The limits of today; of a payment to several suppliers the strictest."""
    rows = order.lines.select_related("account__provider")
    days = {one.account.provider_id: provider_today(one.account.provider, now) for one in rows}
    return strictest(_back(each) for each in [*provider_limits(days).values()] or [default_limits()])


def _back(limits: MoneyLimits) -> BackTerms:
    return BackTerms(Money(limits.refund_alone), limits.refund_times, limits.refund_days)


def _offer(order: Order, *, by: Actor, now: datetime) -> BackOffer:
    terms = _terms(order, now=now)
    mine = RefundRequest.objects.filter(written_by_id=order.person_id, by_payer=True)
    lately = mine.filter(written_at__gt=now - COUNTED, by_two=False).exclude(
        refund__state__in=sorted(NOT_GIVEN)
    )
    had = Money(lately.aggregate(sum=Sum("refund__kopecks"))["sum"] or 0)
    why = _why(order, terms=terms, times=mine.filter(written_at__gt=now - _DAY).count(), now=now)
    # Another's balance is nobody's business, whoever paid for it once.
    paid = lines_left(order, to_sign=True)
    names = [line.account.public_id for line, _ in paid]
    seen = {one.public_id for one in visible_accounts(by, public_ids=names)}
    rows = [(line, left) for line, left in paid if line.account.public_id in seen]
    stand = balances.standings([line.account_id for line, _ in rows])
    lines = tuple(_line(order, line, left, stand[line.account_id].balance) for line, left in rows)
    places = [(line.account_id, stand[line.account_id]) for line, _ in rows]
    refunds = list(order.refunds.order_by("id").values_list("id", "state"))
    return BackOffer(
        order_public_id=order.public_id,
        order_number=order.number,
        bank_method=order.bank_method,
        lines=lines,
        why=why or (None if rows else BackReason.NO_ACCOUNT),
        alone=alone_left(terms=terms, lately=had),
        waiting=Money(sum(each.kopecks for each in order.refunds.filter(state=RefundState.TO_SIGN))),
        shown=act_digest([order.pk, places, refunds, [line.most for line in lines], terms.alone]),
        terms=terms,
    )


def _why(order: Order, *, terms: BackTerms, times: int, now: datetime) -> BackReason | None:
    """Why nothing of this payment goes back, whatever stands on its accounts."""
    if order.state != OrderState.CREDITED:
        return BackReason.NOT_CREDITED
    days = abilities_of(order.shop).refund_days
    if too_old(paid_at=order.paid_at or order.created_at, bank_days=days, terms=terms, now=now):
        return BackReason.TOO_OLD
    if order.chargebacks.filter(state=ChargebackState.TOLD).exists():
        return BackReason.DISPUTED
    if order.refunds.filter(state__in=sorted(ON_ITS_WAY)).exists():
        return BackReason.PENDING
    if order.refunds.filter(state=RefundState.TO_SIGN).exists():
        return BackReason.WAITS
    return BackReason.TOO_OFTEN if times >= terms.times else None


def _line(order: Order, line: OrderLine, left: Money, balance: Money) -> BackLine:
    most, why = back_of(share_of(order, line, left=left, balance=balance))
    account = line.account
    return BackLine(account.public_id, account.number, account.provider.name, balance, most, why)
