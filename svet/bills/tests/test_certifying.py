"""Certificates of real accounts: their rows, papers, and the page that checks them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from threading import Thread

import pytest
import zxingcpp
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from pypdf import PdfReader

from svet.accounts.models import Account
from svet.accounts.queries import AccountNotFound
from svet.accounts.tests.factories import make_account, make_link
from svet.bills import operations, queries
from svet.bills.drawing.code import symbol
from svet.bills.models import Bill, DebtCertificate
from svet.bills.operations.certifying import check_address
from svet.bills.rules.certificates import (
    CertificateKind,
    CertificateNotFound,
    CertificateRefused,
    CertificateView,
    printed_code,
)
from svet.bills.tests.test_chain import OCTOBER, SEPTEMBER, charge, issue, live, post
from svet.bills.texts import explain
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.ledger.rules import TransactionKind
from svet.limits.operations import LimitReached
from svet.limits.rules import LIMITS, LimitName
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SYSTEM = Actor.system("test")


def certify(
    account: Account, *, actor: Actor = SYSTEM, now: datetime = NOW, transit: int = 0
) -> CertificateView:
    return operations.certify(
        actor=actor, account_public_id=account.public_id, now=now, in_transit=Money(transit)
    )


def paper(account: Account, view: CertificateView, *, actor: Actor = SYSTEM) -> bytes:
    return operations.certificate_file(
        actor=actor, account_public_id=account.public_id, public_id=view.public_id
    ).content


def words_of(content: bytes) -> str:
    return PdfReader(BytesIO(content)).pages[0].extract_text().replace("\xa0", " ")


@pytest.fixture
def account() -> Account:
    """Billed for September and October; October's bill may still be paid on the day its month begins."""
    account, _meter = live()
    for month in (SEPTEMBER, OCTOBER):
        charge(month)
        issue(month)
    return account


def pay_all(account: Account, *, but: int = 0) -> None:
    post(account, but - ledger.balance(account.pk).kopecks, on=date(2026, 11, 3))


def test_a_paid_account_has_it_by_the_number_of_its_last_posting(account: Account) -> None:
    pay_all(account)
    view = certify(account)
    assert (view.debt.kind, view.debt.owed, view.on) == (CertificateKind.NO_DEBT, 0, date(2026, 11, 20))
    assert view.seq == ledger.standings([account.pk])[account.pk].seq == 3
    row = DebtCertificate.objects.get()
    assert (row.asked_by, row.made_at, row.seq) == ("system test", NOW, 3)


def test_the_same_day_and_books_give_the_same_one_and_others_another(account: Account) -> None:
    pay_all(account)
    first = certify(account)
    assert certify(account, now=NOW + timedelta(hours=3)) == first
    tomorrow = certify(account, now=NOW + timedelta(days=1))
    post(account, -5_000, on=date(2026, 11, 20))
    third = certify(account)
    assert third.debt.overpaid == 5_000
    assert len({first.code, tomorrow.code, third.code}) == DebtCertificate.objects.count() == 3
    found = queries.certificates(actor=SYSTEM, account_id=account.pk)
    assert [each.code for each in found] == [tomorrow.code, third.code, first.code]


def test_another_holder_of_the_same_day_gets_a_paper_of_his_own(account: Account) -> None:
    pay_all(account)
    first = certify(account)
    account.holder_name = "Новиков Олег Ильич"
    account.save()
    second = certify(account)
    assert (second.holder, first.code == second.code) == ("Новиков Олег Ильич", False)


@pytest.mark.django_db(transaction=True)
def test_two_that_are_asked_for_at_once_are_one() -> None:
    account = make_account()
    found: list[str] = []

    def ask() -> None:
        found.append(certify(account).code)
        connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_a_late_debt_is_refused_with_its_sum_its_day_and_the_money_on_its_way(account: Account) -> None:
    due = Bill.objects.order_by("-no")[0].due_on
    late = datetime.combine(due + timedelta(days=40), datetime.min.time(), tzinfo=UTC)
    with pytest.raises(CertificateRefused) as caught:
        certify(account, now=late, transit=12_300)
    text = explain(caught.value).replace("\xa0", " ")
    assert f"{Bill.objects.order_by('no')[0].due_on:%d.%m.%Y}" in text
    assert "123,00 ₽ в пути" in text
    assert "«Оплата»" in text
    assert not DebtCertificate.objects.exists()


def test_what_is_not_due_yet_is_said_with_its_day(account: Account) -> None:
    newest = Bill.objects.order_by("-no")[0]
    charged = newest.payable_kopecks - Bill.objects.order_by("no")[0].payable_kopecks
    pay_all(account, but=charged)
    on = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    assert newest.due_on >= on.date()
    view = certify(account, now=on)
    assert (view.debt.kind, view.debt.due, view.debt.due_on) == (
        CertificateKind.NOT_DUE,
        charged,
        newest.due_on,
    )
    text = words_of(paper(account, view))
    assert "Справка об отсутствии просроченной задолженности" in text
    assert f"к оплате до {newest.due_on:%d.%m.%Y}" in text


