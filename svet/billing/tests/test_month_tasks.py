"""What desks ask of the background: one task at a time, refusals kept, dead workers' tasks taken up again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from svet.accounts.tests.factories import make_provider, set_terms
from svet.billing.models import BillingRun, Charge, DryRun, MonthTask
from svet.billing.operations import asking, computing, running
from svet.billing.queries.months import MonthTaskView, month_view, newest_task, unfinished_task
from svet.billing.rules.months import DryRunState, MonthReason, MonthRefused, MonthState, MonthTaskState
from svet.billing.tests.factories import NOVEMBER, NOW, load_chelyabinsk, make_norm
from svet.billing.tests.test_dry_runs import make, require_release
from svet.billing.texts import months as month_texts
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.metering.tests.factories import make_reading
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tariffs() -> None:
    load_chelyabinsk()
    make_norm()


def member(name: str) -> Actor:
    return Actor.staff(make_person().pk, name=f"{name} (billing)")


def ask(act: Callable[..., None], by: Actor, **more: Any) -> int:
    act(provider_id=make_provider().pk, period=NOVEMBER, by=by, now=NOW, **more)
    return MonthTask.objects.latest("pk").pk


def do(task_id: int) -> MonthTaskView:
    asking.do_month_task(task_id=task_id, clock=lambda: NOW)
    view = newest_task(provider_id=make_provider().pk, period=NOVEMBER)
    assert view is not None
    return view


def state() -> MonthState:
    return month_view(provider_id=make_provider().pk, period=NOVEMBER).state


def test_two_members_take_a_month_from_open_to_charged() -> None:
    make(2)
    require_release()
    olga, ivan = member("Ольга"), member("Иван")
    done = do(ask(asking.ask_dry_run, olga))
    assert (done.state, done.done, done.of, state()) == (MonthTaskState.DONE, 2, 2, MonthState.READY)
    with pytest.raises(MonthRefused) as refused:
        ask(asking.ask_charge, olga)
    assert refused.value.reason is MonthReason.NOT_RELEASED
    with pytest.raises(MonthRefused) as refused:
        ask(asking.ask_release, olga)
    assert refused.value.reason is MonthReason.SAME_PERSON
    assert do(ask(asking.ask_release, ivan)).state is MonthTaskState.DONE
    assert state() is MonthState.CHARGED
    assert Charge.objects.filter(period=NOVEMBER.first).count() == 2
    kept = Entry.objects.filter(action__startswith="month.").order_by("pk")
    assert [(each.action, each.actor_person_id) for each in kept] == [
        ("month.asked_dry_run", olga.person_id),
        ("month.rehearsed", olga.person_id),
        ("month.asked_release", ivan.person_id),
        ("month.released", ivan.person_id),
    ]


def test_what_a_rule_refuses_in_the_background_is_told_at_the_desk() -> None:
    made = make(2)
    do(ask(asking.ask_dry_run, member("Ольга")))
    task_id = ask(asking.ask_release, member("Иван"))
    make_reading(made[0][1], 1150, read_on=NOVEMBER.day(21))
    refused = do(task_id)
    assert refused.state is MonthTaskState.REFUSED
    told = month_texts.task_refusal(refused)
    assert "данные изменились" in told
    assert made[0][0].number in told
    assert state() is MonthState.OPEN
    assert not Charge.objects.filter(period=NOVEMBER.first).exists()


def test_one_task_of_a_provider_waits_for_the_other() -> None:
    make(1)
    first = ask(asking.ask_dry_run, member("Ольга"))
    with pytest.raises(MonthRefused) as refused:
        ask(asking.ask_dry_run, member("Иван"))
    assert refused.value.reason is MonthReason.BUSY
    assert MonthTask.objects.count() == 1
    MonthTask.objects.filter(pk=first).update(beat_at=NOW - timedelta(minutes=6))
    second = ask(asking.ask_dry_run, member("Иван"))
    assert MonthTask.objects.get(pk=first).state == MonthTaskState.FAILED
    assert do(second).state is MonthTaskState.DONE
    # The job of the first one comes back to life: its task has given way.
    asking.do_month_task(task_id=first, clock=lambda: NOW)
    assert DryRun.objects.count() == 1
    assert unfinished_task(provider_id=make_provider().pk) is None


def test_a_dry_run_of_a_dead_worker_is_made_again_by_the_repeated_job() -> None:
    make(2)
    task_id = ask(asking.ask_dry_run, member("Ольга"))
    # The worker was killed in the middle: its task runs, its dry run is being made, nobody says how far.
    MonthTask.objects.filter(pk=task_id).update(state=MonthTaskState.RUNNING, started_at=NOW)
    DryRun.objects.create(
        provider=make_provider(), period=NOVEMBER.first, made_by="Ольга", started_at=NOW, beat_at=NOW, seed=1,
        movers_percent=50,
    )  # fmt: skip
    assert do(task_id).state is MonthTaskState.DONE
    assert sorted(DryRun.objects.values_list("state", flat=True)) == [DryRunState.DROPPED, DryRunState.KEPT]


def test_a_release_of_a_dead_worker_goes_on_with_the_charge(monkeypatch: pytest.MonkeyPatch) -> None:
    make(2)
    do(ask(asking.ask_dry_run, member("Ольга")))
    task_id = ask(asking.ask_release, member("Иван"))

    def dies(**how: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("svet.billing.operations.asking.run", dies)
    with pytest.raises(KeyboardInterrupt):
        do(task_id)
    assert state() is MonthState.RELEASED
    monkeypatch.setattr("svet.billing.operations.asking.run", running.run)
    assert do(task_id).state is MonthTaskState.DONE
    assert state() is MonthState.CHARGED
    assert Entry.objects.filter(action="month.released").count() == 1


def test_what_breaks_off_is_told_and_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    make(1)

    def broken(*args: Any, **how: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("svet.billing.operations.outcomes.compute", broken)
    task_id = ask(asking.ask_dry_run, member("Ольга"))
    with pytest.raises(ZeroDivisionError):
        do(task_id)
    assert MonthTask.objects.get(pk=task_id).state == MonthTaskState.FAILED
    monkeypatch.setattr("svet.billing.operations.outcomes.compute", computing.compute)
    assert do(ask(asking.ask_dry_run, member("Ольга"))).state is MonthTaskState.DONE


def test_chosen_accounts_are_asked_for_once_the_month_is_charged() -> None:
    made = make(2)
    ids = [account.pk for account, _ in made]
    with pytest.raises(MonthRefused) as refused:
        ask(asking.ask_retry, member("Ольга"), account_ids=ids)
    assert refused.value.reason is MonthReason.NOT_CHARGED
    set_terms(tariff_group="9.9")
    do(ask(asking.ask_dry_run, member("Ольга")))
    do(ask(asking.ask_charge, member("Ольга")))
    assert BillingRun.objects.get(period=NOVEMBER.first).problems == 2
    set_terms(tariff_group="1.1")
    with pytest.raises(MonthRefused) as refused:
        ask(asking.ask_retry, member("Ольга"), account_ids=[])
    assert refused.value.reason is MonthReason.NO_ACCOUNTS
    assert do(ask(asking.ask_retry, member("Ольга"), account_ids=ids[:1])).state is MonthTaskState.DONE
    assert BillingRun.objects.get(period=NOVEMBER.first).problems == 1
    assert list(Charge.objects.filter(period=NOVEMBER.first).values_list("account_id", flat=True)) == ids[:1]


@pytest.mark.django_db(transaction=True)
def test_two_members_ask_at_once_and_one_task_is_made() -> None:
    make(1)
    members = [member("Ольга"), member("Иван")]
    barrier, said = threading.Barrier(2), list[MonthReason]()

    def act(by: Actor) -> None:
        barrier.wait()
        try:
            ask(asking.ask_dry_run, by)
        except MonthRefused as refused:
            said.append(MonthReason(refused.reason))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(by,)) for by in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [MonthReason.BUSY]
    assert MonthTask.objects.count() == 1
