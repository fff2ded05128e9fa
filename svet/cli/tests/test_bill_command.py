"""``svet bill`` and ``svet policy``: what is left to do is said by account and reason, and by exit code."""

from __future__ import annotations

from datetime import date
from threading import Event, Thread

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from svet.accounts.models import Account, Provider
from svet.accounts.operations import add_provider
from svet.accounts.tests.factories import make_provider, set_terms
from svet.billing.models import BillingRun, Charge, Policy
from svet.billing.operations.turnstile import one_at_a_time
from svet.billing.rules import BillingReason
from svet.billing.rules.kinds import PROBLEMS
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account, make_norm
from svet.bills.models import Bill
from svet.cli.billing import Insisting, bill_month
from svet.cli.commands import billing
from svet.config.failures import Failure
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case
from svet.look.formats import month
from svet.metering.tests.factories import make_reading
from svet.tariffs.models import TariffRow

pytestmark = pytest.mark.django_db
#: The command asks the clock; the month before last is past its last day of readings on any day.
LAST = Month.of(timezone.localdate()).plus(-2)
FORMER = LAST.plus(-1)


def svet(*words: str) -> Result:
    return CliRunner().invoke(getattr(billing, f"{words[0]}_command"), words[1:])


def bill(*more: str, period: Month = LAST) -> Result:
    return svet("bill", "--period", str(period), *more)


def make_read(count: int = 1, *, group: str = "1.1", period: Month = LAST) -> list[Account]:
    made = []
    for _ in range(count):
        account, meter = make_metered_account(installed_on=period.plus(-1).day(20), tariff_group=group)
        make_reading(meter, 1100, read_on=period.day(20))
        made.append(account)
    return made


def test_a_month_without_problems_is_told_in_sums_and_exits_well() -> None:
    load_chelyabinsk()
    make_read(2)
    done = bill()
    assert done.exit_code == 0, done.output
    assert "начислено 970,00\u00a0₽, лицевых счетов: 2," in done.output
    assert "Money" not in done.output
    assert Bill.objects.count() == 2


def test_problems_are_told_by_reason_with_the_first_accounts_and_exit_badly() -> None:
    load_chelyabinsk()
    make_read(99)
    (wrong,) = make_read(1, group="9.9")
    done = bill()
    assert done.exit_code == 1
    assert "не начислено: 1" in done.output
    assert "       1  Нет цен. Загрузите тарифы" in done.output
    assert wrong.number in done.output
    # One in a hundred stops nobody else's bill.
    assert Bill.objects.count() == 99
    listed = svet("bill", "problems")
    assert listed.exit_code == 0
    assert f"ural  {LAST}  {wrong.number}  Нет цен: группа «9.9». Загрузите" in listed.output
    assert "Не начислено: 1" in listed.output
    assert bill().exit_code == 1, "a rerun that leaves old ones is not well either"
    set_terms(tariff_group="1.1")
    assert bill().exit_code == 0
    assert svet("bill", "problems").output.strip() == "Не начислено: 0"


def test_many_problems_issue_no_bill_until_it_is_insisted_on() -> None:
    load_chelyabinsk()
    make_read(2)
    wrong = sorted(account.number for account in make_read(7, group="9.9"))
    done = bill()
    assert done.exit_code == 1
    assert ", ".join(wrong[:3]) in done.output
    assert "7 из 9" in done.output
    assert "--issue-anyway" in done.output
    assert not Bill.objects.exists()
    assert " …\n" in done.output, "not all of them are named"
    listed = svet("bill", "problems").output
    assert all(f"ural  {LAST}  {number}  Нет цен: группа «9.9»" in listed for number in wrong)
    done = bill("--issue-anyway")
    assert done.exit_code == 1
    assert Bill.objects.count() == 2


def test_problems_can_be_asked_for_by_month_provider_and_reason() -> None:
    load_chelyabinsk()
    (wrong,) = make_read(1, group="9.9")
    (silent, _) = make_metered_account(installed_on=LAST.plus(-1).day(20))
    bill()
    assert wrong.number in svet("bill", "problems", "--reason", "no-tariff").output
    assert silent.number not in svet("bill", "problems", "--reason", "no-tariff").output
    assert silent.number in svet("bill", "problems", "--period", str(LAST)).output
    assert silent.number not in svet("bill", "problems", "--period", str(FORMER)).output
    assert silent.number in svet("bill", "problems", "--provider", "ural").output
    nobody = svet("bill", "problems", "--provider", "nobody")
    assert isinstance(nobody.exception, Failure)


def test_differences_are_listed_and_change_nothing() -> None:
    load_chelyabinsk()
    make_norm()
    (silent, _) = make_metered_account(installed_on=FORMER.day(25))
    set_terms(residents=2)
    bill()
    listed = svet("bill", "differences")
    assert listed.exit_code == 0
    assert "сверено лицевых счетов: 1, расходятся: 0, всего 0,00\u00a0₽" in listed.output
    before = list(Charge.objects.values_list("account_id", "total_kopecks"))
    set_terms(residents=None)
    listed = svet("bill", "differences", "--provider", "ural")
    assert f"ural  {silent.number}  посчитать нельзя: Показаний нет" in listed.output
    assert "расходятся: 1" in listed.output
    assert list(Charge.objects.values_list("account_id", "total_kopecks")) == before
    assert isinstance(svet("bill", "differences", "--provider", "nobody").exception, Failure)


