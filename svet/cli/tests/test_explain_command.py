"""``svet explain`` and ``svet replay``: a bill's calculation leaves the house and is computed again."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from svet.accounts.tests.factories import make_provider
from svet.billing.operations import run
from svet.billing.tests.factories import NOVEMBER, load_chelyabinsk, make_metered_account, make_norm
from svet.bills import operations
from svet.bills.models import Bill
from svet.cli.commands import explain
from svet.metering.tests.factories import make_reading
from svet.payments.tests.factories import REQUISITES

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


def svet(*words: str) -> Result:
    return CliRunner().invoke(getattr(explain, f"{words[0]}_command"), words[1:])


@pytest.fixture
def bill() -> Bill:
    """October by the norm, November by a reading that settles it."""
    provider = make_provider(**REQUISITES)
    load_chelyabinsk()
    make_norm(100)
    account, meter = make_metered_account(installed_on=date(2026, 9, 20), residents=1)
    for period in (NOVEMBER.plus(-1), NOVEMBER):
        if period == NOVEMBER:
            make_reading(meter, 1337, read_on=date(2026, 11, 20))
        run(provider_id=provider.pk, period=period, now=NOW)
        operations.issue(provider_id=provider.pk, period=period, now=NOW)
    return Bill.objects.get(account=account, period=NOVEMBER.first)


def test_a_bill_is_told_line_by_line(bill: Bill) -> None:
    said = svet("explain", bill.number)
    assert said.exit_code == 0, said.output
    for words in (bill.account.number, "по показаниям", "по нормативу", "снимает строку", "Всего"):
        assert words in said.output


def test_the_file_is_computed_again_in_a_process_that_has_no_database(bill: Bill, tmp_path: Path) -> None:
    file = tmp_path / "bill.json"
    file.write_text(svet("explain", bill.number, "--json").output, "utf-8")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("SVET_", "DJANGO"))}
    words = [sys.executable, "-m", "svet", "replay"]

    def replay(*more: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*words, *more], env=bare, input=given, capture_output=True, text=True, timeout=60, check=False
        )

    good = replay(str(file))
    assert (good.returncode, good.stderr) == (0, "")
    assert "совпадает до копейки" in good.stdout
    assert replay("-", given=file.read_text("utf-8")).returncode == 0
    file.write_text(file.read_text("utf-8").replace('"exact":true', '"exact":false'), "utf-8")
    bad = replay(str(file))
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "hash" in bad.stderr


def test_what_differs_is_named_and_ends_badly(bill: Bill, tmp_path: Path) -> None:
    from svet.billing.rules.explanation import read, written

    whole = read(svet("explain", bill.number, "--json").output)
    forged = type(whole)(**{name: getattr(whole, name) for name in whole.__slots__} | {"kopecks": 1})
    file = tmp_path / "forged.json"
    file.write_text(written(forged), "utf-8")
    said = svet("replay", str(file))
    assert said.exit_code == 1
    assert "а начислено 0,01" in said.output
