"""Dry runs and releases on a real database: nothing is posted, two persons, data that change meanwhile."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from svet.accounts.models import Account, Provider
from svet.accounts.tests.factories import make_provider, set_terms
from svet.billing import operations
from svet.billing.models import BillingMonth, BillingRun, Charge, DryRun, DryRunAccount, Problem
from svet.billing.operations import computing
from svet.billing.operations.rehearsing import rehearse
from svet.billing.operations.releasing import release
from svet.billing.queries.dry_runs import (
    DryRunView,
    accounts_of_dry_run,
    charged_otherwise,
    dry_run_of,
    movers_of,
    sample_of,
)
from svet.billing.queries.months import month_view, month_views
from svet.billing.rules import BillingReason, BillingRefused
from svet.billing.rules.dry_runs import ChargePart, MoverCause
from svet.billing.rules.months import DryRunState, MonthReason, MonthRefused, MonthState
from svet.billing.tests.factories import NOVEMBER, NOW, load_chelyabinsk, make_metered_account, make_norm
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.metering.models import Meter
from svet.metering.tests.factories import make_reading

pytestmark = pytest.mark.django_db
OLGA, IVAN = Actor.system("Ольга Смирнова"), Actor.system("Иван Котов")
OCTOBER = NOVEMBER.plus(-1)
KEPT = {"billing_dryrun", "billing_dryrunaccount", "billing_billingmonth", "journal_entry"}


def make(count: int = 3, *, november: int | None = 1137) -> list[tuple[Account, Meter]]:
    """Accounts charged 100 kWh in October, with November's reading waiting."""
    made = []
    for _ in range(count):
        account, meter = make_metered_account(installed_on=date(2026, 9, 20), residents=2)
        make_reading(meter, 1100, read_on=date(2026, 10, 20))
        made.append((account, meter))
    operations.run(provider_id=make_provider().pk, period=OCTOBER, now=NOW)
    for _, meter in made:
        if november is not None:
            make_reading(meter, november, read_on=date(2026, 11, 20))
    return made


def dry_run(by: Actor = OLGA, *, period: Month = NOVEMBER, **how: Any) -> DryRunView:
    rehearse(provider_id=make_provider().pk, period=period, by=by, clock=lambda: NOW, **how)
    view = dry_run_of(provider_id=make_provider().pk, period=period)
    assert view is not None
    return view


def let_go(by: Actor = IVAN, **how: Any) -> None:
    release(provider_id=make_provider().pk, period=NOVEMBER, by=by, clock=lambda: NOW, **how)


def state(period: Month = NOVEMBER) -> MonthState:
    return month_view(provider_id=make_provider().pk, period=period).state


def require_release() -> None:
    operations.set_policy(
        provider_id=make_provider().pk,
        valid_from=date(2026, 11, 1),
        release_required=True,
        by=Actor.system("test"),
        now=NOW,
    )


def counts() -> dict[str, int]:
    return {
        model._meta.db_table: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.db_table not in KEPT
    }


@pytest.fixture(autouse=True)
def tariffs() -> None:
    load_chelyabinsk()
    make_norm()


def test_a_dry_run_tells_what_the_run_then_does_and_posts_nothing() -> None:
    made = make(3)
    make_reading(made[0][1], 1137 + 100, read_on=date(2026, 11, 22))
    (silent, _) = make_metered_account(installed_on=date(2026, 10, 20), residents=2)
    set_terms(made[2][0], tariff_group="9.9")
    before = counts()
    view = dry_run(seed=1)
    assert counts() == before
    assert (view.accounts, view.now.accounts, view.now.estimated) == (4, 3, 1)
    assert view.problems == {BillingReason.NO_TARIFF: 1}
    assert (view.before.accounts, view.before.kwh) == (3, Decimal(300))
    assert {part.part: part.accounts for part in view.parts} == {ChargePart.READINGS: 2, ChargePart.NORM: 1}
    (mover,) = [each for each in movers_of(dry_run_id=view.dry_run_id, limit=10) if each.kopecks > 0]
    assert (mover.account_number, mover.mover) == (made[1][0].number, MoverCause.CONSUMPTION)
    assert {each.account_number for each in sample_of(dry_run_id=view.dry_run_id)} == set(
        Account.objects.values_list("number", flat=True)
    )
    said = {each.account_number: each.kopecks for each in accounts_of_dry_run(dry_run_id=view.dry_run_id)}
    operations.run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    charged = Charge.objects.filter(period=NOVEMBER.first).values_list("account__number", "total_kopecks")
    assert dict(charged) == {
        number: kopecks for number, kopecks in said.items() if number != made[2][0].number
    }
    assert charged_otherwise(dry_run_id=view.dry_run_id, period=NOVEMBER) == 0
    assert said[silent.number] > 0
    assert state() is MonthState.CHARGED


