"""The supplier's choices come in: dated, checked against what has been charged, journalled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from svet.accounts.queries import charging_providers
from svet.billing.models import Charge, Policy
from svet.billing.operations.turnstile import one_at_a_time
from svet.billing.queries.policies import rules_for, rules_of
from svet.billing.rules import Proration, Rules
from svet.billing.rules.policies import PolicyReason, PolicyRefused, chosen, first_month, harmless
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.locks import Occupied
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case


class PolicyOutcome(StrEnum):
    """What a choice did to the rows."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """What holds from ``valid_from`` on, and whether a row had to be written for it."""

    valid_from: date
    outcome: PolicyOutcome
    rules: Rules


def set_policy(
    *,
    provider_id: int,
    valid_from: date,
    norm_kwh_per_person: Decimal | None = None,
    proration: Proration | None = None,
    average_periods: int | None = None,
    average_base_months: int | None = None,
    average_base_least: int | None = None,
    problems_percent: Decimal | None = None,
    movers_percent: Decimal | None = None,
    release_required: bool | None = None,
    decision_kopecks: int | None = None,
    brake_kopecks: int | None = None,
    brake_months: int | None = None,
    totals_percent: Decimal | None = None,
    movers_share: Decimal | None = None,
    by: Actor,
    now: datetime,
    patience: int | None = None,
) -> PolicyReport:
    """Let a provider's choices hold from the first day of a month until its next row.

    ``norm_kwh_per_person`` is kWh a person and month; above ``problems_percent`` of accounts that cannot be
    charged no bills are issued. ``movers_percent``: beyond it a dry run shows an account as a mover;
    ``release_required``: a month is charged only after a second person has released its dry run. Decisions
    beyond ``decision_kopecks`` ask for two signatures; corrections of an account beyond ``brake_kopecks`` or
    further back than ``brake_months`` wait for a person, and so do the bills of a month whose sum moved by
    more than ``totals_percent``, or of whose accounts more than ``movers_share`` percent are movers. What is
    None stays as it was on that day. The same choices again change nothing. A month that has charges
    keeps the rules they were computed by; only a norm may be filled in where there was none. ``patience``:
    who charges, or a register that is taken, is waited for so many seconds; None: as long as it takes.
    :raises PolicyRefused: no such provider, an impossible number, not a month's first day, a charged month
    """
    month = first_month(valid_from)
    with use_case():
        if not any(each.provider_id == provider_id for each in charging_providers()):
            raise PolicyRefused(PolicyReason.UNKNOWN_PROVIDER, field="provider")
        try:
            one_at_a_time(provider_id, patience=patience)
        except Occupied:
            raise PolicyRefused(PolicyReason.OCCUPIED) from None
        before = rules_for(provider_id, month)
        rules = chosen(
            before,
            norm_kwh_per_person=norm_kwh_per_person,
            proration=proration,
            average_periods=average_periods,
            average_base_months=average_base_months,
            average_base_least=average_base_least,
            problems_percent=problems_percent,
            movers_percent=movers_percent,
            release_required=release_required,
            decision_kopecks=decision_kopecks,
            brake_kopecks=brake_kopecks,
            brake_months=brake_months,
            totals_percent=totals_percent,
            movers_share=movers_share,
        )
        row = Policy.objects.filter(provider_id=provider_id, since=valid_from).first()
        if row is not None and rules_of(row) == rules:
            return PolicyReport(valid_from, PolicyOutcome.UNCHANGED, rules)
        if not harmless(before, rules):
            _refuse_charged(provider_id, month)
        kept, _ = Policy.objects.update_or_create(
            provider_id=provider_id, since=valid_from, defaults=_columns(rules)
        )
        journal.record(
            by=by,
            action="policy.set",
            subject="policy",
            subject_id=str(kept.pk),
            now=now,
            before=_told(before),
            after={"provider": provider_id, "valid_from": str(valid_from), **_told(rules)},
        )
    return PolicyReport(valid_from, PolicyOutcome.ADDED if row is None else PolicyOutcome.CHANGED, rules)


def _refuse_charged(provider_id: int, month: Month) -> None:
    """Stop a change of rules under months that were charged by the old ones.

    :raises PolicyRefused: with the last charged month before the next row
    """
    later = Policy.objects.filter(provider_id=provider_id, since__gt=month.first).order_by("since").first()
    charged = Charge.objects.filter(run__provider_id=provider_id, period__gte=month.first)
    if later is not None:
        charged = charged.filter(period__lt=later.since)
    last = charged.order_by("-period").values_list("period", flat=True).first()
    if last is not None:
        raise PolicyRefused(PolicyReason.MONTH_CHARGED, field="valid_from", details={"month": Month.of(last)})


def _columns(rules: Rules) -> dict[str, object]:
    return {
        "proration": rules.proration.value,
        "average_periods": rules.average_periods,
        "average_base_months": rules.average_base_months,
        "average_base_least": rules.average_base_least,
        "norm_kwh_per_person": rules.norm_kwh_per_person,
        "problems_percent": rules.problems_percent,
        "movers_percent": rules.movers_percent,
        "release_required": rules.release_required,
        "decision_kopecks": rules.decision_kopecks,
        "brake_kopecks": rules.brake_kopecks,
        "brake_months": rules.brake_months,
        "totals_percent": rules.totals_percent,
        "movers_share": rules.movers_share,
    }


def _told(rules: Rules) -> dict[str, object]:
    """The values as the journal keeps them: decimals as text, for JSON has none."""
    told = _columns(rules)
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in told.items()}
