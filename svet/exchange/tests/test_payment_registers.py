"""Registers of payments as banks really send them: odd rows, reversals, other banks, impossible days.

Each case repeats the kind of a fault that was seen; names and numbers are invented.
"""

from __future__ import annotations

from datetime import date

import pytest

from svet.accounts.models import Account, Provider
from svet.accounts.tests.factories import make_provider
from svet.exchange import queries, texts
from svet.exchange.models import ImportFile, ImportRow
from svet.exchange.operations import FileReport
from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason
from svet.exchange.tests.test_taking import NOW, NUMBERS, OLGA, take, town  # noqa: F401
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.ledger.models import Transaction
from svet.ledger.rules import KEY_LONGEST
from svet.payments import operations
from svet.payments import queries as payments
from svet.payments.models import ImportedPayment
from svet.payments.rules.registers import register_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]
FIRST, SECOND = NUMBERS
NOBODYS = "0399999999"


def row(number: str, account: str, paid: str, **changed: str) -> str:
    fields = {
        "date": "16-11-2026", "time": "10-15-00", "osb": "8597", "vsp": "0123", "cashier": "K1",
        "suip": number, "account": account, "name": "Крапивина З.П.", "address": "ул. Ветряная, 7",
        "period": "1026", "sum": paid, "transfer": paid, "commission": "0,00",
    } | changed  # fmt: skip
    return ";".join(fields.values())


def register(*rows: str, total: str, count: int | None = None) -> bytes:
    trailer = f"={len(rows) if count is None else count};{total};{total};0,00;77;20-11-2026"
    return "\r\n".join([*rows, trailer]).encode("cp1251")


def pay(*rows: str, total: str, source: str = "", name: str = "r.txt") -> FileReport:
    return take("payments", register(*rows, total=total), name=name, source=source)


def add_source(code: str, name: str, provider_code: str = "") -> None:
    operations.add_source(code=code, name=name, provider_code=provider_code, now=NOW, by=OLGA)


def balance(number: str) -> Money:
    return ledger.balance(Account.objects.get(number=number).pk)


def whole() -> None:
    """Books and rows agree."""
    assert ledger.broken() == []
    assert queries.broken() == []
    assert payments.broken_books() == []


def test_a_quote_in_a_name_is_a_letter() -> None:
    report = pay(
        row("Q1", FIRST, "300,00", name='"Крапивина З.П.'),
        row("Q2", SECOND, "200,00", address='ТСЖ "Заря"; '.replace(";", "")),
        total="500,00",
    )
    assert (report.applied, report.rejected, report.suspense) == (2, 0, 0)
    assert balance(FIRST) == Money(-300_00)
    whole()


LONGEST_SUIP, LONGEST_SOURCE = 64, 20


def test_the_longest_number_of_the_longest_source_is_taken_whole_and_taken_back() -> None:
    number, source = "N" * LONGEST_SUIP, "s" * LONGEST_SOURCE
    add_source(source, "Банк с длинным кодом")
    pay(row(number, FIRST, "300,00"), total="300,00", source=source)
    report = pay(row(number, FIRST, "-300,00"), total="-300,00", source=source, name="back.txt")
    assert (report.applied, report.rejected) == (1, 0)
    assert balance(FIRST) == Money(0)
    assert len(ImportRow.objects.latest("pk").reference) > 100
    key = register_key(
        source=source, external_id=number, paid_on=date(2026, 11, 16), reversal=True, twin=32767
    )
    assert len(key) <= KEY_LONGEST
    whole()


def test_a_longer_number_is_one_bad_row_with_its_reason() -> None:
    report = pay(row("N" * (LONGEST_SUIP + 1), FIRST, "300,00"), row("L2", SECOND, "200,00"), total="500,00")
    assert (report.applied, report.rejected) == (1, 1)
    bad = ImportRow.objects.get(state="rejected")
    assert (bad.column, bad.reason, bad.text) == (
        "suip",
        RowReason.TOO_LONG.value,
        texts.explain_row(RowReason.TOO_LONG),
    )
    assert balance(FIRST) == Money(0)
    whole()


def test_a_separator_in_an_address_holds_up_its_own_row_only() -> None:
    report = pay(
        row("S1", FIRST, "301,00", address="ул. Ветряная; кв. 5"), row("S2", SECOND, "201,00"), total="502,00"
    )
    assert (report.applied, report.suspense) == (1, 1)
    (fault,) = report.faults
    assert (fault.line_no, fault.kopecks, fault.reason) == (1, 301_00, RowReason.COLUMNS)
    assert "14" in fault.text
    assert balance(FIRST) == Money(0)
    assert balance(SECOND) == Money(-201_00)
    assert report.loud
    whole()


