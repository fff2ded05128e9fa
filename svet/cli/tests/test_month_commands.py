"""``svet bill check``, ``dry-run``, ``release`` and ``retry``: the month before it is charged, by command."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from svet.accounts.models import Provider
from svet.accounts.operations import add_provider
from svet.accounts.tests.factories import set_terms
from svet.billing.models import Charge, DryRun
from svet.billing.tests.factories import load_chelyabinsk, make_norm
from svet.cli.commands import billing
from svet.cli.tests.test_bill_command import FORMER, LAST, bill, make_read
from svet.config.failures import Failure
from svet.journal.models import Entry
from svet.look.formats import month
from svet.tariffs.models import TariffRow

pytestmark = pytest.mark.django_db


def svet(*words: str) -> Result:
    return CliRunner().invoke(getattr(billing, f"{words[0]}_command"), words[1:])


def failed(result: Result) -> str:
    assert isinstance(result.exception, Failure), result.output
    return str(result.exception)


def test_a_check_names_each_point_and_its_way_out() -> None:
    load_chelyabinsk()
    make_read(2)
    (odd,) = make_read(1, group="9.9")
    told = svet("bill", "check", str(LAST))
    assert told.exit_code == 0, told.output
    assert f"{month(LAST)}: Открыт" in told.output
    assert "внимание  Цены по группам: Нет цен с" in told.output
    assert "9.9 (1)" in told.output
    assert "внимание  Норматив: Не задан" in told.output
    assert "в порядке  Предыдущие месяцы: Начислены все." in told.output
    make_norm()
    make_read(4, group="9.9")
    told = svet("bill", "check", str(LAST))
    assert told.exit_code == 1, "five of seven accounts have no price"
    assert "мешает  Цены по группам" in told.output
    assert "в порядке  Норматив: Задан: 90 кВт·ч на человека." in told.output
    assert odd.number not in told.output


def test_a_check_blocks_demonstration_prices_where_people_pay(settings: pytest.FixtureRequest) -> None:
    load_chelyabinsk()
    make_read(1)
    TariffRow.objects.update(demonstration=True)
    assert "внимание  Демонстрационные цены" in svet("bill", "check", str(LAST)).output
    settings.ENV = "production"  # type: ignore[attr-defined]
    told = svet("bill", "check", str(LAST))
    assert told.exit_code == 1
    assert "мешает  Демонстрационные цены" in told.output


def test_a_check_tells_the_month_that_must_come_first_and_the_last_day() -> None:
    load_chelyabinsk()
    make_read(1, period=FORMER.plus(-1))
    assert bill(period=FORMER.plus(-1)).exit_code == 0
    told = svet("bill", "check", str(LAST))
    assert told.exit_code == 1
    assert f"За {month(FORMER)} ничего не начислено" in told.output
    Provider.objects.update(window_to_day=31)
    assert "мешает  Приём показаний" in svet("bill", "check", str(LAST.plus(2))).output


def test_a_dry_run_tells_the_month_beside_the_one_before_and_charges_nobody(tmp_path: Path) -> None:
    load_chelyabinsk()
    read = make_read(3)
    (wrong,) = make_read(1, group="9.9")
    file = tmp_path / "all.csv"
    told = svet("bill", "dry-run", str(LAST), "--by", "Ольга", "--seed", "7", "--csv", str(file))
    assert told.exit_code == 0, told.output
    assert "пробный расчёт, ничего не начислено" in told.output
    assert "было бы начислено: 1 455,00 ₽, 300 кВт·ч, лицевых счетов: 3, без показаний: 0 (0 %)" in (
        told.output.replace("\u00a0", " ")
    )
    assert "не начислить: 1" in told.output
    assert "Нет цен. Загрузите тарифы" in told.output
    assert "выбор № 7" in told.output
    assert read[0].number in told.output
    assert not Charge.objects.exists()
    rows = file.read_text("utf-8-sig").splitlines()
    assert len(rows) == 5
    assert rows[-1].startswith(f"{wrong.number};0;0;")
    assert rows[-1].endswith(";Нет цен")


def test_two_persons_release_a_month_that_needs_it() -> None:
    load_chelyabinsk()
    make_norm()
    make_read(2)
    assert svet("policy", "set", "--from", str(LAST), "--release-required").exit_code == 0
    assert "выпуска вторым сотрудником" in svet("policy", "show").output
    refused = bill()
    assert refused.exit_code == 1
    assert "svet bill release" in refused.output
    assert "пробный расчёт" in failed(svet("bill", "release", str(LAST), "--by", "Иван"))
    assert svet("bill", "dry-run", str(LAST), "--by", "Ольга").exit_code == 0
    assert "другой сотрудник" in failed(svet("bill", "release", str(LAST), "--by", "ольга"))
    told = svet("bill", "release", str(LAST), "--by", "Иван")
    assert told.exit_code == 0, told.exception
    assert f"svet bill --period {LAST}" in told.output
    assert bill().exit_code == 0
    assert Charge.objects.count() == 2
    assert Entry.objects.filter(action="month.released", actor_name="Иван").count() == 1


def test_without_a_second_signature_the_rules_say_so_loudly() -> None:
    load_chelyabinsk()
    make_read(1)
    svet("policy", "set", "--from", str(LAST), "--release-required")
    off = svet("policy", "set", "--from", str(LAST), "--no-release")
    assert "ВТОРАЯ ПОДПИСЬ НЕ ТРЕБУЕТСЯ" in off.output
    assert Entry.objects.filter(action="policy.set").count() == 2
    assert bill().exit_code == 0


def test_chosen_accounts_are_tried_again_by_number() -> None:
    load_chelyabinsk()
    make_read(1)
    first, second = make_read(2, group="9.9")
    bill("--charges-only")
    set_terms(first, tariff_group="1.1")
    assert svet("bill", "retry", str(LAST), first.number).exit_code == 0
    told = svet("bill", "retry", str(LAST), first.number, second.number)
    assert told.exit_code == 1
    assert f"{second.number}  Нет цен: группа «9.9»" in told.output
    assert "начислено выбранных счетов: 1 из 2" in told.output
    assert Charge.objects.count() == 2
    assert "нет: 1" in failed(svet("bill", "retry", str(LAST), "1"))


def test_one_provider_is_named_where_there_are_several() -> None:
    load_chelyabinsk()
    make_read(1)
    add_provider(code="aaa-heat", name="Тепло", region="")
    assert "aaa-heat" in failed(svet("bill", "release", str(LAST), "--by", "Иван"))
    told = svet("bill", "dry-run", str(LAST), "--by", "Ольга")
    assert told.exit_code == 1
    assert "не указан регион" in told.output
    assert DryRun.objects.count() == 1
