"""What a person does with a row of a register that waits: put it on an account, send it back, close it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from svet.accounts.queries import AccountView, accounts_by_number, provider_today
from svet.accounts.rules import NumberRefused, normalise_account_number
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.moving import LostRace, move_row
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import require_transaction, use_case
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import ImportedPayment
from svet.payments.operations.claiming import check_claim
from svet.payments.rules.refusals import SuspenseReason
from svet.payments.rules.registers import MOVES, NO_DAY, WAITING, CaseKind, RegisterState
from svet.staffing.rules import checked_reason


class RowNotFound(NotFound):
    """No such row of a register."""


class RowRefused(Refused):
    """The row cannot be settled like this; nothing changed."""


class RowConflict(Conflict):
    """Somebody settled it first."""


def account_for_row(*, row_public_id: str, account_number: str) -> AccountView:
    """The account a number means in the books where the row's money lies.

    :raises RowNotFound: :raises RowConflict: it does not wait any more
    :raises RowRefused: no such account there; it is another legal entity's
    """
    row = _waiting(row_public_id)
    try:
        number = normalise_account_number(account_number, row.provider.account_lengths)
    except NumberRefused:
        raise RowRefused(SuspenseReason.NUMBER, field="account_number") from None
    found = accounts_by_number(number)
    account = next((one for one in found if one.provider.provider_id == row.provider_id), None)
    if account is None:
        reason = SuspenseReason.OTHER_PROVIDER if found else SuspenseReason.ACCOUNT
        details = {"provider": row.provider.name}
        raise RowRefused(reason, field="account_number", details=details)
    return account


def put_on_account(
    *,
    row_public_id: str,
    account_number: str,
    seen_public_id: str,
    by: Actor,
    now: datetime,
    reason: str,
    paid_on: date | None = None,
) -> None:
    """Put the money of a waiting row on an account, with the row's own day; a reversal is taken off it.

    ``seen_public_id`` is the public id of the account whose holder and address the person was shown.
    ``paid_on`` is needed where the register's day cannot be, and not asked otherwise.

    :raises RowNotFound: :raises RowConflict: settled before :raises ClaimConflict: a colleague has it
    :raises RowRefused: number, other account than was seen, or day :raises StaffRefused: no reason
    """
    said = _judge(by, reason)
    account = account_for_row(row_public_id=row_public_id, account_number=account_number)
    if account.public_id != seen_public_id:
        raise RowRefused(SuspenseReason.OTHER_ACCOUNT, field="account_number")
    with use_case():
        row = _locked(row_public_id, by=by)
        day = _day(row, paid_on, now=now)
        waited_in = RegisterState(row.state)
        _move(row, RegisterState.CREDITED, now=now, account_id=account.account_id, effective_on=day)
        book = Book.SUSPENSE if waited_in is RegisterState.SUSPENSE else Book.BANK
        _post(
            row,
            key=f"put:{row.public_id}" if book is Book.SUSPENSE else row.ledger_key,
            kind=TransactionKind.REFUND if row.kopecks < 0 else TransactionKind.PAYMENT,
            legs=[Leg(book, None, row.money), Leg(Book.RECEIVABLE, account.account_id, -row.money)],
            day=day,
        )
        journal.record(
            by=by,
            action="payments.row.put",
            subject="register_row",
            subject_id=row.public_id,
            account_id=account.account_id,
            now=now,
            before={"state": waited_in.value, "reason": row.reason},
            after={"account": account.number, "kopecks": row.kopecks, "day": day.isoformat()},
            reason=said,
        )


def return_suspense(*, row_public_id: str, by: Actor, now: datetime, reason: str) -> None:
    """Send the money of a waiting row back to whoever sent it, out of suspense.

    A row that differs lies in no book: it is closed as no payment of its own.

    :raises RowNotFound: :raises RowConflict: settled before :raises ClaimConflict: a colleague has it
    :raises StaffRefused: no reason :raises RowRefused: a reversal: it comes off an account
    """
    said = _judge(by, reason)
    with use_case():
        row = _locked(row_public_id, by=by)
        waited_in = RegisterState(row.state)
        if waited_in is RegisterState.SUSPENSE and row.kopecks < 0:
            # The bank has taken this money already: there is nothing of ours to send.
            raise RowRefused(SuspenseReason.REVERSAL)
        if waited_in is RegisterState.SUSPENSE:
            _move(row, RegisterState.RETURNED, now=now)
            _post(
                row,
                key=f"return:{row.public_id}",
                kind=TransactionKind.REFUND,
                legs=[Leg(Book.BANK, None, -row.money), Leg(Book.SUSPENSE, None, row.money)],
                day=provider_today(row.provider, now),
            )
        else:
            _move(row, RegisterState.CLOSED, now=now)
        journal.record(
            by=by,
            action="payments.row.returned" if waited_in is RegisterState.SUSPENSE else "payments.row.closed",
            subject="register_row",
            subject_id=row.public_id,
            now=now,
            before={"state": waited_in.value, "reason": row.reason},
            after={"kopecks": row.kopecks},
            reason=said,
        )


def _judge(by: Actor, reason: str) -> str:
    if by.kind is not ActorKind.STAFF:
        raise RowRefused(SuspenseReason.NOT_STAFF)
    return checked_reason(reason.replace("\0", ""))


def _waiting(row_public_id: str) -> ImportedPayment:
    row = ImportedPayment.objects.select_related("provider").filter(public_id=row_public_id).first()
    if row is None:
        raise RowNotFound(SuspenseReason.NOT_FOUND)
    if row.state not in WAITING:
        raise RowConflict(SuspenseReason.DECIDED)
    return row


def _locked(row_public_id: str, *, by: Actor) -> ImportedPayment:
    require_transaction()
    _waiting(row_public_id)
    row = (
        ImportedPayment.objects.select_for_update(of=("self",))
        .select_related("provider")
        .get(public_id=row_public_id)
    )
    if row.state not in WAITING:
        raise RowConflict(SuspenseReason.DECIDED)
    check_claim(kind=CaseKind.ROW, subject=row_public_id, by=by)
    return row


def _day(row: ImportedPayment, given: date | None, *, now: datetime) -> date:
    if row.reason not in NO_DAY:
        return row.effective_on
    if given is None:
        raise RowRefused(SuspenseReason.DAY_NEEDED, field="paid_on")
    today = provider_today(row.provider, now)
    if not today - timedelta(days=settings.PAYMENT_OLDEST_DAYS) <= given <= today:
        raise RowRefused(SuspenseReason.DAY, field="paid_on")
    return given


def _move(row: ImportedPayment, new: RegisterState, *, now: datetime, **changes: object) -> None:
    changed = {"settled_at": now, "payer": "", **changes}
    try:
        move_row(row, moves=MOVES, to=new, changes=changed)
    except (IllegalMove, LostRace):
        raise RowConflict(SuspenseReason.DECIDED) from None


def _post(row: ImportedPayment, *, key: str, kind: TransactionKind, legs: list[Leg], day: date) -> None:
    ledger.post(
        key=key,
        kind=kind,
        legs=legs,
        occurred_at=datetime.combine(day, time(12), tzinfo=ZoneInfo(row.provider.time_zone)),
        effective_on=day,
        provider_id=row.provider_id,
        memo=f"{row.source} {row.external_id}"[:200],
        named_month=row.named_month,
    )
