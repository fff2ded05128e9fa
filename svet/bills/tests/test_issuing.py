from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation
from pypdf import PdfReader

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link, make_provider, set_terms
from svet.arrangements.operations.plans import agree_on_plan
from svet.arrangements.queries.offering import instalment_offer
from svet.arrangements.queries.plans import living_plans
from svet.billing.operations import run
from svet.billing.tests.factories import (
    NOVEMBER,
    charge_november,
    load_chelyabinsk,
    make_metered_account,
    make_norm,
)
from svet.bills import events, operations, queries, texts
from svet.bills.drawing import draw
from svet.bills.models import Bill, BillFile, BillPaper
from svet.bills.queries import BillNotFound
from svet.bills.queries.papers import GivenPaper, given_papers
from svet.bills.rules import canonical, compare, digest, payment_code
from svet.cabinet.bills.agreed import agreed_words
from svet.cli.billing import warn_of_issue
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case
from svet.ledger import operations as ledger_operations
from svet.ledger import queries as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.look.formats import day, roubles
from svet.metering.models import Meter
from svet.metering.operations import MeterRow, replace_meter
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_reading
from svet.notices.models import Delivery, Notice
from svet.notices.rules import Words
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import REQUISITES, make_order, owe
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


def issue(period: Month = NOVEMBER, now: datetime = NOW) -> operations.IssueReport:
    return operations.issue(provider_id=make_provider().pk, period=period, now=now)


def make_bill(**how: object) -> tuple[Account, Bill]:
    """A charged and billed account of a provider with requisites."""
    make_provider(**REQUISITES)
    account, _meter = charge_november(**how)  # type: ignore[arg-type]
    issue()
    return account, Bill.objects.get(account=account)


