"""Money of a credited payment goes back to the payer: seen first, beyond a limit by two hands, sent by a job.

What is approved comes off the accounts at once and is owed until the bank has answered (ADR 115).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from svet.accounts.queries import AccountView, accounts_by_id
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.money import Money
from svet.kernel.moving import LostRace
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import use_case
from svet.ledger import queries as balances
from svet.payments.models import Order, RefundRequest
from svet.payments.operations.growing import grow_disputes
from svet.payments.operations.hands import beside, beyond
from svet.payments.operations.refund_steps import (
    approve_refund,
    keep_refund,
    lock_lines,
    locked_order,
    record_refund,
)
from svet.payments.operations.refunding import post_refunds
from svet.payments.operations.reserving import give_up, lines_left
from svet.payments.operations.shares import share_of
from svet.payments.rules.acts import act_digest
from svet.payments.rules.giving_back import (
    NewRefund,
    RefundConflict,
    RefundNotFound,
    RefundReason,
    RefundRefused,
    check_refund,
)
from svet.payments.rules.overpaid import back_of
from svet.payments.rules.states import OrderState, RefundState
from svet.staffing.rules import checked_reason


@dataclass(frozen=True, slots=True)
class RefundEffect:
    """What a refund does to one account: its debt before and after, in kopecks."""

    account: AccountView
    money: Money
    before: Money
    after: Money


@dataclass(frozen=True, slots=True)
class RefundPreview:
    """What a refund would do; ``shown`` stands for what the member has seen."""

    effects: tuple[RefundEffect, ...]
    by_two: bool
    shown: str

    @property
    def total(self) -> Money:
        return Money.total(effect.money for effect in self.effects)


@dataclass(frozen=True, slots=True)
class RefundReport:
    """What was written, and whether it waits for a second signature."""

    public_id: str
    waits: bool


def preview_refund(*, by: Actor, order_public_id: str, new: NewRefund, now: datetime) -> RefundPreview:
    """What the refund would do; nothing is written. :raises RefundNotFound: :raises RefundRefused: and why"""
    _staff_only(by)
    order = _credited(order_public_id)
    _refuse_own(order, by)
    return _preview(order, new, now=now)


def write_refund(
    *, by: Actor, order_public_id: str, new: NewRefund, reason: str, shown: str, now: datetime
) -> RefundReport:
    """Write a refund as it was previewed: approved at once, or when a second member has signed.

    :raises RefundNotFound: no such payment :raises RefundRefused: :raises RefundConflict: an account or the
        payment has moved since it was shown :raises StaffRefused: no reason
    """
    _staff_only(by)
    said = checked_reason(reason)
    with use_case():
        order = locked_order(_credited(order_public_id))
        _refuse_own(order, by)
        lock_lines(order)
        found = _preview(order, new, now=now)
        if found.shown != shown:
            raise RefundConflict(RefundReason.CHANGED)
        request = keep_refund(
            order,
            new.lines,
            by=by,
            by_two=found.by_two,
            document=new.document,
            reason=said,
            now=now,
        )
        if not found.by_two:
            approve_refund(order, request.refund, now=now)
        record_refund(order, request, "payments.refund.written", by=by, now=now, reason=said)
        return RefundReport(request.public_id, found.by_two)


def preview_waiting_refund(*, by: Actor, refund_public_id: str, now: datetime) -> RefundPreview:
    """What a refund that waits for a signature would do as things stand. :raises RefundNotFound: :raises
    RefundConflict: it does not wait :raises RefundRefused: so much is not left any more
    """
    _staff_only(by)
    request = _to_sign(refund_public_id)
    return _waiting_preview(request.refund.order, request, now=now)


def sign_refund(*, by: Actor, refund_public_id: str, shown: str, now: datetime) -> bool:
    """Put a signature under a refund; whether it is approved by that.

    What a member wrote needs one more, what the payer asked for needs two.

    :raises RefundNotFound: :raises RefundConflict: decided already, or something moved since it was shown
    :raises RefundRefused: a signature is of the same person, or it is their own payment; so much is not left,
        or not overpaid, any more
    """
    _staff_only(by)
    with use_case():
        order = locked_order(_to_sign(refund_public_id).refund.order)
        lock_lines(order)
        request = _to_sign(refund_public_id)
        _check_hand(request, by)
        if _waiting_preview(order, request, now=now).shown != shown:
            raise RefundConflict(RefundReason.CHANGED)
        if request.by_payer and request.first_by_id is None:
            request.first_by_id, request.first_by_name, request.first_at = by.person_id, by.name, now
            request.save(update_fields=["first_by", "first_by_name", "first_at"])
            record_refund(order, request, "payments.refund.signed", by=by, now=now)
            return False
        request.signed_by_id, request.signed_by_name, request.signed_at = by.person_id, by.name, now
        request.save(update_fields=["signed_by", "signed_by_name", "signed_at"])
        approve_refund(order, request.refund, now=now)
        record_refund(order, request, "payments.refund.signed", by=by, now=now)
        return True


def _check_hand(request: RefundRequest, by: Actor) -> None:
    _refuse_own(request.refund.order, by)
    if by.person_id is None or by.person_id in (request.written_by_id, request.first_by_id):
        raise RefundRefused(RefundReason.SAME_HAND)


def _refuse_own(order: Order, by: Actor) -> None:
    if by.person_id == order.person_id:
        raise RefundRefused(RefundReason.OWN_PAYMENT)


def withdraw_refund(*, by: Actor, refund_public_id: str, reason: str, now: datetime) -> None:
    """Call back a refund that the bank has not been asked for; one pair of eyes is enough for that.

    :raises RefundNotFound: :raises RefundConflict: it is at the bank, or over :raises StaffRefused: no reason
    """
    _staff_only(by)
    said = checked_reason(reason)
    with use_case():
        order = locked_order(_request(refund_public_id).refund.order)
        request = _request(refund_public_id)
        try:
            give_up(order, request.refund, RefundState.WITHDRAWN, note=said, by=by, now=now)
        except (IllegalMove, LostRace):
            raise RefundConflict(RefundReason.SENT) from None
        _end(request, said, by=by, now=now)
        grow_disputes(order, now=now)


def close_doubtful(*, by: Actor, refund_public_id: str, reason: str, now: datetime) -> None:
    """Say of a refund whose answer was lost, and that the bank's list does not tell of, that it was not made.

    The money stands on the accounts again. Should the bank have made it all the same, that is learned like
    any refund of its own, and comes off the accounts then.
    :raises RefundNotFound: :raises RefundConflict: the bank has told of it meanwhile
    :raises RefundRefused: the bank is still being asked :raises StaffRefused: no reason
    """
    _staff_only(by)
    said = checked_reason(reason)
    with use_case():
        order = locked_order(_request(refund_public_id).refund.order)
        request = _request(refund_public_id)
        if request.refund.state != RefundState.UNKNOWN:
            raise RefundConflict(RefundReason.DECIDED)
        if request.refund.next_look_at is not None:
            raise RefundRefused(RefundReason.NOT_DOUBTFUL)
        give_up(order, request.refund, RefundState.REFUSED, note=said, by=by, now=now)
        _end(request, said, by=by, now=now)
        record_refund(order, request, "payments.refund.closed", by=by, now=now, reason=said)
        post_refunds(order, now=now, by="payments.refund")
        grow_disputes(order, now=now)


def _staff_only(by: Actor) -> None:
    if by.kind is not ActorKind.STAFF or by.person_id is None:
        raise RefundRefused(RefundReason.NOT_STAFF)


def _credited(public_id: str) -> Order:
    order = Order.objects.filter(public_id=public_id).first()
    if order is None:
        raise RefundNotFound(RefundReason.NOT_FOUND)
    if order.state != OrderState.CREDITED:
        raise RefundRefused(RefundReason.NOT_CREDITED)
    return order


def _request(public_id: str) -> RefundRequest:
    found = RefundRequest.objects.select_related("refund__order").filter(public_id=public_id).first()
    if found is None:
        raise RefundNotFound(RefundReason.NOT_FOUND)
    return found


def _to_sign(public_id: str) -> RefundRequest:
    request = _request(public_id)
    if request.refund.state != RefundState.TO_SIGN:
        raise RefundConflict(RefundReason.DECIDED)
    return request


def _preview(order: Order, new: NewRefund, *, now: datetime) -> RefundPreview:
    left = {line.account.public_id: money for line, money in lines_left(order, to_sign=True)}
    check_refund(new, left=left)
    return _seen(order, new.lines, said=("new", new.document), now=now)


def _waiting_preview(order: Order, request: RefundRequest, *, now: datetime) -> RefundPreview:
    parts = request.refund.lines.values_list("line__account__public_id", "kopecks")
    wanted = NewRefund(dict(parts), request.document)
    left = {line.account.public_id: money for line, money in lines_left(order, to_sign=False)}
    if request.by_payer:
        # Who asked for it has no document, and what is not overpaid any more is nobody's to have.
        wanted = NewRefund(wanted.lines, "-")
    check_refund(wanted, left=left)
    seen = _seen(order, wanted.lines, said=("sign", request.pk, request.first_by_id), now=now)
    if request.by_payer:
        _check_shares(order, seen)
    return seen


def _check_shares(order: Order, seen: RefundPreview) -> None:
    """What became somebody else's overpayment meanwhile is signed for nobody. :raises RefundRefused:"""
    effects: dict[int, RefundEffect] = {effect.account.account_id: effect for effect in seen.effects}
    for line, left in lines_left(order, to_sign=False):
        effect = effects.get(line.account_id)
        if effect is None:
            continue
        share = share_of(order, line, left=left, balance=effect.before, signing=True)
        if effect.money > back_of(share)[0]:
            raise RefundRefused(RefundReason.NOT_OVERPAID)


