"""Registers applied to the database: once, whole, and with a reason for every row that was not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from svet.accounts.models import Account
from svet.accounts.operations import add_provider
from svet.exchange import queries
from svet.exchange.models import ImportFile, ImportRow
from svet.exchange.operations import FileReport, take_file
from svet.exchange.rules import accounts as account_register
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.metering.models import Meter, ReadingSet
from svet.payments.queries.suspense import waiting

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
OLGA = Actor.system("olga")
NUMBERS = ("0356067000", "0356067001")
SERIALS = ("115268446", "115268447")


def take(profile: str, content: str | bytes, name: str = "register.csv", source: str = "") -> FileReport:
    raw = content if isinstance(content, bytes) else content.encode()
    return take_file(profile=profile, name=name, content=raw, by=OLGA, now=NOW, source=source)


def account_lines(**changed: str) -> str:
    names = [column.name for column in account_register.COLUMNS]
    lines = [";".join(names)]
    for number, serial in zip(NUMBERS, SERIALS, strict=True):
        fields = {
            "provider": "ues", "account": number, "holder": "Лучинина Анна Петровна", "phone": "89990000101",
            "city": "г. Светлореченск", "street": "ул. Ясная", "house": "1", "tariff_group": "1.1",
            "opened_on": "2020-01-01", "meter_serial": serial, "meter_type": "Луч", "scheme": "2",
            "digits": "5", "installed_on": "2020-01-01", "initial_1": "10", "initial_2": "20",
        } | changed  # fmt: skip
        lines.append(";".join(fields.get(name, "") for name in names))
    return "\n".join(lines) + "\n"


@pytest.fixture
def town() -> FileReport:
    add_provider(code="ues", name="Уралэнергосбыт")
    return take("accounts", account_lines())


def reading_lines(*rows: str) -> str:
    return "\n".join(["id;account;meter_serial;date;value_1;value_2;value_3;source", *rows]) + "\n"


def payment_lines(*rows: tuple[str, str, str]) -> bytes:
    lines = [
        f"05-11-2026;10-20-30;8597;0112;77;{suip};{account};ПЛАТЕЛЬЩИК;;1026;{paid};{paid};0,00"
        for suip, account, paid in rows
    ]
    total = sum((Decimal(paid.replace(",", ".")) for _, _, paid in rows), Decimal(0))
    text = f"{total:.2f}".replace(".", ",")
    lines.append(f"={len(rows)};{text};{text};0,00;17;28-11-2026")
    return "\r\n".join(lines).encode("cp1251")


def test_accounts_enter_with_their_meters(town: FileReport) -> None:
    assert (town.rows, town.applied, town.rejected) == (2, 2, 0)
    account = Account.objects.get(number=NUMBERS[0])
    assert account.registry_phone == "+79990000101"
    assert Meter.objects.get(account=account).scheme == 2
    assert queries.broken() == []


def test_a_connection_brings_what_it_can_carry_in_a_day() -> None:
    add_provider(code="ues", name="Уралэнергосбыт")
    take("accounts", account_lines(max_daily="72,5"))
    assert set(Meter.objects.values_list("max_daily_kwh", flat=True)) == {Decimal("72.5")}


def test_the_same_file_is_refused_and_an_edited_one_repeats(town: FileReport) -> None:
    with pytest.raises(FileRefused) as caught:
        take("accounts", account_lines())
    assert caught.value.reason == FileReason.ALREADY_TAKEN
    assert caught.value.details["number"] == town.number
    again = take("accounts", account_lines(house="2"))
    assert (again.applied, again.repeated, again.changed) == (0, 0, 2)
    again = take("accounts", account_lines() + "\n")
    assert (again.applied, again.repeated, again.changed) == (0, 2, 0)
    assert Account.objects.count() == 2


def test_an_unknown_provider_or_a_wrong_number_is_a_row_of_the_report(town: FileReport) -> None:
    unknown = take("accounts", account_lines(provider="nobody"))
    assert [fault.reason for fault in unknown.faults] == ["provider_unknown"] * 2
    wrong = take("accounts", account_lines(account="12"))
    assert [fault.reason for fault in wrong.faults] == ["refused"] * 2
    assert all(fault.text for fault in wrong.faults)


def test_readings_are_judged_and_applied_once(town: FileReport) -> None:
    good = f"a;{NUMBERS[0]};{SERIALS[0]};2026-10-20;150;90;;"
    report = take(
        "readings",
        reading_lines(
            good,
            f"b;{NUMBERS[1]};{SERIALS[1]};2026-10-20;150;;;",
            f"c;{NUMBERS[1]};{SERIALS[0]};2026-10-20;150;90;;",
            f"d;{NUMBERS[1]};{SERIALS[1]};2026-10-20;999999;1;;",
        ),
    )
    assert (report.applied, report.rejected) == (1, 3)
    assert {fault.external_id: fault.reason for fault in report.faults} == {
        "b": "zones",
        "c": "meter_unknown",
        "d": "refused",
    }
    again = take("readings", reading_lines(good, f"e;{NUMBERS[1]};{SERIALS[1]};2026-10-21;30;40;;"))
    assert (again.applied, again.repeated) == (1, 1)
    assert ReadingSet.objects.filter(kind="customer").count() == 2


def test_payments_credit_known_accounts_and_keep_the_rest_in_suspense(town: FileReport) -> None:
    report = take("payments", payment_lines(("S1", NUMBERS[0], "300,00"), ("S2", "0399999999", "35,38")))
    assert (report.applied, report.suspense, report.sum_kopecks) == (1, 1, 33_538)
    account = Account.objects.get(number=NUMBERS[0])
    assert ledger.balance(account.pk) == Money(-30_000)
    assert [row.account_text for row in waiting()] == ["0399999999"]
    assert ledger.broken() == []
    again = take("payments", payment_lines(("S1", NUMBERS[0], "300,00"), ("S3", NUMBERS[0], "1,00")))
    assert (again.applied, again.repeated) == (1, 1)
    assert ledger.balance(account.pk) == Money(-30_100)
    assert queries.broken() == []


def test_a_wrong_control_line_applies_nothing(town: FileReport) -> None:
    content = payment_lines(("S1", NUMBERS[0], "300,00")).replace(b"=1;300,00", b"=1;300,01")
    with pytest.raises(FileRefused):
        take("payments", content)
    assert ledger.balance(Account.objects.get(number=NUMBERS[0]).pk) == Money(0)
    assert not ImportFile.objects.filter(profile="payments").exists()


@pytest.mark.parametrize("name", ["reestr\u202evsc.exe", "", ".csv", "settings.py", "a.xlsx"])
def test_a_name_that_is_no_register_is_refused(name: str) -> None:
    with pytest.raises(FileRefused) as caught:
        take("payments", b"x", name=name)
    assert caught.value.reason == FileReason.NAME


def test_a_name_keeps_no_folders(town: FileReport) -> None:
    take("readings", reading_lines(), name="../../settings.csv")
    assert ImportFile.objects.get(profile="readings").name == "settings.csv"


def test_every_row_is_kept_with_what_became_of_it(town: FileReport) -> None:
    assert ImportRow.objects.filter(file__number=town.number).count() == 2
    assert ImportRow.objects.filter(file__number=town.number, state="applied").count() == 2


def test_dates_are_kept_as_given(town: FileReport) -> None:
    assert Account.objects.get(number=NUMBERS[0]).opened_on == date(2020, 1, 1)
