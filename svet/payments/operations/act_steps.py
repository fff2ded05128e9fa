"""Steps of acts of staff about the books: kept, posted, told, written down."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from svet.accounts.queries import (
    AccountView,
    accounts_by_id,
    recipients_of,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, NewTransaction, TransactionKind
from svet.look.formats import roubles
from svet.notices import operations as notices
from svet.notices.rules import EventSpec
from svet.payments import events
from svet.payments.events import moves
from svet.payments.models import MoneyAct
from svet.payments.operations.sendings import owe_sending
from svet.payments.rules.acts import (
    MoneyActKind,
    MoneyActState,
    NewMoneyAct,
)
from svet.people import queries as people

_KINDS: Final = {
    MoneyActKind.TRANSFER: TransactionKind.TRANSFER,
    MoneyActKind.INTERCO: TransactionKind.TRANSFER,
    MoneyActKind.CORRECTION: TransactionKind.CORRECTION,
    MoneyActKind.WRITE_OFF: TransactionKind.WRITE_OFF,
    MoneyActKind.FEE: TransactionKind.FEE,
    MoneyActKind.BENEFIT: TransactionKind.BENEFIT,
    MoneyActKind.PENALTY: TransactionKind.PENALTY,
}
_CONTRA: Final = {
    MoneyActKind.CORRECTION: Book.REVENUE,
    MoneyActKind.WRITE_OFF: Book.WRITE_OFF,
    MoneyActKind.FEE: Book.REVENUE,
    MoneyActKind.BENEFIT: Book.SUBSIDY,
    MoneyActKind.PENALTY: Book.REVENUE,
}


def accounts_of(act: MoneyAct) -> tuple[AccountView, AccountView | None]:
    """The account of an act, and where a transfer goes."""
    keys = [key for key in (act.account_id, act.to_account_id) if key is not None]
    found: dict[int, AccountView] = {one.account_id: one for one in accounts_by_id(keys)}
    return found[act.account_id], found.get(act.to_account_id or 0)


def create_act(
    *,
    new: NewMoneyAct,
    account: AccountView,
    to_account: AccountView | None,
    reason: str,
    by: Actor,
    undoes: MoneyAct | None = None,
) -> MoneyAct:
    """An act that is not kept yet (a step)."""
    return MoneyAct(
        kind=new.kind.value,
        account_id=account.account_id,
        to_account_id=None if to_account is None else to_account.account_id,
        kopecks=new.changes,
        effective_on=new.on,
        document=" ".join(new.document.split()),
        reason=reason,
        written_by_id=by.person_id or 0,
        written_by_name=by.name,
        undoes=undoes,
    )


def keep_act(act: MoneyAct, waits: bool, *, by: Actor, now: datetime) -> str:
    """Keep an act; posted at once, or waiting for a second signature (a step)."""
    act.written_at = now
    act.state = (MoneyActState.WAITING if waits else MoneyActState.POSTED).value
    act.save()
    if not waits:
        post_act(act, now=now)
    record_act(act, action="payments.act.written", by=by, now=now, reason=act.reason)
    return act.public_id


def decide_act(act: MoneyAct, state: MoneyActState, *, by: Actor, now: datetime, decision: str = "") -> None:
    """Move a waiting act (a step)."""
    act.state, act.decision = state.value, decision
    act.decided_by_id, act.decided_by_name, act.decided_at = by.person_id, by.name, now
    act.save()


def post_act(act: MoneyAct, *, now: datetime) -> None:
    """Post an act and tell the people of its accounts (a step).

    One between two suppliers is a transaction in the books of each, both or neither; the money is then owed.
    """
    account, to_account = accounts_of(act)
    own = Leg(Book.RECEIVABLE, act.account_id, act.money)
    if to_account is None:
        contra = Leg(_CONTRA[MoneyActKind(act.kind)], None, -act.money)
    else:
        contra = Leg(Book.RECEIVABLE, to_account.account_id, -act.money)
    if to_account is None or act.kind != MoneyActKind.INTERCO:
        ledger.post_many([_transaction(act, act.ledger_key, account, [own, contra])])
    else:
        between = [Leg(Book.INTERCO, None, -act.money), Leg(Book.INTERCO, None, act.money)]
        ledger.post_many(
            [
                _transaction(act, act.ledger_key, account, [own, between[0]]),
                _transaction(act, act.other_ledger_key, to_account, [between[1], contra]),
            ]
        )
        owe_sending(act, account.provider, to_account.provider, now=now)
    for one, kopecks in ((account, act.kopecks), (to_account, -act.kopecks)):
        if one is not None:
            event = events.BALANCE_CHANGED if to_account is None else moves.MONEY_MOVED
            _tell(one, kopecks, event=event, document=act.document, now=now)


def _transaction(act: MoneyAct, key: str, account: AccountView, legs: list[Leg]) -> NewTransaction:
    return NewTransaction(
        key=key,
        kind=_KINDS[MoneyActKind(act.kind)],
        legs=legs,
        occurred_at=datetime.combine(act.effective_on, time(12), tzinfo=ZoneInfo(account.provider.time_zone)),
        effective_on=act.effective_on,
        provider_id=account.provider.provider_id,
        memo=act.document,
    )


def _tell(account: AccountView, kopecks: int, *, event: EventSpec, document: str, now: datetime) -> None:
    params = {
        "account": account.number,
        "total": roubles(abs(kopecks)),
        "way": "more" if kopecks > 0 else "less",
        "document": document,
    }
    for recipient_id in recipients_of(account_id=account.account_id):
        notices.notify(
            recipient_id=recipient_id,
            event=event,
            params=params,
            place=Place("account", (account.public_id,)),
            now=now,
        )


def record_decision(act: MoneyAct, *, action: str, by: Actor, now: datetime, reason: str = "") -> None:
    """Write down that an act was decided; who asked to move money of a payment is told (a step)."""
    record_act(act, action=action, by=by, now=now, reason=reason)
    order = act.of_order
    if order is None or act.undoes_id is not None:
        return
    recipient_id = people.recipients_of([order.person_id]).get(order.person_id)
    if recipient_id is not None:
        posted = act.state == MoneyActState.POSTED
        notices.notify(
            recipient_id=recipient_id,
            event=moves.MOVE_SIGNED if posted else moves.MOVE_REFUSED,
            params={"order": order.number, "total": roubles(abs(act.kopecks))},
            place=Place("payment-order", (order.public_id,)),
            now=now,
        )


def record_act(act: MoneyAct, *, action: str, by: Actor, now: datetime, reason: str = "") -> None:
    """Write an act into the journal (a step)."""
    journal.record(
        by=by,
        action=action,
        subject="money_act",
        subject_id=act.public_id,
        account_id=act.account_id,
        now=now,
        after={
            "kind": act.kind,
            "kopecks": act.kopecks,
            "day": act.effective_on.isoformat(),
            "document": act.document,
            "state": act.state,
        },
        reason=reason,
    )