@pytest.mark.parametrize(
    "odd",
    [
        row("S1", FIRST, "301,00") + ";",
        row("S1", FIRST, "301,00", address="д; 5; кв; 7"),
        ";".join(part for at, part in enumerate(row("S1", FIRST, "301,00").split(";")) if at != 8),
        row("S1", FIRST, "301,00", transfer="295,00", commission="6,00", name="А;Б"),
    ],
    ids=["one more at the end", "several more inside", "one fewer", "with a commission"],
)
def test_a_row_of_another_width_gives_its_sum_and_no_other(odd: str) -> None:
    report = pay(odd, row("S2", SECOND, "201,00"), total="502,00")
    assert [fault.kopecks for fault in report.faults] == [301_00]
    assert report.applied == 1
    whole()


def test_a_row_whose_sum_nobody_can_tell_is_named_by_a_control_line_that_differs() -> None:
    with pytest.raises(FileRefused) as caught:
        pay(row("S2", SECOND, "201,00"), "что-то;другое", row("S3", FIRST, "3OO,00"), total="502,00")
    assert caught.value.reason == FileReason.TRAILER_DIFFERS
    assert caught.value.details["unread"] == "2, 3"
    assert not ImportFile.objects.filter(profile="payments").exists()


def test_a_reversal_takes_its_payment_back() -> None:
    report = pay(
        row("R1", FIRST, "300,00"),
        row("R2", FIRST, "-300,00", transfer="-300,00"),
        row("R3", SECOND, "150,00"),
        total="150,00",
    )
    assert (report.applied, report.rejected, report.sum_kopecks) == (3, 0, 150_00)
    assert (balance(FIRST), balance(SECOND)) == (Money(0), Money(-150_00))
    whole()


def test_a_reversal_may_come_before_its_payment_in_the_file_and_under_its_number() -> None:
    report = pay(row("R1", FIRST, "-300,00"), row("R1", FIRST, "300,00"), total="0,00")
    assert report.applied == 2
    assert balance(FIRST) == Money(0)
    whole()


def test_a_reversal_in_a_later_file_is_taken_once() -> None:
    pay(row("R1", FIRST, "300,00"), total="300,00")
    pay(row("R1", FIRST, "-300,00", date="18-11-2026"), total="-300,00")
    assert balance(FIRST) == Money(0)
    again = pay(
        row("R1", FIRST, "-300,00", date="18-11-2026"),
        row("R9", SECOND, "1,00"),
        total="-299,00",
        name="b.txt",
    )
    assert (again.applied, again.repeated) == (1, 1)
    assert balance(FIRST) == Money(0)
    whole()


def test_a_reversal_of_nothing_waits_for_a_person_with_its_sum_in_the_books() -> None:
    report = pay(row("R2", FIRST, "-300,00"), row("R3", SECOND, "150,00"), total="-150,00")
    assert (report.applied, report.suspense) == (1, 1)
    assert [fault.reason for fault in report.faults] == [RowReason.STORNO]
    assert report.loud
    assert balance(FIRST) == Money(0)
    whole()


def test_one_payment_is_not_taken_back_twice() -> None:
    pay(row("R1", FIRST, "300,00"), row("R2", FIRST, "-300,00"), row("R3", FIRST, "-300,00"), total="-300,00")
    assert balance(FIRST) == Money(0)
    assert [one.reason for one in ImportedPayment.objects.filter(state="suspense")] == ["storno"]
    whole()


def test_a_reversal_takes_back_money_that_waits_too() -> None:
    pay(row("U1", "0399999999", "45,00"), total="45,00")
    pay(row("U1", "0399999999", "-45,00", date="17-11-2026"), total="-45,00")
    assert not ImportedPayment.objects.filter(state="suspense").exists()
    whole()


@pytest.mark.parametrize(
    ("day", "reason"), [("26-11-2062", RowReason.DAY_AHEAD), ("20-11-1962", RowReason.DAY_OLD)]
)
def test_an_impossible_day_waits_with_the_day_named(day: str, reason: RowReason) -> None:
    report = pay(row("F1", FIRST, "305,00", date=day), row("F2", SECOND, "1,00"), total="306,00")
    assert (report.applied, report.suspense) == (1, 1)
    (fault,) = report.faults
    assert fault.reason == reason
    assert day.replace("-", ".") in fault.text
    assert report.loud
    assert balance(FIRST) == Money(0)
    assert all(
        entry.effective_on <= date(2026, 11, 20)
        for entry in ledger.entries(Account.objects.get(number=SECOND).pk)
    )
    whole()