def _seen(
    order: Order, wanted: Mapping[str, int], *, said: tuple[object, ...], now: datetime
) -> RefundPreview:
    ids = [line.account_id for line in order.lines.all()]
    accounts = {one.public_id: one for one in accounts_by_id(ids)}
    stand = balances.standings(ids)
    effects = []
    for public_id, kopecks in sorted(wanted.items()):
        account = accounts[public_id]
        before = stand[account.account_id].balance
        effects.append(RefundEffect(account, Money(kopecks), before, before + Money(kopecks)))
    places = [
        (effect.account.account_id, effect.money, stand[effect.account.account_id].seq, effect.before)
        for effect in effects
    ]
    refunds = order.refunds.order_by("id").values_list("id", "state")
    total = sum(wanted.values())
    return RefundPreview(
        effects=tuple(effects),
        by_two=any(
            beyond(effect.account, total + beside(order.pk, effect.account, now=now), now=now)
            for effect in effects
        ),
        shown=act_digest([*said, order.pk, *places, *refunds]),
    )


def _end(request: RefundRequest, said: str, *, by: Actor, now: datetime) -> None:
    request.ended_by_name, request.ended_at, request.ended_because = by.name, now, said
    request.save(update_fields=["ended_by_name", "ended_at", "ended_because"])