def test_the_same_data_give_the_same_hash_and_any_other_reading_another_one() -> None:
    made = make(2)
    first, second = dry_run(seed=1), dry_run(seed=2)
    assert first.sha256 == second.sha256
    assert DryRun.objects.get(pk=first.dry_run_id).state == DryRunState.DROPPED
    assert not DryRunAccount.objects.filter(dry_run_id=first.dry_run_id).exists()
    make_reading(made[0][1], 1138, read_on=date(2026, 11, 21))
    assert dry_run().sha256 != second.sha256


def test_a_second_person_lets_the_month_go_and_both_stand_in_the_journal() -> None:
    make(2)
    require_release()
    with pytest.raises(MonthRefused) as refused:
        operations.run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    assert refused.value.reason is MonthReason.NOT_RELEASED
    with pytest.raises(MonthRefused) as refused:
        let_go()
    assert refused.value.reason is MonthReason.NO_DRY_RUN
    view = dry_run()
    assert state() is MonthState.READY
    with pytest.raises(MonthRefused) as refused:
        operations.run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    assert refused.value.reason is MonthReason.NOT_RELEASED
    assert not BillingRun.objects.filter(period=NOVEMBER.first).exists()
    for same in (OLGA, Actor.system("  ольга  смирнова (billing)")):
        with pytest.raises(MonthRefused) as refused:
            let_go(same)
        assert refused.value.reason is MonthReason.SAME_PERSON
    let_go()
    assert state() is MonthState.RELEASED
    with pytest.raises(MonthRefused) as refused:
        let_go(Actor.system("Пётр"))
    assert refused.value.reason is MonthReason.RELEASED_ALREADY
    operations.run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    assert state() is MonthState.CHARGED
    kept = Entry.objects.filter(action__startswith="month.").order_by("pk")
    assert list(kept.values_list("action", "actor_name", "subject_id")) == [
        ("month.rehearsed", "Ольга Смирнова", view.public_id),
        ("month.released", "Иван Котов", view.public_id),
    ]


def test_a_reading_that_arrives_after_the_dry_run_stops_the_release_and_is_named() -> None:
    made = make(3)
    view = dry_run()
    make_reading(made[1][1], 1139, read_on=date(2026, 11, 21))
    with pytest.raises(MonthRefused) as refused:
        let_go()
    assert refused.value.reason is MonthReason.DATA_CHANGED
    assert refused.value.details["count"] == 1
    assert refused.value.details["accounts"] == made[1][0].number
    assert state() is MonthState.OPEN
    assert DryRun.objects.get(pk=view.dry_run_id).state == DryRunState.DROPPED
    assert Entry.objects.filter(action="month.release_refused").count() == 1
    dry_run()
    let_go()
    assert state() is MonthState.RELEASED


def test_accounts_that_came_or_went_after_the_dry_run_stop_the_release_too() -> None:
    made = make(3)
    dry_run()
    Account.objects.filter(pk=made[2][0].pk).update(closed_on=date(2026, 10, 1))
    (come, _) = make_metered_account(installed_on=date(2026, 10, 20))
    with pytest.raises(MonthRefused) as refused:
        let_go()
    assert refused.value.details["count"] == 2
    assert refused.value.details["accounts"] == f"{made[2][0].number}, {come.number}"


def test_a_new_dry_run_takes_a_release_back() -> None:
    make(1)
    dry_run()
    let_go()
    dry_run(IVAN)
    assert state() is MonthState.READY
    assert month_view(provider_id=make_provider().pk, period=NOVEMBER).released_by == ""
    with pytest.raises(MonthRefused) as refused:
        let_go(IVAN)
    assert refused.value.reason is MonthReason.SAME_PERSON


def test_checks_that_are_in_the_way_stop_a_release_and_no_dry_run() -> None:
    make(1)
    Provider.objects.update(window_to_day=28)
    dry_run()
    with pytest.raises(MonthRefused) as refused:
        let_go()
    assert refused.value.reason is MonthReason.BLOCKED
    assert state() is MonthState.READY


def test_a_charged_month_is_not_rehearsed_and_a_future_one_neither() -> None:
    make(1)
    with pytest.raises(MonthRefused) as refused:
        dry_run(period=OCTOBER)
    assert refused.value.reason is MonthReason.BEGUN_ALREADY
    with pytest.raises(BillingRefused) as early:
        dry_run(period=NOVEMBER.plus(1))
    assert early.value.reason is BillingReason.PERIOD_NOT_STARTED
    with pytest.raises(MonthRefused) as nameless:
        dry_run(Actor.system(" "))
    assert nameless.value.reason is MonthReason.NO_NAME


def test_a_month_before_all_others_has_nobody_to_charge_and_is_not_kept() -> None:
    make(1)
    for period in (Month(2017, 1), Month(2006, 3)):
        with pytest.raises(BillingRefused) as refused:
            rehearse(provider_id=make_provider().pk, period=period, by=OLGA, clock=lambda: NOW)
        assert refused.value.reason is BillingReason.NOBODY
    assert state(Month(2017, 1)) is MonthState.OPEN
    assert not DryRun.objects.filter(state="kept").exists()


