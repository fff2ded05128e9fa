"""A register of payments at the desk: one hand credits what it may decide, no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account
from svet.exchange import jobs
from svet.exchange.models import LoadedFile
from svet.exchange.operations import loading
from svet.kernel.money import Money
from svet.staff.registers.tests.test_registers import balance, content, send
from svet.staff.tests.browsers import working
from svet.staffing.models import StaffMember
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
LEFT = "его возьмёт другой сотрудник"


@pytest.fixture
def account() -> Account:
    return make_account()


def clerk() -> Client:
    return working(make_member(role=Role.BILLING))


def loaded(browser: Client, account: Account, paid: str, *, number: str = "S2") -> str:
    """A register of 300 ₽ and one payment more; where it is decided."""
    raw = content(account.number, f"{paid},00", total=f"{300 + int(paid)},00", count=2)
    named = raw.replace(b"S2", number.encode()).replace(b"S1", b"1" + number.encode())
    return str(send(browser, named)["Location"])


def test_invented_payments_are_credited_by_nobody_alone(account: Account) -> None:
    olga, ivan = clerk(), clerk()
    place = loaded(olga, account, "50000")
    text = olga.get(place).content.decode()
    assert (LEFT in text, 'value="take"' in text, 'value="throw"' in text) == (True, False, True)
    refused = olga.post(place, {"act": "take"})
    assert (refused.status_code, LEFT in refused.content.decode()) == (409, True)
    assert olga.post(place, {"act": "without", "lines": "1"}).status_code == 409
    assert (balance(account), LoadedFile.objects.get().state) == (Money(0), "judged")
    seen = ivan.get(place).content.decode()
    assert (LEFT in seen, 'value="take"' in seen) == (False, True)
    assert ivan.post(place, {"act": "take"}).status_code == 302
    assert balance(account) == Money(-50_300_00)


def test_small_registers_of_one_hand_add_up(account: Account) -> None:
    olga = clerk()
    first, second = loaded(olga, account, "400"), loaded(olga, account, "200", number="S7")
    assert olga.post(first, {"act": "take"}).status_code == 302
    assert olga.post(second, {"act": "take"}).status_code == 409
    assert balance(account) == Money(-700_00)
    LoadedFile.objects.update(decided_at=timezone.now() - timedelta(days=32))
    assert olga.post(second, {"act": "take"}).status_code == 302
    assert balance(account) == Money(-1_200_00)


def test_what_waits_in_suspense_counts_and_a_reversal_hides_nothing(account: Account) -> None:
    olga = clerk()
    for number in ("00", account.number):
        raw = content(number, "5000,00", "-5000,00", total="300,00", count=3)
        assert olga.post(send(olga, raw)["Location"], {"act": "take"}).status_code == 409
    assert balance(account) == Money(0)


def test_a_register_of_the_version_before_knows_its_hand_by_name(account: Account) -> None:
    member = make_member(role=Role.BILLING)
    olga = working(member)
    place = loaded(olga, account, "50000")
    found = LoadedFile.objects.get()
    del found.verdict["puts"]
    found.author_id = None
    found.save()
    assert olga.post(place, {"act": "take"}).status_code == 409


def test_a_large_one_is_taken_by_a_job_by_the_other_hand_only(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "AT_ONCE", 10)
    olga, ivan = clerk(), clerk()
    place = loaded(olga, account, "50000")
    public_id = LoadedFile.objects.get().public_id
    jobs.judge(public_id)
    assert olga.post(place, {"act": "take"}).status_code == 409
    assert ivan.post(place, {"act": "take"}).status_code == 302
    jobs.take(public_id, StaffMember.objects.latest("pk").person_id, "Иван")
    assert balance(account) == Money(-50_300_00)
