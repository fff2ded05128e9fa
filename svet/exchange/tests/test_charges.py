"""What a supplier's own billing charged is taken once, and never for a supplier that is charged here."""

from __future__ import annotations

from datetime import date

import pytest

from svet.accounts.models import Account
from svet.accounts.operations import add_provider
from svet.accounts.queries import providers
from svet.billing.queries import broken_origins, uncharged
from svet.bills.queries import broken_chain, streams
from svet.exchange import queries
from svet.exchange.models import ImportRow
from svet.exchange.reporting import sentences, to_mend
from svet.exchange.rules import accounts as account_register
from svet.exchange.rules.charges import parse
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.exchange.tests.test_taking import NUMBERS, account_lines, take
from svet.kernel.periods import Month
from svet.kernel.services import Service
from svet.ledger import queries as balances
from svet.ledger.models import Posting, Transaction
from svet.metering.models import Meter
from svet.payments.queries import broken_books

pytestmark = pytest.mark.django_db
HEADING = "provider;account;month;sum;id"
WATER = "7400000001"


def water_lines(**other: str) -> str:
    """A flat with a water meter, as its supplier would give it: no group of tariffs."""
    given = {
        "provider": "voda", "account": WATER, "holder": "Иванова Анна Петровна", "city": "Челябинск",
        "street": "ул. Лесная", "house": "4", "flat": "17", "opened_on": "2020-01-01",
        "meter_serial": "203118846", "meter_type": "СВ-15Х", "scheme": "1", "digits": "5", "decimals": "3",
        "installed_on": "2025-01-10", "initial_1": "12.345",
    } | other  # fmt: skip
    names = [column.name for column in account_register.COLUMNS]
    return "\n".join([";".join(names), ";".join(given.get(name, "") for name in names)]) + "\n"


def lines(*rows: str, control: str = "") -> str:
    return "\n".join([HEADING, *rows, control]) + "\n"


def one(sum_: str = "512,40", month: str = "2026-10", record: str = "") -> str:
    return lines(f"voda;{WATER};{month};{sum_};{record}", control=f"итого;voda;1;{sum_}")


@pytest.fixture
def water() -> Account:
    add_provider(code="voda", name="Водоканал", service=Service.COLD_WATER)
    assert take("accounts", water_lines()).applied == 1
    return Account.objects.get(number=WATER)


def owed(account: Account) -> int:
    return balances.balance(account.pk).kopecks


def test_a_water_account_enters_without_a_group_and_with_three_decimals(water: Account) -> None:
    meter = Meter.objects.get(account=water)
    assert (meter.digits, meter.decimals, meter.scheme) == (5, 3, 1)
    assert take("accounts", water_lines() + "\n").repeated == 1
    refused = take("accounts", water_lines(account="7400000002", scheme="2", initial_2="1"))
    assert [(row.column, row.reason) for row in refused.faults] == [("scheme", "choice")]


def test_an_account_of_electricity_still_needs_its_group() -> None:
    add_provider(code="ues", name="Уралэнергосбыт")
    refused = take("accounts", water_lines(provider="ues"))
    assert [(row.column, row.reason) for row in refused.faults] == [("tariff_group", "required")]


def test_a_charge_stands_once_in_the_books_of_its_month(water: Account) -> None:
    report = take("charges", one())
    assert (report.rows, report.applied, report.sum_kopecks) == (1, 1, 51_240)
    assert owed(water) == 51_240
    posted = Transaction.objects.get(key=f"billed:{water.pk}:2026-10")
    assert (posted.kind, posted.effective_on) == ("charge", date(2026, 10, 31))
    assert set(Posting.objects.values_list("book", "kopecks")) == {
        ("receivable", 51_240),
        ("revenue", -51_240),
    }
    assert queries.broken() == broken_origins() == balances.broken() == []
    assert broken_books() == uncharged() == streams.broken() == broken_chain() == []


def test_the_same_row_again_is_a_repetition_and_another_sum_is_said_aloud(water: Account) -> None:
    take("charges", one())
    assert take("charges", one() + "\n").repeated == 1
    other = take("charges", one("600,00"))
    assert (other.changed, other.loud) == (1, True)
    assert "512,40" in sentences(other)[0]
    assert owed(water) == 51_240


def test_a_difference_comes_with_a_record_of_its_own(water: Account) -> None:
    take("charges", one())
    taken_back = take("charges", one("-12,40", record="п-1"))
    assert (taken_back.applied, owed(water)) == (1, 50_000)
    assert queries.broken() == broken_origins() == []


