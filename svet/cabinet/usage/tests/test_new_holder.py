"""Vera becomes the holder of Anna's account: «Потребление» shows her the months of her bills, no others."""

from __future__ import annotations

from datetime import date

import pytest

from svet.accounts import operations
from svet.accounts.models import Account
from svet.accounts.tests.factories import make_link
from svet.api.tests.test_v1 import Program
from svet.cabinet.usage.tests.test_usage import NOW, account, anna, enter, page_of, standing, text
from svet.kernel.actors import Actor
from svet.people.models import Person
from svet.people.rules import Scope
from svet.people.tests.factories import make_person
from svet.staffing.tests.factories import make_member

__all__ = ["account", "anna", "standing"]
pytestmark = pytest.mark.django_db


def test_the_new_holder_sees_the_months_of_the_bills_and_not_whose_they_were(
    anna: Person, account: Account
) -> None:
    vera = make_person()
    make_link(person=vera, account=account)
    operations.hand_over(
        by=Actor.staff(make_member().person_id),
        account_public_id=account.public_id,
        holder_name="Новосёлова Вера Ильинична",
        phone=vera.phone,
        on_date=date(2026, 11, 25),
        ground="sale",
        reason="договор купли-продажи",
        now=NOW,
    )
    program = Program(vera, {Scope.BILLS_READ})
    bills = program.get(f"/bills?account_id={account.public_id}").json()
    months = program.get(f"/accounts/{account.public_id}/usage").json()
    assert [each["month"] for each in months] == [each["period"] for each in bills]
    assert len(months) == 4
    page = text(enter(vera).get(page_of(account)))
    assert "Иванова" not in page
    csv = enter(vera).get(f"/accounts/{account.public_id}/usage.csv").content.decode("utf-8-sig")
    assert "Иванова" not in csv
    assert len(csv.strip().split("\r\n")) == 1 + len(months)
    for former in (anna, make_person()):
        assert enter(former).get(page_of(account)).status_code == 404
        assert enter(former).get(f"/accounts/{account.public_id}/usage.csv").status_code == 404
