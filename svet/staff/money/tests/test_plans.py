"""«Рассрочки» on the desk: two members sign, neither twice; an operator has none of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account
from svet.arrangements.models import InstalmentPlan
from svet.arrangements.operations.plans import agree_on_plan
from svet.arrangements.queries.offering import instalment_offer
from svet.arrangements.tests.test_plans import post
from svet.kernel.actors import Actor
from svet.payments.tests.factories import Family, make_family, owe
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(settings: Any) -> InstalmentPlan:
    settings.INSTALMENT_ALONE = 1_000
    family: Family = make_family()
    owe(family.first, 2_700_00)
    by, account, now = Actor.person(family.anna.pk), family.first.public_id, timezone.now()
    shown = instalment_offer(by, account_public_id=account, now=now).shown
    assert agree_on_plan(by=by, account_public_id=account, months=3, shown=shown, now=now)
    return InstalmentPlan.objects.get()


def clerk(role: Role = Role.BILLING) -> Client:
    return working(make_member(role=role))


def url(plan: InstalmentPlan) -> str:
    return f"/staff/money/plans/{plan.public_id}/"


def test_two_members_sign_what_waits_on_the_desk(waiting: InstalmentPlan) -> None:
    first, second = clerk(), clerk()
    desk = first.get("/staff/money/").content.decode()
    assert "Рассрочки ждут двух подписей" in desk
    assert "За год просили 1, без подписей оформлено 0." in desk
    assert "Подписать первым" in first.get(url(waiting)).content.decode()
    signed = first.post(url(waiting), {"act": "sign", "reason": ""}, follow=True).content.decode()
    assert "Нужна подпись ещё одного сотрудника" in signed
    assert "Подписать вторым" not in signed
    assert "подписал один" in signed
    assert "ждёт подписи двух" not in signed
    twice = first.post(url(waiting), {"act": "sign", "reason": ""})
    assert (twice.status_code, "другого сотрудника" in twice.content.decode()) == (422, True)
    done = second.post(url(waiting), {"act": "sign", "reason": ""}, follow=True).content.decode()
    assert "рассрочка действует" in done
    assert InstalmentPlan.objects.get().state == "standing"
    late = second.post(url(waiting), {"act": "refuse", "reason": "жалоба № 1"})
    assert (late.status_code, "уже решена" in late.content.decode()) == (422, True)
    account = first.get(f"/staff/accounts/{waiting.account.public_id}/").content.decode()
    assert "Рассрочка: оплачено 0 из 3" in account.replace("\xa0", " ")


def test_nobody_signs_for_a_debt_that_is_no_more(waiting: InstalmentPlan) -> None:
    first, second = clerk(), clerk()
    assert "3 000,00" in first.get(url(waiting)).content.decode().split("Долг сейчас")[1].replace("\xa0", " ")
    first.post(url(waiting), {"act": "sign", "reason": ""})
    post(waiting.account, -3_000_00, on=timezone.localdate())
    assert "долга нет" in second.get(url(waiting)).content.decode()
    kept = second.post(url(waiting), {"act": "sign", "reason": ""})
    assert (kept.status_code, "бывает для долга от" in kept.content.decode()) == (422, True)
    assert InstalmentPlan.objects.get().state == "waiting"


def test_nobody_signs_for_a_former_holder(waiting: InstalmentPlan) -> None:
    Account.objects.filter(pk=waiting.account_id).update(held_since=timezone.localdate() + timedelta(days=1))
    assert clerk().post(url(waiting), {"act": "sign", "reason": ""}).status_code == 422
    assert InstalmentPlan.objects.get().first_by is None


def test_a_no_needs_its_reason(waiting: InstalmentPlan) -> None:
    one = clerk()
    empty = one.post(url(waiting), {"act": "refuse", "reason": ""})
    assert empty.status_code == 422
    done = one.post(url(waiting), {"act": "refuse", "reason": "суд уже идёт"}, follow=True)
    page = done.content.decode()
    assert "Отказано, плательщику сообщили" in page
    assert "суд уже идёт" in page
    assert InstalmentPlan.objects.get().state == "refused"


def test_an_operator_sees_none_of_it(waiting: InstalmentPlan) -> None:
    operator = clerk(Role.OPERATOR)
    assert operator.get(url(waiting)).status_code == 403
    assert operator.post(url(waiting), {"act": "sign"}).status_code == 403
    assert clerk().get("/staff/money/plans/0000000000000000/").status_code == 404
