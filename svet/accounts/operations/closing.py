"""The end of a contract: entered with its day and reason, corrected by another day, taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from svet.accounts import events, queries
from svet.accounts.models import Account
from svet.accounts.models.endings import ContractEnd
from svet.accounts.operations.office import locked_account
from svet.accounts.rules.terms import MOST_AHEAD, TermsReason, TermsRefused
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.services import Service
from svet.kernel.transactions import use_case
from svet.notices import operations as notices
from svet.notices.operations import NoticeMessage
from svet.staffing.rules import checked_reason


def end_contract(*, by: Actor, account_public_id: str, on: date | None, reason: str, now: datetime) -> None:
    """Let a contract end: ``on`` is the first day that is not charged any more, None takes an end back.

    The account stays readable and payable, nobody can newly add it. What was charged for later days the next
    charge takes back; a reading of the day itself is the last one.

    :raises AccountNotFound: no such account, or not for this actor
    :raises TermsRefused: nothing changes, or the day is not one of the contract
    :raises StaffRefused: no reason
    """
    words = checked_reason(reason)
    with use_case():
        account = locked_account(by, public_id=account_public_id)
        before = account.closed_on
        if on == before:
            raise TermsRefused(TermsReason.NOTHING, field="on")
        if on is not None and on < account.opened_on:
            raise TermsRefused(TermsReason.BEFORE_OPENED, field="on", details={"day": account.opened_on})
        if on is not None and on > queries.provider_today(account.provider, now) + timedelta(days=MOST_AHEAD):
            raise TermsRefused(TermsReason.TOO_FAR, field="on")
        ContractEnd.objects.create(
            account=account, closed_on=on, reason=words, by_id=by.person_id, known_at=now
        )
        account.closed_on = on
        account.save(update_fields=["closed_on"])
        journal.record(
            by=by,
            action="account.reopened" if on is None else "account.closed",
            subject="account",
            subject_id=account.public_id,
            now=now,
            account_id=account.pk,
            before={"closed_on": str(before) if before else None},
            after={"closed_on": str(on) if on else None},
            reason=words,
        )
        _tell(account, before=before, now=now)


def _tell(account: Account, *, before: date | None, now: datetime) -> None:
    on = account.closed_on
    end = "taken_back" if on is None else "dated" if before is None else "corrected"
    days = {"on": on, "former": before}
    told = {name: f"{day:%d.%m.%Y}" if day is not None else "" for name, day in days.items()}
    service = Service(account.provider.service)
    if not service.charged_here:
        told["service"] = service.value
    notices.notify_many(
        event=events.CONTRACT_END,
        tidings=[
            NoticeMessage(
                key, {"account": account.number, "end": end, **told}, Place("account", (account.public_id,))
            )
            for key in queries.recipients_of(account_id=account.pk)
        ],
        now=now,
    )