def test_the_day_of_taking_itself_is_no_slip() -> None:
    assert pay(row("F1", FIRST, "305,00", date="20-11-2026"), total="305,00").applied == 1


def test_a_number_of_another_bank_is_another_payment() -> None:
    add_source(code="sber", name="Сбербанк")
    add_source(code="post", name="Почта")
    pay(row("000117", FIRST, "500,00"), total="500,00", source="sber")
    other = row("000117", FIRST, "500,00", name="Другой П.")
    report = pay(other, total="500,00", source="post")
    assert (report.applied, report.repeated) == (1, 0)
    assert balance(FIRST) == Money(-1000_00)
    whole()


def test_a_number_of_another_day_is_another_payment() -> None:
    pay(row("000117", FIRST, "500,00"), total="500,00")
    report = pay(row("000117", FIRST, "500,00", date="19-11-2026", osb="POST", vsp="454"), total="500,00")
    assert report.applied == 1
    assert balance(FIRST) == Money(-1000_00)
    whole()


def test_without_a_named_bank_the_same_number_from_another_office_waits_and_is_never_dropped() -> None:
    pay(row("000117", FIRST, "500,00"), total="500,00")
    report = pay(row("000117", FIRST, "500,00", osb="POST", vsp="454"), total="500,00")
    assert (report.applied, report.repeated, report.changed) == (0, 0, 1)
    assert report.loud
    whole()


def test_the_same_row_under_a_bank_named_later_is_not_credited_again() -> None:
    add_source(code="sber", name="Сбербанк")
    pay(row("000117", FIRST, "500,00"), total="500,00")
    report = pay(row("000117", FIRST, "500,00"), row("2", SECOND, "1,00"), total="501,00", source="sber")
    assert (report.applied, report.changed) == (1, 1)
    assert balance(FIRST) == Money(-500_00)
    whole()


@pytest.mark.parametrize("other", [(FIRST, "301,00"), (SECOND, "300,00")], ids=["sum", "account"])
def test_another_body_under_a_taken_identity_is_loud_and_not_over_the_old_one(
    other: tuple[str, str],
) -> None:
    pay(row("S1", FIRST, "300,00"), total="300,00")
    report = pay(row("S1", *other), total=other[1])
    assert (report.applied, report.repeated, report.changed) == (0, 0, 1)
    (fault,) = report.faults
    assert (fault.reason, fault.state) == (RowReason.OTHER_BODY, ImportRow.State.CHANGED)
    assert report.loud
    assert balance(FIRST) == Money(-300_00)
    assert balance(SECOND) == Money(0)
    again = take("payments", register(row("S1", *other, name="Иначе"), total=other[1]))
    assert (again.changed, again.repeated) == (0, 1)
    whole()


def test_an_unknown_bank_is_refused_with_the_known_ones() -> None:
    add_source(code="sber", name="Сбербанк")
    with pytest.raises(FileRefused) as caught:
        pay(row("1", FIRST, "1,00"), total="1,00", source="sbre")
    assert caught.value.reason == FileReason.SOURCE_UNKNOWN
    assert "sber" in str(caught.value.details["known"])


def test_money_of_nobody_lies_in_the_books_of_the_provider_the_register_is_for() -> None:
    other = make_provider(code="okskaya", name="Окская")
    Account.objects.filter(number=SECOND).update(provider=other)
    pay(row("1", SECOND, "1,00"), row("2", "0399999999", "5,00"), total="6,00")
    assert ImportedPayment.objects.get(external_id="2").provider_id == other.pk
    whole()


def test_money_of_nobody_lies_in_the_books_of_the_banks_provider() -> None:
    other = make_provider(code="okskaya", name="Окская")
    add_source(code="vostok", name="Восток", provider_code="okskaya")
    report = pay(row("2", "0399999999", "5,00"), row("3", FIRST, "7,00"), total="12,00", source="vostok")
    assert report.suspense == 2
    assert set(ImportedPayment.objects.values_list("provider_id", flat=True)) == {other.pk}
    assert {fault.reason for fault in report.faults} == {RowReason.ACCOUNT_UNKNOWN, RowReason.OTHER_PROVIDER}
    whole()


