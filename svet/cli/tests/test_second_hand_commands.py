"""`svet account close` and `svet act`: what gives back more than one hand may is told and left."""

from __future__ import annotations

from datetime import date

import pytest
from click import Command
from click.testing import CliRunner, Result

from svet.accounts.models import Account
from svet.accounts.tests.factories import set_terms
from svet.billing import operations as billing
from svet.billing.models import FactDraft
from svet.billing.tests.factories import NOW, load_chelyabinsk, make_metered_account, make_norm
from svet.billing.tests.test_order import AUGUST, JULY, JUNE, make_summer
from svet.cli.commands.accounts import account_command
from svet.cli.commands.acts import act_command
from svet.metering.models import OfficeAct

pytestmark = pytest.mark.django_db
LEFT = "Она начнёт действовать, когда её подпишет сотрудник на странице «Вторая подпись»."


def run(command: Command, *words: str) -> Result:
    return CliRunner().invoke(command, [*words])


def charged(account: Account) -> Account:
    for month in (JUNE, JULY, AUGUST):
        billing.run(provider_id=account.provider_id, period=month, now=NOW, over_gap=True)
    return account


def closed_on(account: Account) -> date | None:
    return Account.objects.values_list("closed_on", flat=True).get(pk=account.pk)


def test_an_end_is_told_by_month_and_left_and_the_same_again_is_refused() -> None:
    make_norm(100)
    account = charged(make_summer()[0])
    said = ["close", account.number, "--on", "2026-05-24", "--reason", "продано"]
    done = run(account_command, *said)
    assert done.exit_code == 0, done.output
    draft = FactDraft.objects.get()
    for words in (
        "июнь\u00a02026: 485,00\u00a0₽ → 0,00\u00a0₽",
        "август\u00a02026",
        f"возврат 1\u00a0455,00\u00a0₽ больше, чем можно одному. Запись {draft.public_id}.",
        LEFT,
    ):
        assert words in done.output, (words, done.output)
    assert (draft.state, draft.by_id, closed_on(account)) == ("waiting", None, None)
    again = run(account_command, *said)
    assert (again.exit_code != 0, FactDraft.objects.count()) == (True, 1)
    small = run(account_command, "close", account.number, "--on", "2026-07-24", "--reason", "продано")
    assert (small.exit_code, closed_on(account)) == (0, date(2026, 7, 24))
    assert LEFT not in small.output


def test_an_act_is_left() -> None:
    make_norm(100)
    load_chelyabinsk()
    account, _ = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    set_terms(account, residents=6)
    charged(account)
    done = run(
        act_command, "write", account.number, "away", "--number", "17", "--drawn", "2026-09-01",
        "--since", "2026-05-24", "--until", "2026-08-24", "--persons", "6", "--reason", "справка",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    draft = FactDraft.objects.get()
    assert (LEFT in done.output, "Акт записан" in done.output) == (True, False)
    assert (draft.kind, draft.state, OfficeAct.objects.count()) == ("act", "waiting", 0)
