"""Nobody is charged nothing for want of a norm, a price or a meter; whoever cannot be charged is listed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_provider, set_terms
from svet.billing import operations, queries, texts
from svet.billing.models import BillingRun, Problem
from svet.billing.rules import Basis, BillingReason, BillingRefused
from svet.billing.rules.kinds import PROBLEMS
from svet.billing.tests.factories import NOVEMBER, NOW, load_chelyabinsk, make_metered_account, make_norm
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.metering.models import Meter
from svet.metering.tests.factories import make_reading

pytestmark = pytest.mark.django_db
DECEMBER = NOVEMBER.plus(1)


def run(period: Month = NOVEMBER, now: datetime = NOW, **how: Any) -> operations.RunReport:
    return operations.run(provider_id=make_provider().pk, period=period, now=now, **how)


def only_problem() -> Problem:
    found = Problem.objects.get()
    words = texts.problem(BillingReason(found.reason), found.details)
    assert words.endswith(".")
    assert "{" not in words
    assert found.reason not in words
    return found


def listed(**which: Any) -> list[tuple[str, BillingReason]]:
    found = queries.problems(provider_ids=[make_provider().pk], **which)
    return [(view.account_number, view.reason) for view in found]


def test_without_a_norm_an_account_without_readings_is_a_problem_and_no_bill_of_nothing() -> None:
    load_chelyabinsk()
    account, _ = make_metered_account(installed_on=date(2026, 10, 20), residents=3)
    report = run()
    assert (report.charges, report.problems) == (0, 1)
    assert only_problem().reason == BillingReason.NO_NORM.value
    assert listed() == [(account.number, BillingReason.NO_NORM)]
    make_norm(90, since=date(2026, 11, 1))
    assert run().problems == 0
    assert listed() == []
    found = queries.charge(account.pk, NOVEMBER)
    assert found is not None
    assert found.kwh == 270
    assert queries.broken() == []


def test_without_residents_a_norm_is_a_problem() -> None:
    load_chelyabinsk()
    make_norm()
    make_metered_account(installed_on=date(2026, 10, 20))
    run()
    assert only_problem().reason == BillingReason.NO_RESIDENTS.value


def test_a_meter_that_nobody_ever_read_is_a_problem_though_another_one_was_read() -> None:
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 10, 20))
    make_reading(meter, 1100, read_on=date(2026, 11, 20))
    unread = Meter.objects.create(
        account=account, serial="700", scheme=1, digits=5, installed_on=date(2026, 10, 20)
    )
    run()
    problem = only_problem()
    assert problem.reason == BillingReason.NO_FIRST_READING.value
    assert unread.serial in texts.problem(BillingReason(problem.reason), problem.details)


@pytest.mark.parametrize(("norm", "residents"), [(False, 3), (True, None), (True, 0)])
def test_a_flat_without_a_meter_is_a_problem_where_there_is_no_norm_for_it(
    norm: bool, residents: int | None
) -> None:
    load_chelyabinsk()
    if norm:
        make_norm()
    make_account(residents=residents)
    assert run().charges == 0
    assert only_problem().reason == BillingReason.NO_METER.value


def test_a_flat_without_a_meter_is_charged_the_plain_norm() -> None:
    load_chelyabinsk()
    make_norm(91)
    account = make_account(residents=3)
    run()
    found = queries.charge(account.pk, NOVEMBER)
    assert found is not None
    (line,) = found.lines
    assert (line.basis, line.kwh, line.money) == (Basis.NORM, Decimal(273), Money(27_300 * 485 // 100))
    assert queries.broken() == []


def test_the_norm_of_a_flat_without_a_meter_is_by_days_when_it_opened_in_the_month() -> None:
    load_chelyabinsk()
    make_norm(100)
    account = make_account(residents=3, opened_on=date(2026, 11, 20))
    after = make_account(residents=3, opened_on=date(2026, 11, 28))
    closed = make_account(residents=3)
    closed.closed_on = date(2026, 11, 4)
    closed.save()
    run()
    assert [queries.charge(key.pk, NOVEMBER) is not None for key in (account, after, closed)] == [
        True, False, True,
    ]  # fmt: skip
    for key, days in ((account, 5), (closed, 10)):
        found = queries.charge(key.pk, NOVEMBER)
        assert found is not None
        assert found.kwh == round(Decimal(300) * days / 31)
    assert queries.broken() == []


def test_the_norm_of_a_month_that_failed_is_charged_by_the_next_one_as_its_own_month() -> None:
    load_chelyabinsk()
    make_norm(90)
    account = make_account(residents=0)
    run()
    set_terms(residents=1)
    later = datetime(2026, 12, 26, 4, 0, tzinfo=UTC)
    run(DECEMBER, now=later)
    (charge,) = queries.charges([account.pk])
    assert [(line.month, int(line.kwh)) for line in charge.lines] == [(NOVEMBER, 90), (DECEMBER, 90)]
    assert not Problem.objects.exists()
    assert BillingRun.objects.get(period=NOVEMBER.first).problems == 0
    # Nothing is left for the month itself.
    assert (run(now=later).charges, run(now=later).problems) == (0, 0)
    assert queries.broken() == []


def test_a_problem_names_the_group_the_meter_and_the_zone_as_people_do() -> None:
    load_chelyabinsk()
    _, meter = make_metered_account(installed_on=date(2026, 10, 20), tariff_group="9.9")
    make_reading(meter, 1100, read_on=date(2026, 11, 20))
    run()
    problem = only_problem()
    assert "«9.9»" in texts.problem(BillingReason(problem.reason), problem.details)


def test_every_reason_has_its_words_and_its_way_out() -> None:
    for reason in PROBLEMS:
        assert texts.problem_name(reason) != texts.problem_name(BillingReason.UNFINISHED)
        assert texts.problem(reason, {}).count(".") >= 2
    for refused in set(BillingReason) - set(PROBLEMS):
        details: dict[str, object] = {
            "day": date(2026, 11, 25),
            "month": NOVEMBER,
            "problems": 5,
            "accounts": 9,
        }
        details |= {"region": "Край", "groups": "1", "former": 100, "sum": 900, "movers": 4}
        assert "{" not in texts.explain(BillingRefused(refused, details=details))


def test_whoever_left_the_month_is_no_problem_of_it_any_more() -> None:
    load_chelyabinsk()
    account, _ = make_metered_account(installed_on=date(2026, 10, 20))
    assert run().problems == 1
    Account.objects.filter(pk=account.pk).update(closed_on=date(2026, 9, 1))
    assert run().problems == 0
    assert listed() == []


def test_problems_are_counted_by_reason_and_listed_by_account() -> None:
    numbers = []
    for group in ("9.9", "9.9", "1.1"):
        account, meter = make_metered_account(installed_on=date(2026, 10, 20), tariff_group=group)
        if group == "9.9":
            make_reading(meter, 1100, read_on=date(2026, 11, 20))
        numbers.append(account.number)
    load_chelyabinsk()
    report = run()
    counts = queries.problem_counts(run_id=report.run_id, first=1)
    assert [(c.reason, c.count, c.accounts) for c in counts] == [
        (BillingReason.NO_TARIFF, 2, (numbers[0],)),
        (BillingReason.NO_NORM, 1, (numbers[2],)),
    ]
    assert listed(reason=BillingReason.NO_TARIFF) == [(n, BillingReason.NO_TARIFF) for n in numbers[:2]]
    assert [number for number, _ in listed(period=NOVEMBER)] == numbers
    assert listed(period=DECEMBER) == []


def test_a_run_before_the_last_day_of_readings_is_refused_unless_it_is_named() -> None:
    load_chelyabinsk()
    _, meter = make_metered_account(installed_on=date(2026, 10, 20))
    make_reading(meter, 1100, read_on=date(2026, 11, 20))
    # 25 November in Yekaterinburg, still and already.
    for now in (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 25, 18, 59, tzinfo=UTC)):
        with pytest.raises(BillingRefused) as refused:
            run(now=now)
        assert refused.value.reason is BillingReason.BEFORE_CUT_OFF
        assert "25.11.2026" in texts.explain(refused.value)
    assert run(now=datetime(2026, 11, 25, 19, 0, tzinfo=UTC)).charges == 1


def test_a_run_before_the_last_day_of_readings_may_be_insisted_on() -> None:
    load_chelyabinsk()
    _, meter = make_metered_account(installed_on=date(2026, 10, 20))
    make_reading(meter, 1100, read_on=date(2026, 11, 20))
    assert run(now=datetime(2026, 11, 21, tzinfo=UTC), before_cut_off=True).charges == 1


def test_a_problem_keeps_its_first_day_while_it_is_the_same_one() -> None:
    load_chelyabinsk()
    make_metered_account(installed_on=date(2026, 10, 20), residents=3)
    run()
    later = NOW.replace(day=28)
    run(now=later)
    found = Problem.objects.get()
    assert (found.first_at, found.last_at) == (NOW, later)
    winter = NOW.replace(month=12, day=28)
    run(DECEMBER, now=winter, over_gap=True)
    (view,) = queries.problems(provider_ids=[make_provider().pk], period=DECEMBER)
    assert (view.first_at, view.last_at) == (NOW, winter)
    # Another reason is another problem.
    make_norm()
    set_terms(residents=None)
    run(now=winter)
    found = Problem.objects.get(run__period=NOVEMBER.first)
    assert (found.reason, found.first_at) == (BillingReason.NO_RESIDENTS.value, winter)