def test_a_debt_brought_with_the_account_is_late_before_its_first_bill() -> None:
    account = make_account()
    post(account, 50_000, on=date(2026, 7, 1), kind=TransactionKind.OPENING)
    post(account, 7_000, on=date(2026, 10, 31), kind=TransactionKind.CHARGE)
    with pytest.raises(CertificateRefused) as caught:
        certify(account)
    assert (caught.value.details["late"], caught.value.details["since"]) == (50_000, date(2026, 7, 1))
    post(account, -50_000, on=date(2026, 11, 1))
    assert certify(account).debt.owed == 7_000


def test_the_paper_is_the_same_each_time_and_russian_in_any_cabinet(account: Account) -> None:
    pay_all(account)
    view = certify(account)
    content = paper(account, view)
    with translation.override("en"):
        assert paper(account, view) == content
    # What comes later changes no paper that was given.
    post(account, 90_000, on=date(2026, 11, 21), kind=TransactionKind.CHARGE)
    account.holder_name = "Новиков Олег Ильич"
    account.save()
    assert paper(account, view) == content
    text = words_of(content)
    for said in ("Справка об отсутствии задолженности", "на 20.11.2026", "Задолженности нет.", "по № 3"):
        assert said in text
    assert printed_code(view.code) in text
    assert view.holder in text


def test_its_code_leads_to_the_check_page_of_this_installation(account: Account) -> None:
    pay_all(account)
    view = certify(account)
    address = check_address(view.code)
    assert address == f"{settings.BASE_URL.rstrip('/')}/check/{view.code}/"
    rows = symbol(address.encode())
    side = len(rows)
    quiet = [b"\xff" * (side + 8)] * 4
    wide = [*quiet, *(b"\xff" * 4 + row + b"\xff" * 4 for row in rows), *quiet]
    flat = b"".join(bytes(byte for byte in row for _ in range(4)) * 4 for row in wide)
    size = (side + 8) * 4
    (read,) = zxingcpp.read_barcodes(memoryview(flat).cast("B", (size, size)))
    assert read.text == address


def test_names_are_shown_to_whom_the_bill_shows_them_and_strangers_get_none(account: Account) -> None:
    pay_all(account)
    anna, boris, vera = make_person(), make_person(first_name="Борис"), make_person(first_name="Вера")
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)
    view = certify(account, actor=Actor.person(anna.pk))
    assert certify(account, actor=Actor.person(boris.pk)).code == view.code
    assert account.holder_name in words_of(paper(account, view, actor=Actor.person(anna.pk)))
    assert account.holder_name not in words_of(paper(account, view, actor=Actor.person(boris.pk)))
    with pytest.raises(AccountNotFound):
        certify(account, actor=Actor.person(vera.pk))
    with pytest.raises(CertificateNotFound):
        paper(account, view, actor=Actor.person(vera.pk))
    # Nor by the address of an account that is her own.
    own = make_account()
    make_link(person=vera, account=own, confirmed=True)
    with pytest.raises(CertificateNotFound):
        paper(own, view, actor=Actor.person(vera.pk))


def test_after_a_hand_over_the_paper_of_the_former_holder_is_masked(account: Account) -> None:
    pay_all(account)
    anna = make_person()
    make_link(person=anna, account=account, confirmed=True)
    view = certify(account)
    account.held_since = date(2026, 12, 1)
    account.save()
    (shown,) = queries.certificates(actor=Actor.person(anna.pk), account_id=account.pk)
    assert shown.masked
    assert account.holder_name not in words_of(paper(account, view, actor=Actor.person(anna.pk)))


def test_rows_stay(account: Account) -> None:
    pay_all(account)
    certify(account)
    for change in (
        lambda: DebtCertificate.objects.update(owed_kopecks=1),
        lambda: DebtCertificate.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="what it said stays"), transaction.atomic():
            change()


def test_a_check_tells_what_was_said_and_not_what_is_owed_now(account: Account) -> None:
    pay_all(account)
    view = certify(account)
    post(account, 90_000, on=date(2026, 11, 21), kind=TransactionKind.CHARGE)
    found = operations.check_certificate(typed=printed_code(view.code).lower(), address="192.0.2.7", now=NOW)
    assert isinstance(found, CertificateView)
    assert (found.debt, found.on, found.masked) == (view.debt, view.on, True)
    for wrong in (account.number, account.public_id, view.public_id, view.code[:-1], ""):
        with pytest.raises(CertificateNotFound):
            operations.check_certificate(typed=wrong, address="192.0.2.7", now=NOW)


def test_a_network_may_check_so_many_an_hour() -> None:
    for _ in range(LIMITS[LimitName.CHECKS_PER_NETWORK].amount):
        with pytest.raises(CertificateNotFound):
            operations.check_certificate(typed="A" * 16, address="192.0.2.8", now=NOW)
    with pytest.raises(LimitReached):
        operations.check_certificate(typed="A" * 16, address="192.0.2.8", now=NOW)