def plain(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


@pytest.mark.parametrize(("residents", "people"), [(1, "на 1 человека."), (3, "на 3 человек.")])
def test_a_flat_without_a_meter_is_told_so_and_for_how_many(residents: int, people: str) -> None:
    load_chelyabinsk()
    make_norm()
    account = make_account(provider=make_provider(**REQUISITES), residents=residents)
    run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    issue()
    bill = Bill.objects.get(account=account)
    document = queries.bill_by_id(bill.pk, masked=False).document
    said = " ".join([texts.sentence(compare(document)), *texts.notes(document)])
    assert "Прибора учёта нет: начислен норматив " + people in plain(said)
    assert "оказани" not in said.lower(), "there is nothing to read and nothing to send"
    assert {texts.foundation(line) for line in document.lines} == {
        "прибора учёта нет: норматив на человека × число проживающих"
    }
    pages = PdfReader(BytesIO(draw(document, masked=False))).pages
    assert "Прибора учёта нет: начислен норматив" in plain(" ".join(page.extract_text() for page in pages))
    with translation.override("en"):
        assert "There is no meter" in " ".join(texts.notes(document))


def test_a_gone_meter_that_a_late_month_takes_in_is_among_the_readings() -> None:
    load_chelyabinsk()
    make_norm()
    make_provider(**REQUISITES)
    account, meter = make_metered_account(installed_on=date(2026, 8, 20), initial=100, residents=2)
    Meter.objects.filter(pk=meter.pk).update(ratio=2)
    make_reading(meter, 150, read_on=date(2026, 9, 20))
    run(provider_id=make_provider().pk, period=Month(2026, 9), now=NOW)
    set_terms(account, tariff_group="9.9")
    replace_meter(
        by=Actor.system("test"),
        meter_public_id=meter.public_id,
        final={Zone.SINGLE: Decimal(200)},
        new=MeterRow(
            account_id=account.pk, serial="700000", installed_on=date(2026, 10, 10),
            initial={Zone.SINGLE: Decimal(5)},
        ),
        reason="акт № 1",
        now=NOW,
    )  # fmt: skip
    run(provider_id=make_provider().pk, period=Month(2026, 10), now=NOW)
    set_terms(account, tariff_group="1.1")
    make_reading(Meter.objects.get(serial="700000"), 35, read_on=date(2026, 11, 20))
    run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    issue()
    document = queries.bill_by_id(Bill.objects.get(account=account).pk, masked=False).document
    rows = [(row.meter_serial, row.previous_value, row.current_value, row.ratio) for row in document.readings]
    assert (meter.serial, Decimal(150), Decimal(200), Decimal(2)) in rows
    assert "700000" in {row[0] for row in rows}
    assert sum(row.kwh for row in document.readings) == document.kwh
    old = next(line for line in document.lines if line.meter_serial == meter.serial)
    assert texts.volume_formula(old) == "(200 − 150) × 2"


def test_bill_prints_what_was_charged_and_read() -> None:
    account, bill = make_bill(values=1137)
    view = queries.bill_by_id(bill.pk, masked=False)
    document = view.document
    (line,) = document.lines
    (reading,) = document.readings
    assert (line.kwh, line.price, line.kopecks) == (Decimal(137), Decimal("4.85"), 66_445)
    assert (reading.previous_value, reading.current_value, reading.kwh) == (
        Decimal(1000),
        Decimal(1137),
        Decimal(137),
    )
    assert (reading.previous_source, reading.current_source) == ("initial", "register")
    assert reading.current_receipt
    assert line.decree or line.source_url or line.demonstration
    assert document.sums.closing == 66_445
    assert document.due_on == date(2026, 12, 15)
    assert document.number == f"2611-{account.number}"
    assert document.bars[-1].kwh == 137
    assert (bill.total_kopecks, bill.payable_kopecks, bill.kwh) == (66_445, 66_445, Decimal(137))
    assert bill.payable_kopecks == ledger.balance(account.pk).kopecks
    assert payment_code(document)
    assert queries.broken() == []


def test_three_zones_stand_in_the_order_of_the_face() -> None:
    values = {Zone.PEAK: Decimal(1100), Zone.SEMIPEAK: Decimal(1200), Zone.NIGHT: Decimal(1000)}
    _account, bill = make_bill(values=values, scheme=3)
    document = queries.bill_by_id(bill.pk, masked=False).document
    assert [reading.zone for reading in document.readings] == ["peak", "semipeak", "night"]
    assert [reading.kwh for reading in document.readings] == [100, 200, 0]


def test_second_issue_adds_only_what_is_missing() -> None:
    _account, bill = make_bill()
    again = issue(now=datetime(2026, 12, 2, tzinfo=UTC))
    assert (again.issued, again.already) == (0, 1)
    assert Bill.objects.get().issued_at == bill.issued_at
    other, meter = make_metered_account(installed_on=date(2026, 10, 20))
    make_reading(meter, 1010, read_on=date(2026, 11, 20))
    run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    assert issue().issued == 1
    assert Bill.objects.filter(account=other).exists()


def test_next_month_compares_with_the_one_before() -> None:
    make_provider(**REQUISITES)
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 9, 20))
    make_reading(meter, 1137, read_on=date(2026, 10, 20))
    make_reading(meter, 1337, read_on=date(2026, 11, 20))
    october = NOVEMBER.plus(-1)
    for period in (october, NOVEMBER):
        run(provider_id=make_provider().pk, period=period, now=NOW)
        issue(period)
    bills = Bill.objects.filter(account=account).order_by("period")
    first, second = (queries.bill_by_id(bill.pk, masked=False) for bill in bills)
    assert second.comparison.difference_kwh == 63
    assert second.document.sums.opening == first.document.sums.closing
    assert [bar.kwh for bar in second.document.bars] == [137, 200]
    months = queries.statement(account_id=account.pk)
    assert [month.month for month in months] == [NOVEMBER, october]
    assert queries.latest(account_ids=[account.pk])[account.pk].month == NOVEMBER
    assert len(queries.last_bills(account_ids=[account.pk], months=1)[account.pk]) == 1