def test_a_dry_run_that_breaks_off_is_made_anew_and_leaves_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    make(3)
    real = computing.compute

    def failing(*args: Any, **how: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("svet.billing.operations.outcomes.compute", failing)
    with pytest.raises(KeyboardInterrupt):
        dry_run()
    monkeypatch.setattr("svet.billing.operations.outcomes.compute", real)
    assert list(DryRun.objects.values_list("state", flat=True)) == [DryRunState.DROPPED]
    view = dry_run()
    assert view.accounts == DryRunAccount.objects.count() == 3


def test_a_dry_run_that_is_being_made_is_waited_for_until_it_falls_silent() -> None:
    make(1)
    other = DryRun.objects.create(
        provider=make_provider(), period=NOVEMBER.first, made_by="Пётр", started_at=NOW, beat_at=NOW, seed=1,
        movers_percent=50,
    )  # fmt: skip
    with pytest.raises(MonthRefused) as refused:
        dry_run()
    assert refused.value.reason is MonthReason.BUSY
    DryRun.objects.update(beat_at=NOW - timedelta(minutes=6))
    assert dry_run().accounts == 1
    other.refresh_from_db()
    assert other.state == DryRunState.DROPPED


def test_a_month_charged_during_its_dry_run_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    make(2)
    real = computing.compute

    def meanwhile(*args: Any, **how: Any) -> Any:
        found = real(*args, **how)
        monkeypatch.setattr("svet.billing.operations.outcomes.compute", real)
        operations.run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
        return found

    monkeypatch.setattr("svet.billing.operations.outcomes.compute", meanwhile)
    with pytest.raises(MonthRefused) as refused:
        rehearse(provider_id=make_provider().pk, period=NOVEMBER, by=OLGA, clock=lambda: NOW)
    assert refused.value.reason is MonthReason.OVERTAKEN
    assert state() is MonthState.CHARGED
    assert dry_run_of(provider_id=make_provider().pk, period=NOVEMBER) is None


def test_chosen_accounts_are_tried_again_and_the_others_are_left() -> None:
    made = make(4)
    ids = [account.pk for account, _ in made]
    set_terms(*Account.objects.select_related("provider").filter(pk__in=ids[:3]), tariff_group="9.9")
    operations.run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    set_terms(*Account.objects.select_related("provider").filter(pk__in=ids[:2]), tariff_group="1.1")
    report = operations.run(
        provider_id=make_provider().pk, period=NOVEMBER, now=NOW, accounts=[ids[0], ids[2]]
    )
    assert (report.charges, report.problems) == (2, 2)
    assert set(Problem.objects.values_list("account_id", flat=True)) == {ids[1], ids[2]}
    run = BillingRun.objects.get(period=NOVEMBER.first)
    assert (run.state, state()) == ("done", MonthState.CHARGED)
    operations.run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    assert set(Problem.objects.values_list("account_id", flat=True)) == {ids[2]}


def test_chosen_accounts_wait_until_the_run_of_all_is_done() -> None:
    made = make(1)
    with pytest.raises(BillingRefused):
        operations.run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW, accounts=[made[0][0].pk])
    assert not Charge.objects.filter(period=NOVEMBER.first).exists()


def test_months_are_listed_with_the_next_one_due() -> None:
    make(1)
    today = date(2026, 11, 26)
    months = month_views(provider_id=make_provider().pk, today=today, limit=10)
    assert [(each.period, each.state) for each in months] == [
        (NOVEMBER, MonthState.OPEN),
        (OCTOBER, MonthState.CHARGED),
    ]
    run = months[1].run
    assert run is not None
    assert (run.charges, run.running, run.duration) == (1, False, timedelta(0))
    assert [
        each.period for each in month_views(provider_id=make_provider().pk, today=today, limit=1, offset=1)
    ] == [OCTOBER]


@pytest.mark.django_db(transaction=True)
def test_two_persons_release_at_once_and_one_of_them_does() -> None:
    make(2)
    dry_run()
    barrier, said = threading.Barrier(2), list[MonthReason]()

    def act(name: str) -> None:
        barrier.wait()
        try:
            let_go(Actor.system(name))
        except MonthRefused as refused:
            said.append(MonthReason(refused.reason))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(name,)) for name in ("Иван Котов", "Пётр Лис")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [MonthReason.RELEASED_ALREADY]
    assert state() is MonthState.RELEASED
    assert Entry.objects.filter(action="month.released").count() == 1
    assert BillingMonth.objects.filter(period=NOVEMBER.first).count() == 1


def test_the_moment_is_the_clocks() -> None:
    make(1)
    later = datetime(2026, 11, 27, tzinfo=UTC)
    rehearse(provider_id=make_provider().pk, period=NOVEMBER, by=OLGA, clock=lambda: later)
    view = dry_run_of(provider_id=make_provider().pk, period=NOVEMBER)
    assert view is not None
    assert (view.made_by, view.finished_at) == ("Ольга Смирнова", later)
