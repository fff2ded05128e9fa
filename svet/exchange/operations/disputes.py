"""The register of disputes: each kept once, whichever way it was told before."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from svet.exchange.operations.outcomes import RowOutcome, State, changed, refused, rejected
from svet.exchange.rules import disputes as register
from svet.exchange.rules.disputes import DisputeTold
from svet.exchange.rules.refusals import RowReason
from svet.kernel.actors import Actor
from svet.payments import texts
from svet.payments.operations.disputes_told import DisputeFate, DisputeOutcome, DisputeToApply, apply_dispute
from svet.payments.rules.chargebacks import NewChargeback

_KNOWN: Final = {DisputeOutcome.APPLIED: State.APPLIED, DisputeOutcome.REPEATED: State.REPEATED}


def apply(text: str, *, by: Actor, now: datetime) -> list[RowOutcome]:
    """Keep the disputes of a register, and end those that have ended (a step).

    :raises FileRefused: the heading
    """
    found = register.parse(text)
    outcomes = [rejected(line, fault) for line, fault in found.faults]
    # In the order of their rounds: the second begins where the first has ended.
    for row in sorted(found.rows, key=lambda row: (row.payment, row.no, row.line_no)):
        fate = apply_dispute(_wanted(row), by=by, reason=_("Реестр споров банка"), now=now)
        outcomes.append(_outcome(row, fate))
    return outcomes


def _wanted(row: DisputeTold) -> DisputeToApply:
    new = NewChargeback(row.reference, row.sum.kopecks, row.told_on, row.due_on, row.no)
    return DisputeToApply(payment=row.payment, new=new, state=row.state, ended_on=row.ended_on, shop=row.shop)


def _outcome(row: DisputeTold, fate: DisputeFate) -> RowOutcome:
    said = texts.explain(fate.refusal) if fate.refusal is not None else ""
    if fate.outcome is DisputeOutcome.DIFFERS:
        return changed(row, said)
    if fate.outcome in _KNOWN:
        return RowOutcome(
            row.line_no,
            _KNOWN[fate.outcome],
            row.raw,
            external_id=row.external_id,
            reference=fate.public_id,
            kopecks=row.sum.kopecks,
        )
    reason = RowReason.REFUSED
    if fate.outcome is DisputeOutcome.UNKNOWN:
        reason = RowReason.PAYMENT_UNKNOWN
    return refused(row, reason, said)
