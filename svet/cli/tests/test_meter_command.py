"""``svet meter replace``: one meter down, another one up, or one clear line of why not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account
from svet.cli.commands.meters import meter_command
from svet.config.failures import Failure
from svet.journal.models import Entry
from svet.metering.models import Meter, ReadingValue
from svet.metering.tests.factories import make_meter

pytestmark = pytest.mark.django_db
OLD, NEW = "115268446", "200300400"


@pytest.fixture
def account() -> Account:
    account = make_account(number="0356067000")
    make_meter(account=account, serial=OLD, initial=3589, digits=5)
    return account


def replace(*more: str, account: str = "0356067000", old: str = OLD) -> Result:
    today = timezone.localdate().isoformat()
    words = ["replace", account, old, NEW, "--on", today, "--reason", "акт № 17", *more]
    return CliRunner().invoke(meter_command, words)


def test_the_old_one_is_down_with_its_last_values_and_the_new_one_is_up(account: Account) -> None:
    done = replace("--final", "single=3650", "--initial", "single=12", "--digits", "6")
    assert done.exit_code == 0, done.output
    assert done.output == f"Счёт 0356067000: прибор {OLD} снят, {NEW} установлен.\n"
    old, new = Meter.objects.get(serial=OLD), Meter.objects.get(serial=NEW)
    assert (old.removed_on, new.installed_on) == (timezone.localdate(), timezone.localdate())
    assert new.account_id == account.pk
    assert (new.digits, new.removed_on) == (6, None)
    assert Entry.objects.filter(actor_name="svet meter replace").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--final", "single=много"), "write it like day=3600"),
        (("--final", "вечер=1"), "zones are single, day"),
        (("--final", "single=12"), ""),
        ((), "Missing option '--final'"),
    ],
)
def test_what_does_not_fit_changes_nothing_and_is_one_line(
    account: Account, more: tuple[str, ...], words: str
) -> None:
    done = replace(*more)
    assert done.exit_code != 0
    said = str(done.exception) if isinstance(done.exception, Failure) else done.output
    assert words in said
    assert said.strip()
    assert "Traceback" not in said
    assert not Meter.objects.filter(serial=NEW).exists()
    assert Meter.objects.get(serial=OLD).removed_on is None


def test_the_ratio_is_kept_or_asked_for(account: Account) -> None:
    Meter.objects.update(ratio=Decimal(30))
    wrong = replace("--final", "single=3650", "--ratio", "тридцать")
    assert isinstance(wrong.exception, Failure)
    done = replace("--final", "single=3650")
    assert done.output == (f"Счёт 0356067000: прибор {OLD} снят, {NEW} установлен, коэффициент 30.\n")
    assert Meter.objects.get(serial=NEW).ratio == 30


def test_another_ratio_is_taken(account: Account) -> None:
    Meter.objects.update(ratio=Decimal(30))
    done = replace("--final", "single=3650", "--ratio", "40,5")
    assert done.exit_code == 0, done.output
    assert Meter.objects.get(serial=NEW).ratio == Decimal("40.5")


@pytest.mark.parametrize(("number", "old"), [("0356067001", OLD), ("0356067000", "999")])
def test_a_meter_that_does_not_stand_there_is_not_guessed(account: Account, number: str, old: str) -> None:
    done = replace("--final", "single=3650", account=number, old=old)
    assert isinstance(done.exception, Failure)
    assert f"с номером {old}: 0" in str(done.exception)


def test_several_zones_are_given_one_by_one(account: Account) -> None:
    done = replace(
        "--final", "single=3650", "--scheme", "2", "--initial", "day=1.5", "--initial", "night=2",
        "--decimals", "1",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    new = Meter.objects.get(serial=NEW)
    assert (new.scheme, new.decimals) == (2, 1)
    first = ReadingValue.objects.filter(reading_set__meter=new).values_list("zone", "value")
    assert dict(first) == {"day": Decimal("1.5"), "night": Decimal(2)}
