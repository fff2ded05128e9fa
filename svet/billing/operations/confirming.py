"""A second person says that a month unlike the one before is right: its bills may go out."""

from __future__ import annotations

from datetime import datetime

from svet.billing.models import MonthTask
from svet.billing.operations.months import locked_month
from svet.billing.queries.month_brake import unlike_month
from svet.billing.rules.months import (
    MonthReason,
    MonthRefused,
    MonthState,
    MonthTaskKind,
    plain_name,
    same_person,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case


def confirm_totals(*, provider_id: int, period: Month, by: Actor, now: datetime) -> None:
    """Let the bills of a charged month go out although its totals are unlike those of the month before.

    ``by`` is another person than the one who has asked for the charge, where that is known.
    :raises MonthRefused: no name, not charged, nothing waits for a word, or it is one's own charge
    """
    name = plain_name(by.name)
    if not name:
        raise MonthRefused(MonthReason.NO_NAME, field="by")
    with use_case():
        row = locked_month(provider_id, period)
        if MonthState(row.state) is not MonthState.CHARGED:
            raise MonthRefused(MonthReason.NOT_CHARGED, field="period", details={"month": period})
        totals = unlike_month(provider_id=provider_id, period=period)
        if totals is None:
            raise MonthRefused(MonthReason.NOTHING_UNLIKE, field="period", details={"month": period})
        asked = MonthTask.objects.filter(
            provider_id=provider_id, period=period.first, kind=MonthTaskKind.CHARGE.value
        ).order_by("-asked_at").first()  # fmt: skip
        if asked is not None and same_person(
            first=(asked.asked_by_person_id, asked.asked_by), second=(by.person_id, by.name)
        ):
            raise MonthRefused(MonthReason.OWN_CHARGE, field="by", details={"name": asked.asked_by})
        row.confirmed_at, row.confirmed_by, row.confirmed_kopecks = now, name[:100], totals.kopecks
        row.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_kopecks"])
        journal.record(
            by=by,
            action="month.totals_confirmed",
            subject="billing_month",
            subject_id=str(row.pk),
            now=now,
            after={"provider": provider_id, "month": str(period), **totals._asdict()},
        )
