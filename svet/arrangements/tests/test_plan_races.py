"""Two presses at once: real connections, real locks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from svet.arrangements.models import InstalmentPlan
from svet.arrangements.operations.judging import judge_plans
from svet.arrangements.operations.plans import agree_on_plan, sign_plan, withdraw_plan
from svet.arrangements.queries.offering import instalment_offer
from svet.arrangements.queries.plans import broken_plans
from svet.arrangements.rules.plans import InstalmentConflict
from svet.kernel.actors import Actor
from svet.payments.tests.factories import Family, make_family, owe
from svet.staffing.tests.factories import make_member

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Exception]:
    """Each in a thread with its own connection, behind one barrier."""
    barrier, failures = threading.Barrier(len(acts)), list[Exception]()

    def run(act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            act()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def owing() -> tuple[Family, Callable[[], Any]]:
    family = make_family()
    owe(family.first, 2_700_00)
    by, account = Actor.person(family.anna.pk), family.first.public_id
    shown = instalment_offer(by, account_public_id=account, now=NOW).shown
    return family, lambda: agree_on_plan(by=by, account_public_id=account, months=3, shown=shown, now=NOW)


def test_two_presses_make_one_plan() -> None:
    _family, agree = owing()
    failures = at_once(agree, agree, agree)
    assert [type(one) for one in failures] == [InstalmentConflict, InstalmentConflict]
    assert InstalmentPlan.objects.get().parts.count() == 3


def test_the_last_signature_and_a_withdrawal_leave_one_of_both(settings: Any) -> None:
    settings.INSTALMENT_ALONE = 0
    family, agree = owing()
    agree()
    plan = InstalmentPlan.objects.get()
    first, second = (Actor.staff(make_member().person_id, name=name) for name in ("Ольга", "Павел"))
    sign_plan(by=first, plan_public_id=plan.public_id, now=NOW)
    by, account = Actor.person(family.anna.pk), family.first.public_id
    seen: dict[str, Any] = {"plan_public_id": plan.public_id, "state": "waiting"}
    failures = at_once(
        lambda: sign_plan(by=second, plan_public_id=plan.public_id, now=NOW),
        lambda: withdraw_plan(by=by, account_public_id=account, now=NOW, **seen),
        lambda: judge_plans(now=NOW),
    )
    plan.refresh_from_db()
    # A request that is withdrawn after the signature is not what stands; before it nothing is left to sign.
    assert (plan.state in ("withdrawn", "standing"), plan.ended_on) == (True, None)
    assert [type(one) for one in failures] == [InstalmentConflict]
    assert broken_plans() == []


def test_both_signatures_at_once_by_one_member_are_one(settings: Any) -> None:
    settings.INSTALMENT_ALONE = 0
    _family, agree = owing()
    agree()
    plan, one = InstalmentPlan.objects.get(), Actor.staff(make_member().person_id, name="Ольга")
    sign: Callable[[], Any] = lambda: sign_plan(by=one, plan_public_id=plan.public_id, now=NOW)  # noqa: E731
    assert len(at_once(sign, sign)) == 1
    plan.refresh_from_db()
    assert (plan.state, plan.signed_by_id) == ("waiting", None)
