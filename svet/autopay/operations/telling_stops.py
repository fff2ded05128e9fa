"""Telling a person that their autopay stands still, and why."""

from __future__ import annotations

from datetime import datetime

from svet.accounts.queries import accounts_by_id
from svet.autopay import events
from svet.autopay.models import AutopayAgreement
from svet.autopay.rules import ENDS, AgreementCause
from svet.kernel.places import Place
from svet.notices import operations as notices
from svet.payments.queries.unattended import cards_by_id
from svet.people import queries as people


def tell_stopped(agreement: AutopayAgreement, *, cause: AgreementCause, now: datetime) -> None:
    """An agreement was ended or paused without the person's word (a step); who has left is told nothing."""
    recipient_id = people.recipients_of([agreement.person_id]).get(agreement.person_id)
    if recipient_id is None:
        return
    notices.notify(
        recipient_id=recipient_id,
        event=events.AUTOPAY_STOPPED,
        params={
            "account": accounts_by_id([agreement.account_id])[0].number,
            "ended": "yes" if cause in ENDS else "",
            "cause": cause.value,
            "sbp": "yes" if cards_by_id([agreement.card_id])[agreement.card_id][0].is_sbp else "",
        },
        place=Place("autopay"),
        now=now,
    )