@pytest.mark.parametrize(
    "change", [{"payable_kopecks": 1}, {"snapshot": {}}, {"due_on": date(2030, 1, 1)}, {"number": "x"}]
)
def test_bill_cannot_be_changed_or_deleted(change: dict[str, object]) -> None:
    _account, bill = make_bill()
    with pytest.raises(IntegrityError), transaction.atomic():
        Bill.objects.filter(pk=bill.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Bill.objects.filter(pk=bill.pk).delete()
    assert Bill.objects.filter(pk=bill.pk).update(delivered_at=NOW) == 1


def test_a_paper_is_drawn_again_to_the_byte_and_only_its_digest_is_kept() -> None:
    _account, bill = make_bill()
    shown = operations.pdf_of(bill.pk, masked=False, now=NOW)
    hidden = operations.pdf_of(bill.pk, masked=True, now=NOW)
    assert shown != hidden
    assert operations.pdf_of(bill.pk, masked=False, now=NOW + timedelta(days=400)) == shown
    kept = BillPaper.objects.order_by("masked")
    assert [(each.masked, each.sha256, each.made_at) for each in kept] == [
        (masked, hashlib.sha256(content).hexdigest(), NOW)
        for masked, content in ((False, shown), (True, hidden))
    ]
    assert not BillFile.objects.exists()
    assert queries.broken() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        BillPaper.objects.update(sha256="")
    with pytest.raises(DatabaseError), transaction.atomic():
        BillPaper.objects.all().delete()


def test_what_another_version_draws_otherwise_is_another_paper_of_the_bill() -> None:
    _account, bill = make_bill()
    BillPaper.objects.create(bill=bill, masked=False, sha256="0" * 64, made_at=NOW)
    later = NOW + timedelta(days=400)
    content = operations.pdf_of(bill.pk, masked=False, now=later)
    sha256 = hashlib.sha256(content).hexdigest()
    assert BillPaper.objects.filter(bill=bill).count() == 2
    assert [each.made_at for each in given_papers(sha256)] == [later]
    assert [each.made_at for each in given_papers("0" * 64)] == [NOW]


def test_who_has_a_file_of_the_version_before_is_given_the_same_bytes() -> None:
    account, bill = make_bill()
    sha256 = hashlib.sha256(b"%PDF of before").hexdigest()
    BillFile.objects.create(bill=bill, masked=True, content=b"%PDF of before", sha256=sha256, made_at=NOW)
    assert operations.pdf_of(bill.pk, masked=True, now=NOW) == b"%PDF of before"
    assert operations.pdf_of(bill.pk, masked=False, now=NOW) != b"%PDF of before"
    assert given_papers(sha256) == [GivenPaper(bill.number, account.number, masked=True, made_at=NOW)]
    assert queries.broken() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        BillFile.objects.update(content=b"")


def test_verify_names_a_forged_bill() -> None:
    _account, bill = make_bill()
    snapshot = dict(bill.snapshot) | {"number": "forged"}
    forged = Bill(
        number="forged",
        account_id=bill.account_id,
        period=NOVEMBER.plus(-1).first,
        issued_at=NOW,
        issued_on=bill.issued_on,
        due_on=bill.due_on,
        snapshot=snapshot,
        snapshot_sha256=bill.snapshot_sha256,
        kwh=bill.kwh,
        total_kopecks=bill.total_kopecks,
        payable_kopecks=bill.payable_kopecks,
        no=bill.no + 1,
        from_seq=bill.to_seq + 1,
        to_seq=bill.to_seq,
        opening_kopecks=bill.payable_kopecks,
    )
    forged.save()
    other = Bill.objects.create(
        number="sums",
        account_id=bill.account_id,
        period=NOVEMBER.plus(-2).first,
        issued_at=NOW,
        issued_on=bill.issued_on,
        due_on=bill.due_on,
        snapshot=bill.snapshot,
        snapshot_sha256=digest(canonical(bill.snapshot)),
        kwh=bill.kwh,
        total_kopecks=1,
        payable_kopecks=bill.payable_kopecks,
        no=bill.no + 2,
        from_seq=bill.to_seq + 1,
        to_seq=bill.to_seq,
        opening_kopecks=bill.payable_kopecks,
    )
    found = queries.broken()
    assert len(found) == 2
    assert any("forged" in breach for breach in found)
    assert any(other.number in breach for breach in found)


def test_holders_are_told_and_the_letter_carries_the_file() -> None:
    anna, vera = make_person(email="anna@example.ru"), make_person()
    make_provider(**REQUISITES)
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 10, 20))
    make_reading(meter, 1137, read_on=date(2026, 11, 20))
    make_link(person=anna, account=account, confirmed=True)
    Account.objects.filter(pk=account.pk).update(delivery="email", delivery_email="anna@example.ru")
    run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    assert issue().letters == 1
    assert Notice.objects.filter(recipient_id=anna.recipient_id, event="bill_ready").count() == 1
    assert not Delivery.objects.filter(event="bill_ready").exists()
    assert not Notice.objects.filter(recipient_id=vera.recipient_id, event="bill_ready").exists()
    bill = Bill.objects.get()
    assert operations.deliver(bill_id=bill.pk, now=NOW)
    assert not operations.deliver(bill_id=bill.pk, now=NOW)
    letter = Delivery.objects.get(attachment__isnull=False)
    assert letter.address == "anna@example.ru"
    assert letter.attachment is not None
    text = PdfReader(BytesIO(bytes(letter.attachment))).pages[0].extract_text()
    assert "Иванова" in text