def test_money_of_nobody_in_a_register_of_two_providers_is_not_given_to_one_of_them() -> None:
    other = make_provider(code="okskaya", name="Окская")
    Account.objects.filter(number=SECOND).update(provider=other)
    report = pay(
        row("1", FIRST, "1,00"), row("2", SECOND, "1,00"), row("3", "0399999999", "5,00"), total="7,00"
    )
    assert (report.applied, report.rejected) == (2, 1)
    assert [fault.reason for fault in report.faults] == [RowReason.BOOKS_UNKNOWN]
    assert report.faults[0].kopecks == 5_00
    whole()


def test_a_number_two_providers_use_is_read_by_the_bank_whose_register_it_is() -> None:
    other = make_provider(code="okskaya", name="Окская")
    mine = Account.objects.get(number=FIRST)
    twin = Account.objects.create(
        provider=other, number=FIRST, holder_name="Другой", premises=mine.premises, opened_on=mine.opened_on
    )
    add_source(code="vostok", name="Восток", provider_code="okskaya")
    pay(row("1", FIRST, "7,00"), total="7,00", source="vostok")
    assert ledger.balance(twin.pk) == Money(-7_00)
    assert ledger.balance(mine.pk) == Money(0)
    whole()


@pytest.mark.parametrize(
    ("written", "credited"),
    [
        (f" {FIRST} ", True),
        (f"{FIRST[:4]} {FIRST[4:]}", True),
        (FIRST.lstrip("0"), False),
        ("3,5607E+08", False),
    ],
    ids=["spaces around", "spaces inside", "zeros lost", "as a spreadsheet"],
)
def test_an_account_is_read_as_the_cabinet_reads_it_and_never_guessed(written: str, credited: bool) -> None:
    report = pay(row("L1", written, "306,00"), total="306,00")
    assert (report.applied, report.suspense) == ((1, 0) if credited else (0, 1))
    whole()


def test_a_row_that_lacks_only_its_account_waits() -> None:
    report = pay(row("L1", "", "306,00"), total="306,00")
    assert (report.suspense, report.rejected) == (1, 0)
    assert report.faults[0].column == "account"
    whole()


@pytest.mark.parametrize("changed", [{"date": "31-02-2026"}, {"suip": ""}], ids=["day", "number"])
def test_a_row_nobody_could_tell_from_another_is_rejected_with_its_sum(changed: dict[str, str]) -> None:
    report = pay(row("L1", FIRST, "306,00", **changed), row("L2", SECOND, "1,00"), total="307,00")
    assert (report.applied, report.rejected) == (1, 1)
    assert report.faults[0].kopecks == 306_00
    whole()


def test_every_registers_money_is_accounted_for() -> None:
    report = pay(
        row("A", FIRST, "1,00"),
        row("B", "0399999999", "2,00"),
        row("C", FIRST, "4,00", date="31-02-2026"),
        row("A", FIRST, "8,00"),
        row("A", FIRST, "1,00"),
        row("Z", FIRST, "-16,00"),
        total="0,00",
    )
    rows = ImportRow.objects.filter(file__number=report.number)
    assert sum(rows.values_list("kopecks", flat=True)) == 0
    assert (report.applied, report.suspense, report.rejected, report.changed, report.repeated) == (
        1,
        2,
        1,
        1,
        1,
    )
    whole()


def test_a_customer_sees_what_came_and_what_was_taken_back() -> None:
    pay(row("R1", FIRST, "300,00"), row("R2", FIRST, "-300,00", date="18-11-2026"), total="0,00")
    account = Account.objects.get(number=FIRST)
    seen = payments.register_payments(account_ids=[account.pk])
    assert [(one.money, one.paid_on) for one in seen] == [
        (Money(-300_00), "2026-11-18"),
        (Money(300_00), "2026-11-16"),
    ]
    assert Provider.objects.count() == 1


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("1026", date(2026, 10, 1)),
        ("102026", date(2026, 10, 1)),
        ("10.2026", date(2026, 10, 1)),
        ("", None),
        ("1326", None),
        ("октябрь", None),
    ],
)
@pytest.mark.parametrize("time", ["10-15-00", "10:15"])
def test_the_month_a_payer_names_is_in_the_books(written: str, named: date | None, time: str) -> None:
    """Read at a glance or, where the time is odd, by the rules."""
    report = pay(row("M1", FIRST, "300,00", period=written, time=time), total="300,00")
    if time == "10-15-00":
        assert report.applied == 1
        assert Transaction.objects.get(kind="payment").named_month == named
    assert ImportedPayment.objects.get().named_month == named
    whole()
