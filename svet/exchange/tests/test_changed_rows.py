"""«Repeated» means the same body: whatever differs is said by its line, nothing is lost in silence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from svet.accounts.models import Account
from svet.accounts.operations import add_provider
from svet.accounts.queries.terms import dated_terms
from svet.billing.tests.factories import load_chelyabinsk
from svet.exchange import queries
from svet.exchange.models import ImportRow
from svet.exchange.reporting import sentences, summary
from svet.exchange.tests.test_taking import (  # noqa: F401
    NOW,
    NUMBERS,
    OLGA,
    SERIALS,
    account_lines,
    reading_lines,
    take,
    town,
)
from svet.metering.models import Meter, ReadingSet
from svet.metering.operations import remove_meter
from svet.metering.rules import Zone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("town")]


def one(**changed: str) -> str:
    """The register of the first account alone."""
    heading, first, _second = account_lines(**changed).splitlines()
    return f"{heading}\n{first}\n"


def two(**changed: str) -> str:
    """The first account as it stands and the same account once more, changed."""
    return one() + one(**changed).splitlines()[1] + "\n"


def test_another_meter_of_a_known_account_is_said_by_its_line() -> None:
    report = take("accounts", one(meter_serial="900300100"))
    assert (report.applied, report.repeated, report.changed) == (0, 0, 1)
    (said,) = sentences(report)
    assert said.startswith("Строка 2: ")
    assert NUMBERS[0] in said
    assert f"прибор другой (стоит {SERIALS[0]})" in said
    assert "изменилось, не принято: 1" in summary(report)
    assert not Meter.objects.filter(serial="900300100").exists()
    row = ImportRow.objects.get(file__number=report.number)
    assert (row.state, row.reason) == ("changed", "changed")
    assert queries.broken() == []


def test_a_second_meter_enters_when_the_file_names_the_first_one_too() -> None:
    report = take("accounts", two(meter_serial="900300100"))
    assert (report.applied, report.repeated, report.changed) == (1, 1, 0)
    account = Account.objects.get(number=NUMBERS[0])
    standing = Meter.objects.filter(account=account, removed_on__isnull=True)
    assert set(standing.values_list("serial", flat=True)) == {SERIALS[0], "900300100"}
    again = take("accounts", two(meter_serial="900300100") + "\n")
    assert (again.applied, again.repeated, again.changed) == (0, 2, 0)


def test_two_meters_of_a_new_account_enter_together() -> None:
    lines = account_lines(account="0356067777").splitlines()
    report = take("accounts", "\n".join(lines) + "\n")
    assert (report.applied, report.changed) == (2, 0)
    assert Meter.objects.filter(account__number="0356067777").count() == 2


def test_the_second_row_of_one_file_is_held_against_the_first() -> None:
    report = take("accounts", account_lines(account="0356067777", meter_serial="900300100", phone=""))
    assert (report.applied, report.repeated) == (1, 1)
    lines = account_lines(account="0356067778", meter_serial="900300200").splitlines()
    lines[2] = lines[2].replace("ул. Ясная", "ул. Мельничная")
    report = take("accounts", "\n".join(lines) + "\n")
    assert (report.applied, report.changed) == (1, 1)
    assert "адрес" in sentences(report)[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"holder": "Мельников Пётр Ильич"}, "владелец"),
        ({"phone": "89990000102"}, "телефон"),
        ({"residents": "4"}, "число жильцов"),
        ({"area": "51,3"}, "площадь"),
        ({"tariff_group": "1.2"}, "тарифная группа"),
        ({"opened_on": "2021-01-01"}, "день открытия"),
        ({"ratio": "30"}, "коэффициент прибора"),
        ({"digits": "6"}, "разрядность прибора"),
        ({"initial_2": "21"}, "начальные показания"),
        ({"installed_on": "2020-02-01"}, "день установки прибора"),
    ],
)
def test_every_field_that_differs_is_named(changed: dict[str, str], words: str) -> None:
    report = take("accounts", one(**changed))
    assert (report.repeated, report.changed) == (0, 1)
    assert words in sentences(report)[0]


def test_what_the_file_has_no_column_for_differs_from_nothing() -> None:
    heading, row = one().splitlines()
    at = heading.split(";").index("phone")
    cut = ["\t".join(part for n, part in enumerate(line.split(";")) if n != at) for line in (heading, row)]
    report = take("accounts", "\n".join(cut) + "\n")
    assert (report.repeated, report.changed) == (1, 0)


def test_a_meter_that_was_taken_down_is_no_repetition() -> None:
    meter = Meter.objects.get(serial=SERIALS[0])
    last = {Zone.DAY: Decimal(50), Zone.NIGHT: Decimal(60)}
    remove_meter(meter_id=meter.pk, removed_on=date(2026, 11, 1), values=last, by=OLGA, now=NOW)
    report = take("accounts", one() + "\n")
    assert report.changed == 1
    assert f"прибор {SERIALS[0]} снят 01.11.2026" in sentences(report)[0]


def test_a_number_is_read_as_the_cabinet_reads_it() -> None:
    report = take("accounts", one(account="№ 0356 067-000", meter_serial="115 268 446"))
    assert (report.repeated, report.rejected) == (1, 0)
    report = take("readings", reading_lines(f"n;№0356 067000;№ {SERIALS[0]};2026-10-20;150;90;;"))
    assert (report.applied, report.rejected) == (1, 0)
    report = take("accounts", one(meter_serial="00000000"))
    assert "Одни нули" in sentences(report)[0]


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u2009", "\t"])
def test_every_kind_of_blank_is_a_space(blank: str) -> None:
    text = one(account="0356067777", holder="Мельников@Пётр@Ильич", street="ул.@Старая@Роща")
    take("accounts", text.replace("@", blank))
    account = Account.objects.select_related("premises").get(number="0356067777")
    assert account.holder_name == "Мельников Пётр Ильич"
    assert account.premises.street == "ул. Старая Роща"


def test_a_group_that_no_price_names_is_refused_with_those_that_are() -> None:
    load_chelyabinsk()
    add_provider(code="ues", name="Уралэнергосбыт", region="Челябинская область")
    report = take("accounts", account_lines(account="0356067777", tariff_group="9.9"))
    assert (report.applied, report.rejected) == (0, 2)
    said = sentences(report)[0]
    assert said.startswith("Строка 2, столбец tariff_group: Группы «9.9»")
    assert "1.1" in said
    report = take("accounts", one(account="0356067778", meter_serial="900300200", tariff_group="1,1"))
    assert report.applied == 1
    account = Account.objects.get(number="0356067778")
    assert [each.values.tariff_group for each in dated_terms([account.pk])[account.pk]] == ["1.1"]


def test_readings_under_a_known_id_are_repeated_only_when_they_say_the_same() -> None:
    row = f"a;{NUMBERS[0]};{SERIALS[0]};2026-10-20;150;90;;"
    take("readings", reading_lines(row))
    assert take("readings", reading_lines(row, "")).repeated == 1
    for old, new in (("150", "151"), ("10-20", "10-21"), (SERIALS[0], "900300100")):
        other = row.replace(old, new)
        report = take("readings", reading_lines(other))
        assert (report.repeated, report.changed) == (0, 1)
        (said,) = sentences(report)
        assert "День 150, Ночь 90" in said
        assert "20.10.2026" in said
    assert ReadingSet.objects.filter(kind="customer").count() == 1