def test_letter_to_an_unconfirmed_address_is_masked() -> None:
    boris = make_person(email="boris@example.ru")
    account, bill = make_bill()
    make_link(person=boris, account=account)
    Account.objects.filter(pk=account.pk).update(delivery="both", delivery_email="boris@example.ru")
    assert operations.deliver(bill_id=bill.pk, now=NOW)
    letter = Delivery.objects.get(attachment__isnull=False)
    assert letter.attachment is not None
    assert "Иванова" not in PdfReader(BytesIO(bytes(letter.attachment))).pages[0].extract_text()


def test_paper_bill_sends_no_letter() -> None:
    _account, bill = make_bill()
    assert not operations.deliver(bill_id=bill.pk, now=NOW)


def test_stranger_finds_no_bill() -> None:
    anna, boris, vera = make_person(), make_person(), make_person()
    account, bill = make_bill()
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)
    assert not queries.bill_for(actor=Actor.person(anna.pk), public_id=bill.public_id).masked
    seen = queries.bill_for(actor=Actor.person(boris.pk), public_id=bill.public_id)
    assert seen.masked
    assert "*" in seen.holder
    assert "17" not in seen.address.rsplit(",", 1)[-1]
    for actor in (Actor.person(vera.pk), Actor.anonymous()):
        with pytest.raises(BillNotFound):
            queries.bill_for(actor=actor, public_id=bill.public_id)
    with pytest.raises(BillNotFound):
        queries.bill_for(actor=Actor.person(anna.pk), public_id="x" * 5000)


def test_account_without_a_charge_gets_no_bill() -> None:
    make_account()
    assert issue().issued == 0
    assert Money(0) == Money(sum(bill.payable_kopecks for bill in Bill.objects.all()))


def test_queue_sends_the_letters() -> None:
    boris = make_person(email="boris@example.ru")
    make_provider(**REQUISITES)
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 10, 20))
    make_reading(meter, 1137, read_on=date(2026, 11, 20))
    make_link(person=boris, account=account)
    Account.objects.filter(pk=account.pk).update(delivery="email", delivery_email="boris@example.ru")
    run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    issue()
    run_jobs(queue="bills")
    assert Bill.objects.get().delivered_at is not None


def bill_words(**params: str) -> Words:
    values = {"account": "1", "period": "ноябрь 2026", **params}
    with translation.override("ru"):
        return events.BILL_READY.words({"brand": "Свет", "hotline": "8", **values})


def test_overpaid_account_is_not_asked_for_nothing() -> None:
    anna = make_person(email="anna@example.ru")
    make_provider(**REQUISITES)
    account, _meter = charge_november()
    make_link(person=anna, account=account, confirmed=True)
    with use_case():
        ledger_operations.post(
            key="test:over",
            kind=TransactionKind.PAYMENT,
            legs=[Leg(Book.RECEIVABLE, account.pk, Money(-500_000)), Leg(Book.BANK, None, Money(500_000))],
            occurred_at=NOW,
            effective_on=date(2026, 11, 25),
            provider_id=account.provider_id,
        )
    issue()
    bell = Notice.objects.get(recipient_id=anna.recipient_id, event="bill_ready").text
    words = bill_words(state="over", over="4 335,55 ₽", total="0,00 ₽", due="15.12.2026")
    everything = " ".join([bell, words.title, words.text, words.sms, *words.paragraphs]).replace("\xa0", " ")
    assert "0,00" not in everything
    assert "до 15" not in everything
    assert everything.count("Переплата 4 335,55 ₽, платить не нужно") == 4
    content = operations.pdf_of(Bill.objects.get().pk, masked=False, now=NOW)
    text = PdfReader(BytesIO(content)).pages[0].extract_text().replace("\xa0", " ")
    assert "Платить не нужно" in text
    assert "К оплате" not in text
    assert "Пени" not in text
    assert "декабря 2026" not in text.partition("Лицевой счёт")[0]


def test_bill_issued_after_its_due_day_says_so_to_everybody() -> None:
    anna = make_person(email="anna@example.ru")
    make_provider(**REQUISITES)
    account, _meter = charge_november()
    make_link(person=anna, account=account, confirmed=True)
    issue(now=datetime(2026, 12, 20, 4, tzinfo=UTC))
    bell = Notice.objects.get(recipient_id=anna.recipient_id, event="bill_ready").text
    assert "срок прошёл 15.12.2026" in bell.replace("\xa0", " ")
    words = bill_words(state="overdue", over="0,00 ₽", total="664,45 ₽", due="15.12.2026")
    assert "до 15.12.2026" not in words.text + words.sms + "".join(words.paragraphs)
    assert "Оплатите, пожалуйста, до" not in " ".join(words.paragraphs)


