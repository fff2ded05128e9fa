"""Acts of staff about the books: seen first, beyond a limit signed by two, posted once, undone by another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings

from svet.accounts.operations import lock_account
from svet.accounts.queries import (
    AccountView,
    account_for,
    accounts_by_number,
    provider_today,
    providers,
)
from svet.accounts.rules import NumberRefused, normalise_account_number
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.ledger import queries as balances
from svet.payments.models import MoneyAct, MoneySending, Order
from svet.payments.operations.act_steps import (
    accounts_of,
    create_act,
    decide_act,
    keep_act,
    post_act,
    record_decision,
)
from svet.payments.operations.hands import beyond
from svet.payments.operations.moved import check_move_stands, leave_to_disputes, order_of
from svet.payments.rules.acts import (
    BY_TWO,
    LOWERING,
    MOVING,
    MoneyActConflict,
    MoneyActKind,
    MoneyActNotFound,
    MoneyActReason,
    MoneyActRefused,
    MoneyActState,
    NewMoneyAct,
    act_digest,
    check_act,
)
from svet.payments.rules.sendings import SendingState
from svet.staffing.rules import checked_reason


@dataclass(frozen=True, slots=True)
class MoneyActPreview:
    """What an act would do: balances before and after; ``shown`` stands for what the member has seen.

    ``sends`` names the supplier that will owe the money to that of ``receives``; empty: nobody will.
    """

    account: AccountView
    to_account: AccountView | None
    before: Money
    after: Money
    to_before: Money
    to_after: Money
    by_two: bool
    shown: str
    sends: str = ""
    receives: str = ""


@dataclass(frozen=True, slots=True)
class MoneyActReport:
    """What was written, and whether it waits for a second signature."""

    public_id: str
    waits: bool


def preview_act(*, by: Actor, account_public_id: str, new: NewMoneyAct, now: datetime) -> MoneyActPreview:
    """What the act would do; nothing is written.

    :raises AccountNotFound: :raises MoneyActRefused: something of it cannot be
    """
    _staff_only(by)
    return _preview(account_for(by, public_id=account_public_id), new, now=now)


def write_act(
    *, by: Actor, account_public_id: str, new: NewMoneyAct, reason: str, shown: str, now: datetime
) -> MoneyActReport:
    """Write an act as it was previewed: it is posted at once, or when a second member has signed.

    Two sign a write-off, a transfer to another supplier, and what is beyond the supplier's limit of decisions
    alone or with the other acts of one hand about the account lately. ``shown`` is the preview's: if the
    account has moved, or an act about it was written, nothing is.
    :raises AccountNotFound: :raises MoneyActRefused: :raises MoneyActConflict: it is not what was shown
    :raises StaffRefused: no reason
    """
    _staff_only(by)
    said = checked_reason(reason)
    with use_case():
        account = account_for(by, public_id=account_public_id)
        kept, to_account = _resolved(account, new)
        _lock(account, to_account)
        found = _preview(account, new, now=now)
        _refuse_other(found.shown, shown)
        act = create_act(new=kept, account=account, to_account=found.to_account, reason=said, by=by)
        return MoneyActReport(keep_act(act, found.by_two, by=by, now=now), found.by_two)


def preview_undo(*, by: Actor, act_public_id: str, now: datetime) -> MoneyActPreview:
    """What taking a posted act back would do. :raises MoneyActNotFound: :raises MoneyActRefused:"""
    _staff_only(by)
    act = _posted(act_public_id)
    return _undo_preview(act, now=now)


def undo_act(*, by: Actor, act_public_id: str, reason: str, shown: str, now: datetime) -> MoneyActReport:
    """Take a posted act back by a new one with the opposite sums; what two have signed, two take back.

    :raises MoneyActNotFound: :raises MoneyActRefused: not posted, or undone already
    :raises MoneyActConflict: it is not what was shown :raises StaffRefused: no reason
    """
    _staff_only(by)
    said = checked_reason(reason)
    with use_case():
        act, order = _held(_posted, act_public_id)
        found = _undo_preview(act, now=now)
        _refuse_other(found.shown, shown)
        today = _today(found.account, found.to_account, now=now)
        kind = MoneyActKind(act.kind)
        kopecks = act.kopecks if kind in LOWERING else -act.kopecks
        new = NewMoneyAct(kind, kopecks, act.document, today)
        back = create_act(
            new=new, account=found.account, to_account=found.to_account, reason=said, by=by, undoes=act
        )
        kept = keep_act(back, found.by_two, by=by, now=now)
        leave_to_disputes(order, now=now)
        return MoneyActReport(kept, found.by_two)


def preview_waiting(*, by: Actor, act_public_id: str) -> MoneyActPreview:
    """What an act that waits would do as things stand now. :raises MoneyActNotFound: it does not wait"""
    _staff_only(by)
    return _waiting_preview(_waiting(act_public_id))


def sign_act(*, by: Actor, act_public_id: str, shown: str, now: datetime) -> None:
    """Put the second signature under an act: it is posted.

    :raises MoneyActNotFound: :raises MoneyActRefused: the first signature is of the same person; a write-off
        beyond the debt; a payer's move that cannot be any more :raises MoneyActConflict: decided already, or
        the account has moved since it was shown
    """
    _staff_only(by)
    with use_case():
        act, order = _held(_waiting, act_public_id)
        if by.person_id is None or by.person_id == act.written_by_id:
            raise MoneyActRefused(MoneyActReason.SAME_HAND)
        found = _waiting_preview(act)
        _refuse_other(found.shown, shown)
        if act.kind == MoneyActKind.WRITE_OFF and act.undoes_id is None and found.after.kopecks < 0:
            raise MoneyActRefused(MoneyActReason.ABOVE_DEBT)
        check_move_stands(act, order, now=now)
        decide_act(act, MoneyActState.POSTED, by=by, now=now)
        post_act(act, now=now)
        record_decision(act, action="payments.act.signed", by=by, now=now)
        leave_to_disputes(order, now=now)


def refuse_act(*, by: Actor, act_public_id: str, reason: str, now: datetime) -> None:
    """Turn down an act that waits: one pair of eyes is enough for that, the writer's own too.

    :raises MoneyActNotFound: :raises MoneyActConflict: decided already :raises StaffRefused: no reason
    """
    _staff_only(by)
    said = checked_reason(reason)
    with use_case():
        act, order = _held(_waiting, act_public_id)
        act.undoes = None
        decide_act(act, MoneyActState.REFUSED, by=by, now=now, decision=said)
        record_decision(act, action="payments.act.refused", by=by, now=now, reason=said)
        leave_to_disputes(order, now=now)


def _staff_only(by: Actor) -> None:
    if by.kind is not ActorKind.STAFF or by.person_id is None:
        raise MoneyActRefused(MoneyActReason.NOT_STAFF)


def _resolved(account: AccountView, new: NewMoneyAct) -> tuple[NewMoneyAct, AccountView | None]:
    """The act with its other account: between suppliers where theirs differ, an ordinary transfer else."""
    if new.kind not in MOVING:
        return new, None
    same = (to_account := _to_account(account, new)).provider.provider_id == account.provider.provider_id
    return replace(new, kind=MoneyActKind.TRANSFER if same else MoneyActKind.INTERCO), to_account


def _to_account(account: AccountView, new: NewMoneyAct) -> AccountView:
    code = new.to_provider or account.provider.code
    provider = next((one for one in providers() if one.code == code), None)
    if provider is None:
        raise MoneyActRefused(MoneyActReason.OTHER_ACCOUNT, field="to_provider")
    lengths = frozenset(provider.account_lengths)
    try:
        number = normalise_account_number(new.to_account_number, lengths)
    except NumberRefused:
        raise MoneyActRefused(MoneyActReason.OTHER_ACCOUNT, field="to_account") from None
    found = accounts_by_number(number)
    own = next((one for one in found if one.provider.provider_id == provider.provider_id), None)
    if own is None:
        reason = MoneyActReason.OTHER_PROVIDER if found else MoneyActReason.OTHER_ACCOUNT
        raise MoneyActRefused(reason, field="to_account", details={"provider": provider.name})
    if own.account_id == account.account_id:
        raise MoneyActRefused(MoneyActReason.SAME_ACCOUNT, field="to_account")
    return own


def _lock(*accounts: AccountView | None) -> None:
    """In the order of keys, as everything locks accounts."""
    for account_id in sorted(account.account_id for account in accounts if account is not None):
        lock_account(account_id)


def _held(find: Callable[[str], MoneyAct], public_id: str) -> tuple[MoneyAct, Order | None]:
    """The act, found again once its payment, if it is about one, and its accounts are locked."""
    act = find(public_id)
    order = order_of(act)
    _lock(*accounts_of(act))
    return find(public_id), order


def _preview(account: AccountView, new: NewMoneyAct, *, now: datetime) -> MoneyActPreview:
    new, to_account = _resolved(account, new)
    check_act(
        new,
        balance=balances.balance(account.account_id),
        today=_today(account, to_account, now=now),
        oldest_days=settings.PAYMENT_OLDEST_DAYS,
    )
    by_two = new.kind in BY_TWO or beyond(account, new.kopecks, now=now)
    said = (new.kind, new.document, new.on)
    return _seen(account, to_account, new.changes, by_two=by_two, said=said)


def _today(*accounts: AccountView | None, now: datetime) -> date:
    """The day with their suppliers; the earlier one of two, so that it is in no future."""
    return min(provider_today(account.provider, now) for account in accounts if account is not None)


def _seen(
    account: AccountView,
    to_account: AccountView | None,
    kopecks: int,
    *,
    by_two: bool,
    said: tuple[object, ...],
    unsent: bool = False,
) -> MoneyActPreview:
    ids = [one.account_id for one in (account, to_account) if one is not None]
    stand = balances.standings(ids)
    last = MoneyAct.objects.filter(account_id__in=ids).order_by("-pk").values_list("pk", flat=True).first()
    before = stand[account.account_id].balance
    to_before = stand[to_account.account_id].balance if to_account else Money(0)
    places = [(one, stand[one].seq, stand[one].balance.kopecks) for one in ids]
    between = "", ""
    if to_account is not None and to_account.provider != account.provider and not unsent:
        own, other = account.provider.name, to_account.provider.name
        between = (own, other) if kopecks > 0 else (other, own)
    return MoneyActPreview(
        account=account,
        to_account=to_account,
        before=before,
        after=before + Money(kopecks),
        to_before=to_before,
        to_after=to_before - Money(kopecks) if to_account else to_before,
        by_two=by_two,
        shown=act_digest([*said, kopecks, *places, last, unsent]),
        sends=between[0],
        receives=between[1],
    )


def _undo_preview(act: MoneyAct, *, now: datetime) -> MoneyActPreview:
    if MoneyAct.objects.filter(undoes=act).exists() or act.undoes_id is not None:
        raise MoneyActRefused(MoneyActReason.UNDONE)
    account, to_account = accounts_of(act)
    by_two = (
        MoneyActKind(act.kind) in BY_TWO
        or act.decided_by_id is not None
        or beyond(account, act.kopecks, now=now)
    )
    return _seen(
        account, to_account, -act.kopecks, by_two=by_two, said=("undo", act.pk), unsent=_unsent(act.pk)
    )


def _waiting_preview(act: MoneyAct) -> MoneyActPreview:
    account, to_account = accounts_of(act)
    unsent = _unsent(act.undoes_id)
    return _seen(account, to_account, act.kopecks, by_two=True, said=("sign", act.pk), unsent=unsent)


def _unsent(act_id: int | None) -> bool:
    """Whether the money of a transfer to another supplier is still to be sent: then none has to come back."""
    return MoneySending.objects.filter(act_id=act_id, state=SendingState.OPEN).exists()


def _refuse_other(found: str, shown: str) -> None:
    if found != shown:
        raise MoneyActConflict(MoneyActReason.CHANGED)


def _posted(public_id: str) -> MoneyAct:
    act = MoneyAct.objects.filter(public_id=public_id).first()
    if act is None:
        raise MoneyActNotFound(MoneyActReason.NOT_FOUND)
    if act.state != MoneyActState.POSTED:
        raise MoneyActRefused(MoneyActReason.NOT_POSTED)
    return act


def _waiting(public_id: str) -> MoneyAct:
    act = MoneyAct.objects.filter(public_id=public_id).first()
    if act is None:
        raise MoneyActNotFound(MoneyActReason.NOT_FOUND)
    if act.state != MoneyActState.WAITING:
        raise MoneyActConflict(MoneyActReason.DECIDED)
    return act
