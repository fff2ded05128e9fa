"""What a person decides about a row of a statement: a customer's money, none of ours, or later."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from svet.accounts.queries import provider_by_id, provider_today
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.moving import LostRace, move_row
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import require_transaction, use_case
from svet.payments.models import ImportedPayment, StatementRow
from svet.payments.operations.claiming import check_claim
from svet.payments.operations.statements import take_transfers, transfer_id
from svet.payments.rules.matching import STATEMENT_MOVES, STATEMENT_WAITS, TRANSFERS, StatementState
from svet.payments.rules.refusals import StatementActReason
from svet.payments.rules.registers import CaseKind
from svet.staffing.rules import checked_reason

#: So long a row may be put off at once.
LONGEST_WAIT: Final = timedelta(days=90)


class StatementRowNotFound(NotFound):
    """No such row."""


class StatementRowRefused(Refused):
    """It cannot be decided like this; nothing changed."""


class StatementRowConflict(Conflict):
    """It was matched or decided meanwhile."""


def take_as_customers(*, row_public_id: str, by: Actor, reason: str, now: datetime) -> tuple[str, bool]:
    """The money of a row is a customer's: on the account that its purpose names, else in suspense.

    From there it is put on an account or sent back as any money whose account nobody knew. Returns the outer
    id of the payment and whether it waits in suspense.

    :raises StatementRowNotFound: :raises StatementRowConflict: decided before :raises ClaimConflict:
    :raises StatementRowRefused: the money went out :raises StaffRefused: no reason
    """
    said = _judge(by, reason)
    with use_case():
        row = _locked(row_public_id, by=by)
        if row.kopecks < 0:
            raise StatementRowRefused(StatementActReason.OUT)
        provider = provider_by_id(row.provider_id)
        key = f"settle:{row.public_id}"
        _move(row, StatementState.PAYMENT, by=by, said=said, ledger_key=key, settled_at=now)
        waits = take_transfers([row], provider, now=now)
        _record(row, "payments.statement.customers", by=by, now=now, reason=said)
        paid = ImportedPayment.objects.filter(source=TRANSFERS, external_id=transfer_id(row))
        return paid.latest("pk").public_id, bool(waits)


def set_aside(*, row_public_id: str, by: Actor, reason: str, now: datetime) -> None:
    """The money of a row is none that we took: it is in no book, and nothing is looked for any more.

    :raises StatementRowNotFound: :raises StatementRowConflict: decided before :raises ClaimConflict:
    :raises StaffRefused: no reason
    """
    said = _judge(by, reason)
    with use_case():
        row = _locked(row_public_id, by=by)
        _move(row, StatementState.ASIDE, by=by, said=said)
        _record(row, "payments.statement.aside", by=by, now=now, reason=said)


def put_off(*, row_public_id: str, until: date, by: Actor, reason: str, now: datetime) -> None:
    """Leave a row until a day with a reason; what fits it meanwhile settles it all the same.

    :raises StatementRowNotFound: :raises StatementRowConflict: decided before :raises ClaimConflict:
    :raises StatementRowRefused: the day is not ahead, or too far :raises StaffRefused: no reason
    """
    said = _judge(by, reason)
    with use_case():
        row = _locked(row_public_id, by=by)
        today = provider_today(provider_by_id(row.provider_id), now)
        if not today < until <= today + LONGEST_WAIT:
            raise StatementRowRefused(StatementActReason.DAY, field="until")
        row.put_off_until, row.said, row.said_by_name = until, said, by.name[:100]
        row.save(update_fields=["put_off_until", "said", "said_by_name"])
        _record(row, "payments.statement.put_off", by=by, now=now, reason=said)


def _judge(by: Actor, reason: str) -> str:
    if by.kind is not ActorKind.STAFF:
        raise StatementRowRefused(StatementActReason.NOT_STAFF)
    return checked_reason(reason)


def _locked(row_public_id: str, *, by: Actor) -> StatementRow:
    require_transaction()
    row = StatementRow.objects.select_for_update(of=("self",)).filter(public_id=row_public_id).first()
    if row is None:
        raise StatementRowNotFound(StatementActReason.NOT_FOUND)
    if row.state not in STATEMENT_WAITS:
        raise StatementRowConflict(StatementActReason.DECIDED)
    check_claim(kind=CaseKind.STATEMENT, subject=row_public_id, by=by)
    return row


def _move(row: StatementRow, to: StatementState, *, by: Actor, said: str, **changes: Any) -> None:
    changes |= {"said": said, "said_by_name": by.name[:100], "put_off_until": None}
    try:
        move_row(row, moves=STATEMENT_MOVES, to=to, changes=changes)
    except (IllegalMove, LostRace):
        raise StatementRowConflict(StatementActReason.DECIDED) from None


def _record(row: StatementRow, action: str, *, by: Actor, now: datetime, reason: str) -> None:
    until = row.put_off_until.isoformat() if row.put_off_until else ""
    journal.record(
        by=by,
        action=action,
        subject="statement_row",
        subject_id=row.public_id,
        now=now,
        after={"number": row.number, "kopecks": row.kopecks, "until": until},
        reason=reason,
    )