def test_bills_without_requisites_are_counted_and_warned_of() -> None:
    charge_november()
    provider = make_provider()
    type(provider).objects.filter(pk=provider.pk).update(bic="", settlement_account="")
    report = issue()
    assert (report.issued, report.without_code) == (1, 1)
    said: list[str] = []
    warn_of_issue(report, title="Энергосбыт", say=said.append)
    assert "без QR-кода для оплаты: 1." in said[0]
    assert issue().without_code == 0


def in_parts(anna: Person, account: Account, *, months: int = 3, now: datetime = NOW) -> None:
    by = Actor.person(anna.pk)
    shown = instalment_offer(by, account_public_id=account.public_id, now=now).shown
    agree_on_plan(by=by, account_public_id=account.public_id, months=months, shown=shown, now=now)


def test_bill_of_a_debt_in_parts_asks_for_the_part_and_says_that_the_rest_goes_by_its_days() -> None:
    anna = make_person(email="anna@example.ru")
    make_provider(**REQUISITES)
    account, _meter = charge_november()
    make_link(person=anna, account=account, confirmed=True)
    Account.objects.filter(pk=account.pk).update(delivery="email", delivery_email="anna@example.ru")
    owe(account, 3_000_00)
    in_parts(anna, account)
    debt = ledger.balance(account.pk)
    issue()
    plan = living_plans([account.pk], now=NOW)[account.pk]
    assert plan.next is not None
    assert plan.ask < debt
    bell = Notice.objects.get(recipient_id=anna.recipient_id, event="bill_ready").text
    assert operations.deliver(bill_id=Bill.objects.get().pk, now=NOW)
    letter = Delivery.objects.get(event="bill_ready", channel="email")
    for said in (bell, letter.body):
        assert roubles(plan.ask) in said
        assert day(plan.next.due_on) in said
        assert roubles(debt) not in said
    values = {"sum": "529,61 ₽", "until": "15.12.2026", "total": "1 588,82 ₽", "due": "15.12.2026"}
    words = bill_words(state="parts", **values)
    everything = " ".join([words.title, words.text, words.sms, *words.paragraphs])
    assert "1 588,82" not in everything
    assert "рассрочк" in words.text
    late = bill_words(state="parts_late", **values)
    for said in (late.text, " ".join(late.paragraphs)):
        assert "просрочена" in said
        assert "до 15.12.2026" not in said
    assert "просрочена" in late.sms
    nothing = bill_words(state="parts_paid", **values)
    assert "1 588,82" not in " ".join([nothing.text, nothing.sms, *nothing.paragraphs])


def test_bill_after_a_missed_part_names_no_day_that_is_over_as_one_to_come() -> None:
    anna = make_person(email="anna@example.ru")
    make_provider(**REQUISITES)
    account, _meter = charge_november()
    make_link(person=anna, account=account, confirmed=True)
    owe(account, 3_000_00)
    in_parts(anna, account, now=NOW - timedelta(days=40))
    plan = living_plans([account.pk], now=NOW)[account.pk]
    assert plan.next is not None
    assert plan.next.due_on < NOW.date()
    issue()
    bell = Notice.objects.get(recipient_id=anna.recipient_id, event="bill_ready").text
    assert "просрочена" in bell
    assert f"до {day(plan.next.due_on)}" not in bell
    by = Actor.person(anna.pk)
    assert "стоит весь долг" in Delivery.objects.filter(event="bill_ready", channel="email").get().body
    view = queries.bill_for(actor=by, public_id=Bill.objects.get().public_id)
    page = agreed_words(by, view, now=NOW)
    assert "просрочена" in page
    # What the bank has taken is not asked for once more.
    order = make_order(person=anna, lines=[(account, plan.ask.kopecks - 100)], now=NOW)
    Order.objects.filter(pk=order.pk).update(state=OrderState.PAID)
    assert "внесите 1,00" in agreed_words(by, view, now=NOW).replace("\xa0", " ")
    order = make_order(person=anna, lines=[(account, 100)], now=NOW)
    Order.objects.filter(pk=order.pk).update(state=OrderState.PAID)
    assert "сейчас платить ничего не нужно" in agreed_words(by, view, now=NOW)