def test_one_provider_without_a_region_stops_nobody_else() -> None:
    load_chelyabinsk()
    add_provider(code="aaa-heat", name="Тепло", region="")
    make_read()
    done = bill()
    assert done.exit_code == 1
    assert "Тепло" in done.output
    assert "не указан регион" in done.output
    assert Charge.objects.count() == Bill.objects.count() == 1
    assert bill("--provider", make_provider().code).exit_code == 0


def test_a_month_whose_readings_are_not_over_is_charged_only_by_name() -> None:
    load_chelyabinsk()
    today = Month.of(timezone.localdate())
    make_read(period=LAST)
    Provider.objects.update(window_to_day=31)
    done = bill(period=today)
    assert done.exit_code == 1
    assert "--before-cut-off" in done.output
    assert not Charge.objects.exists()
    # Whoever insists is believed; the silent account is a problem of its own.
    assert "--before-cut-off" not in bill("--before-cut-off", period=today).output


def test_an_earlier_month_that_is_open_is_told_and_a_missing_one_is_refused() -> None:
    load_chelyabinsk()
    (former,) = make_read(period=FORMER, group="9.9")
    bill(period=FORMER)
    Account.objects.update(closed_on=FORMER.day(28))
    make_read()
    done = bill()
    assert done.exit_code == 1
    assert f"за {month(FORMER)} остаётся не начислено: 1" in done.output
    assert former.number in svet("bill", "problems").output


def test_a_missing_month_is_left_out_only_by_name() -> None:
    load_chelyabinsk()
    make_read(period=FORMER.plus(-1))
    assert bill(period=FORMER.plus(-1)).exit_code == 0
    done = bill()
    assert done.exit_code == 1
    assert month(FORMER) in done.output
    assert "--over-gap" in done.output
    assert "--over-gap" not in bill("--over-gap").output


def test_the_group_says_what_is_missing() -> None:
    assert "--period" in svet("bill").output
    assert svet("bill").exit_code == 2
    assert svet("bill", "--period", "2026-11", "problems").exit_code == 2
    wrong = bill("--provider", "nobody")
    assert isinstance(wrong.exception, Failure)


def test_every_reason_can_be_asked_for() -> None:
    assert {word.replace("-", "_") for word in billing.REASONS} == {reason.value for reason in PROBLEMS}
    assert BillingReason.NO_TARIFF in PROBLEMS


def test_rules_are_set_shown_and_refused_in_words() -> None:
    make_provider()
    assert "норматив не задан" in svet("policy", "show").output
    done = svet("policy", "set", "--from", "2026-11", "--norm", "92,5")
    assert done.exit_code == 0, done.output
    assert "ural  с 01.11.2026, записано: норматив 92,5 кВт·ч на человека" in done.output
    assert "так и было" in svet("policy", "set", "--from", "2026-11", "--norm", "92.5").output
    assert "изменено" in svet("policy", "set", "--from", "2026-11", "--proration", "at-reading").output
    row = Policy.objects.get()
    assert (row.since, row.proration) == (date(2026, 11, 1), "at_reading")
    shown = svet("policy", "show").output
    assert "с 01.11.2026" in shown
    assert "смена цен по показанию" in shown
    refused = svet("policy", "set", "--from", "2026-12", "--norm", "0")
    assert isinstance(refused.exception, Failure)
    assert "Норматив" in str(refused.exception)


@pytest.mark.parametrize("words", [("--norm", "много"), ("--proration", "by_week"), ()])
def test_rules_that_nobody_can_read_change_nothing(words: tuple[str, ...]) -> None:
    make_provider()
    done = svet("policy", "set", "--from", "2026-11", *words)
    assert done.exit_code != 0
    assert not Policy.objects.exists()


def test_with_several_providers_the_rules_need_a_name() -> None:
    make_provider()
    add_provider(code="second", name="Второй", region="Рязанская область")
    done = svet("policy", "set", "--from", "2026-11", "--norm", "90")
    assert isinstance(done.exception, Failure)
    assert "second" in str(done.exception)
    assert svet("policy", "set", "--from", "2026-11", "--norm", "90", "--provider", "second").exit_code == 0
    assert "Второй" in svet("policy", "show", "--provider", "second").output


def test_a_production_charges_nobody_at_demonstration_prices(settings: Settings) -> None:
    settings.ENV = "production"
    load_chelyabinsk()
    TariffRow.objects.filter(valid_from__gte=LAST.plus(-12).first).update(demonstration=True)
    TariffRow.objects.filter(valid_to=None).update(demonstration=True)
    make_read(2)
    done = bill()
    assert done.exit_code == 1
    assert "демонстрационная" in done.output
    assert "svet tariffs load FILE" in done.output
    assert (Charge.objects.count(), BillingRun.objects.count(), Bill.objects.count()) == (0, 0, 0)
    TariffRow.objects.update(demonstration=False)
    assert bill().exit_code == 0
    assert Bill.objects.count() == 2


def test_a_run_that_must_wait_for_another_says_so_at_once(transactional_db: None) -> None:
    load_chelyabinsk()
    make_read(1)
    provider = Provider.objects.get()
    held, over = Event(), Event()

    def hold() -> None:
        with use_case():
            one_at_a_time(provider.pk)
            held.set()
            over.wait(30)
        connection.close()

    other = Thread(target=hold)
    other.start()
    assert held.wait(10)
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        # Said while the other still charges: only then does it end.
        over.set()

    try:
        assert bill_month(
            period=str(LAST), code="", issue=False, now=timezone.now(), say=say, insisting=Insisting()
        )
    finally:
        over.set()
        other.join()
    assert "другая команда" in said[0]
    assert "начислено" in said[1]
