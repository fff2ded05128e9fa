"""The supplier's choices: dated, refused in words, never under charges that were computed without them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from svet.accounts.tests.factories import make_provider
from svet.billing import operations, queries, texts
from svet.billing.models import Policy
from svet.billing.operations import PolicyOutcome
from svet.billing.queries.policies import rules_for
from svet.billing.rules import Proration
from svet.billing.rules.policies import PolicyReason, PolicyRefused
from svet.billing.tests.factories import NOVEMBER, NOW, charge_november
from svet.journal.models import Entry
from svet.kernel.actors import Actor

pytestmark = pytest.mark.django_db
CLERK = Actor.system("test")
FIRST = date(2026, 11, 1)


def choose(valid_from: date = FIRST, **what: Any) -> operations.PolicyReport:
    return operations.set_policy(
        provider_id=make_provider().pk, valid_from=valid_from, by=CLERK, now=NOW, **what
    )


def refusal(**what: Any) -> PolicyRefused:
    with pytest.raises(PolicyRefused) as refused:
        choose(**what)
    assert texts.explain(refused.value).endswith(".")
    assert "{" not in texts.explain(refused.value)
    return refused.value


def test_a_norm_holds_from_its_month_until_the_next_row() -> None:
    assert choose(norm_kwh_per_person=Decimal(90)).outcome is PolicyOutcome.ADDED
    assert choose(date(2027, 1, 1), norm_kwh_per_person=Decimal("95.5")).outcome is PolicyOutcome.ADDED
    provider = make_provider().pk
    norms = [rules_for(provider, NOVEMBER.plus(n)).norm_kwh_per_person for n in (-1, 0, 1, 2, 3)]
    assert norms == [None, 90, 90, Decimal("95.5"), Decimal("95.5")]
    assert [view.valid_from for view in queries.policies(provider_id=provider)] == [FIRST, date(2027, 1, 1)]


def test_what_is_not_named_stays_as_it_was() -> None:
    choose(norm_kwh_per_person=Decimal(90), average_periods=2)
    choose(date(2026, 12, 1), proration=Proration.AT_READING)
    rules = rules_for(make_provider().pk, NOVEMBER.plus(1))
    assert (rules.norm_kwh_per_person, rules.average_periods) == (Decimal(90), 2)
    assert rules.proration is Proration.AT_READING


def test_the_same_again_changes_nothing_and_another_value_is_journalled() -> None:
    choose(norm_kwh_per_person=Decimal(90))
    assert choose(norm_kwh_per_person=Decimal("90.000")).outcome is PolicyOutcome.UNCHANGED
    assert Entry.objects.filter(action="policy.set").count() == 1
    assert choose(norm_kwh_per_person=Decimal(91)).outcome is PolicyOutcome.CHANGED
    assert Policy.objects.get().norm_kwh_per_person == 91
    entry = Entry.objects.filter(action="policy.set").latest("pk")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["norm_kwh_per_person"], entry.after["norm_kwh_per_person"]) == ("90.000", "91")
    assert entry.actor_name == "test"


@pytest.mark.parametrize("norm", ["0", "-1", "3000.001", "1E+9", "NaN", "Infinity", "0.0001"])
def test_a_norm_nobody_can_use_is_refused(norm: str) -> None:
    assert refusal(norm_kwh_per_person=Decimal(norm)).reason is PolicyReason.ABSURD_NORM
    assert not Policy.objects.exists()


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({}, PolicyReason.NOTHING_CHOSEN),
        ({"average_periods": 0}, PolicyReason.BAD_AVERAGE_PERIODS),
        ({"average_periods": 13}, PolicyReason.BAD_AVERAGE_PERIODS),
        ({"average_base_months": 25}, PolicyReason.BAD_AVERAGE_BASE),
        ({"average_base_least": 7}, PolicyReason.BAD_AVERAGE_BASE),
        ({"valid_from": date(2026, 11, 2), "average_periods": 2}, PolicyReason.NOT_FIRST_DAY),
        ({"valid_from": date(1, 1, 1), "average_periods": 2}, PolicyReason.NOT_FIRST_DAY),
    ],
)
def test_what_cannot_be_is_refused(what: dict[str, Any], reason: PolicyReason) -> None:
    assert refusal(**what).reason is reason


def test_no_provider_is_refused() -> None:
    with pytest.raises(PolicyRefused) as refused:
        operations.set_policy(
            provider_id=0, valid_from=FIRST, norm_kwh_per_person=Decimal(90), by=CLERK, now=NOW
        )
    assert refused.value.reason is PolicyReason.UNKNOWN_PROVIDER


def test_a_charged_month_keeps_the_rules_it_was_charged_by() -> None:
    choose(norm_kwh_per_person=Decimal(90))
    charge_november()
    assert refusal(proration=Proration.AT_READING).reason is PolicyReason.MONTH_CHARGED
    assert refusal(norm_kwh_per_person=Decimal(91)).reason is PolicyReason.MONTH_CHARGED
    assert choose(date(2026, 12, 1), norm_kwh_per_person=Decimal(91)).outcome is PolicyOutcome.ADDED
    # The months before are no business of November's row.
    assert choose(date(2026, 6, 1), proration=Proration.AT_READING).outcome is PolicyOutcome.ADDED
    assert queries.broken() == []


def test_a_choice_from_before_a_charged_month_would_reach_it() -> None:
    charge_november()
    refused = refusal(valid_from=date(2026, 6, 1), average_periods=2)
    assert (refused.reason, refused.details["month"]) == (PolicyReason.MONTH_CHARGED, NOVEMBER)


def test_a_norm_may_be_filled_in_where_a_charged_month_had_none() -> None:
    charge_november()
    assert choose(norm_kwh_per_person=Decimal(90)).outcome is PolicyOutcome.ADDED
    assert queries.broken() == []