def test_a_number_written_two_ways_is_charged_once(water: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.exchange.operations.charges.BATCH", 1)
    spaced = f"{WATER[:3]} {WATER[3:]}"
    twice = lines(
        f"voda;{WATER};2026-10;100,00;", f"voda;{spaced};2026-10;100,00;", control="итого;voda;2;200,00"
    )
    report = take("charges", twice)
    assert (report.applied, report.repeated, owed(water)) == (1, 1, 10_000)
    assert queries.broken() == []


def test_a_record_too_long_to_be_kept_is_refused_in_its_row(water: Account) -> None:
    code = "v" * 40
    add_provider(code=code, name="Водоканал", service=Service.COLD_WATER, account_lengths=[20])
    number = "7" * 20
    assert take("accounts", water_lines(provider=code, account=number)).applied == 1

    def row(record: str) -> str:
        return lines(f"{code};{number};2026-10;1,00;{record}", control=f"итого;{code};1;1,00")

    assert [fault.column for fault in take("charges", row("п" * 31)).faults] == ["id"]
    assert take("charges", row("п" * 30)).applied == 1


def test_a_month_that_goes_on_is_charged_by_today(water: Account) -> None:
    take("charges", one(month="11.2026"))
    assert Transaction.objects.get().effective_on == date(2026, 11, 20)
    assert balances.dated_ahead() == []


def test_what_cannot_be_charged_is_said_and_written_to_be_mended(water: Account) -> None:
    add_provider(code="ues", name="Уралэнергосбыт")
    assert take("accounts", account_lines()).applied
    text = lines(
        f"ues;{NUMBERS[0]};2026-10;100,00;",
        "voda;7400000009;2026-10;100,00;",
        f"voda;{WATER};2026-12;100,00;",
        f"voda;{WATER};осень;100,00;",
        f"voda;{WATER};2026-09;100,00;",
        f"voda;{WATER};2026-09;100,00;",
        control="итого;ues;1;100,00\nитого;voda;5;500,00",
    )
    report = take("charges", text)
    assert [(row.line_no, row.reason) for row in report.faults] == [
        (2, "charged_here"), (3, "account_unknown"), (4, "month_ahead"), (5, "date"), (7, "repeated_in_file"),
    ]  # fmt: skip
    assert (report.applied, owed(water)) == (1, 10_000)
    mended = to_mend(report, profile="charges", content=text.encode()).decode()
    assert mended.splitlines()[-1] == "итого;voda;4;400,00"
    assert ImportRow.objects.filter(profile="charges", state="applied").count() == 1


@pytest.mark.parametrize(
    ("control", "reason"),
    [("", FileReason.CONTROL_MISSING), ("итого;voda;1;512,41", FileReason.CONTROL_DIFFERS)],
)
def test_rows_that_do_not_add_up_are_not_taken(water: Account, control: str, reason: FileReason) -> None:
    with pytest.raises(FileRefused) as caught:
        take("charges", lines(f"voda;{WATER};2026-10;512,40;", control=control))
    assert (caught.value.reason, owed(water)) == (reason, 0)


@pytest.mark.parametrize("said", ["2026-10", "10.2026", "01.10.2026", "2026-10-31"])
def test_a_month_is_read_however_it_is_written(said: str) -> None:
    (row,) = parse(one(month=said)).rows
    assert row.month == Month(2026, 10)


def test_what_was_sent_here_is_handed_back_as_a_register(water: Account) -> None:
    content = (
        "id;account;meter_serial;date;value_1\n"
        f"a1;{WATER};203118846;2026-10-20;14,5\n"
        f"a2;{WATER};203118846;2026-11-20;17,001\n"
    )
    assert take("readings", content).applied == 2
    written, count = queries.readings_register(
        next(each for each in providers() if each.code == "voda"), Month(2026, 11)
    )
    (row,) = written.decode("utf-8-sig").splitlines()[1:]
    assert count == 1
    assert row.split(";")[1:5] == [WATER, "203118846", "20.11.2026", "17,001"]


def test_charges_that_came_before_their_accounts_come_again_as_they_are() -> None:
    """Of a file that was rejected whole, what is to be mended is the same file: the cause lay elsewhere."""
    add_provider(code="voda", name="Водоканал", service=Service.COLD_WATER)
    early = take("charges", one())
    assert (early.applied, early.rejected) == (0, 1)
    assert to_mend(early, profile="charges", content=one().encode()).decode() == one()
    take("accounts", water_lines())
    assert take("charges", one()).applied == 1
    with pytest.raises(FileRefused) as caught:
        take("charges", one())
    assert caught.value.reason == FileReason.ALREADY_TAKEN
    assert queries.broken() == []


def test_a_supplier_that_bills_itself_only_for_a_while_is_charged_from_one_source_at_a_time() -> None:
    """Before it has accounts it may be switched and back; rows of the time between are refused, not lost."""
    add_provider(code="voda", name="Водоканал", service=Service.COLD_WATER)
    add_provider(code="voda", name="Водоканал", service=Service.ELECTRICITY)
    assert [fault.reason for fault in take("charges", one()).faults] == ["charged_here"]
    add_provider(code="voda", name="Водоканал", service=Service.COLD_WATER)
    take("accounts", water_lines())
    assert take("charges", one()).applied == 1
    assert owed(Account.objects.get(number=WATER)) == 51_240
    assert queries.broken() == broken_origins() == []


def test_a_supplier_with_accounts_keeps_its_service(water: Account) -> None:
    from svet.accounts.operations.registry import SupplierRefused

    with pytest.raises(SupplierRefused):
        add_provider(code="voda", name="Водоканал", service=Service.HEAT)
    add_provider(code="voda", name="Горводоканал")
    add_provider(code="teplo", name="Тепло", service=Service.HOT_WATER)
    add_provider(code="teplo", name="Тепло", service=Service.HEAT)
    water.provider.refresh_from_db()
    assert (water.provider.name, water.provider.service) == ("Горводоканал", "cold_water")
