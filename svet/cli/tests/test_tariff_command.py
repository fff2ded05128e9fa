"""``svet tariffs diff`` and ``close``: what the file is about, days as people write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from svet.billing.tests.factories import load_chelyabinsk
from svet.cli.main import svet
from svet.config.failures import Failure
from svet.tariffs.rules.tariff_file import RowError, TariffRowReason
from svet.tariffs.texts import explain_row

pytestmark = pytest.mark.django_db
HEAD = (
    "region;group_code;group_name;valid_from;valid_to;zone_scheme;zone;range_no;range_upper_kwh;"
    "price_rub_per_kwh;source_url\n"
)
ROW = "Челябинская область;7.7;Проба;{since};31.12.2028;1;single;1;;{price};https://example.org\n"


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(svet, ["tariffs", *words])
    error = done.exception
    if error is None or isinstance(error, SystemExit):
        return done.exit_code, done.output
    assert isinstance(error, Failure), error
    return 1, f"{done.output}{error}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    load_chelyabinsk()
    for name, price in (("loaded.csv", "4,85"), ("dearer.csv", "5,10")):
        (tmp_path / name).write_text(HEAD + ROW.format(since="01.01.2028", price=price), "utf-8")
    assert run("load", str(tmp_path / "loaded.csv"))[0] == 0
    return tmp_path


def test_a_difference_tells_days_and_growth_as_people_write_them(folder: Path) -> None:
    code, said = run("diff", str(folder / "dearer.csv"))
    assert code == 1
    assert "4,85 ₽, без предела, с 01.01.2028 по 31.12.2028 → 5,1 ₽, без предела, с 01.01.2028" in said
    assert "(+5,2%)" in said


def test_loaded_tables_that_a_file_does_not_speak_of_are_no_differences(folder: Path) -> None:
    assert len(run("diff", str(folder / "dearer.csv"))[1].splitlines()) == 1
    assert run("diff", str(folder / "loaded.csv")) == (0, "Различий нет.\n")
    gone = folder / "gone.csv"
    gone.write_text(HEAD + ROW.format(since="01.01.2028", price="5,10").replace(";1;;", ";2;;"), "utf-8")
    assert "→ нет" in run("diff", str(gone))[1]


def test_a_table_that_cannot_be_closed_is_not_called_a_file(folder: Path) -> None:
    code, said = run("close", "7.7", "--on", "2028-06-30")
    assert code == 1
    assert "нет таблицы без последнего дня" in said
    assert "Файл" not in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("reason", "value", "shown"),
    [
        (TariffRowReason.ALREADY_CHARGED, date(2026, 10, 31).isoformat(), "31.10.2026"),
        (TariffRowReason.OVERLAP, date(2026, 7, 1).isoformat(), "01.07.2026"),
        (TariffRowReason.NOTHING_TO_CORRECT, date(2026, 7, 1).isoformat(), "01.07.2026"),
        (TariffRowReason.MONTH_RUNNING, "2026-11", "ноябрь 2026"),
        (TariffRowReason.BAD_PRICE, "2026-11", "2026-11"),
    ],
)
def test_days_and_months_in_faults_are_written_out(reason: TariffRowReason, value: str, shown: str) -> None:
    assert shown in explain_row(RowError(2, "valid_from", reason, value)).replace("\u00a0", " ")
