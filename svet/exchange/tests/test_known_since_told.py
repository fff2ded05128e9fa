"""What a register brings of days that were charged counts since it was told: no charge is judged by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_provider
from svet.billing import operations as billing
from svet.billing import queries as charged
from svet.billing.queries.explaining import explanation
from svet.billing.rules.explanation import read, replayed, written
from svet.billing.tests.factories import load_chelyabinsk
from svet.exchange.operations import take_file
from svet.exchange.tests.test_taking import NUMBERS, OLGA, SERIALS, account_lines, reading_lines
from svet.exchange.tests.test_terms_register import lines as terms_lines
from svet.kernel.periods import Month
from svet.ledger import queries as ledger

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY, AUGUST, SEPTEMBER, OCTOBER = (Month(2026, month) for month in range(5, 11))
BEGAN = {"opened_on": "2026-05-24", "installed_on": "2026-05-24", "scheme": "1", "initial_1": "0"}
OTHERS = {"initial_2": "", "initial_3": ""}
LATE = datetime(2026, 9, 10, 7, tzinfo=UTC)
HOME = NUMBERS[0]


def after(month: Month) -> datetime:
    """The morning on which a month is charged."""
    return datetime(month.year, month.month, 27, 7, tzinfo=UTC)


def bring(profile: str, text: str, *, now: datetime) -> None:
    report = take_file(profile=profile, name="register.csv", content=text.encode(), by=OLGA, now=now)
    assert (report.applied > 0, report.rejected, report.changed) == (True, 0, 0), report.faults


def run(month: Month, *, by_sets: bool | None = None) -> None:
    billing.run(provider_id=make_provider(code="ues").pk, period=month, now=after(month), by_sets=by_sets)


def sent(number: int, day: str, *values: int, serial: str = SERIALS[0], source: str = "") -> str:
    shown = ";".join(map(str, (*values, *[""] * (3 - len(values)))))
    return reading_lines(f"r{number};{HOME};{serial};{day};{shown};{source}")


def further(**meter: str) -> str:
    """The accounts as they were told first, and another meter of the first of them."""
    before = account_lines(**BEGAN, **OTHERS)
    more = account_lines(**(BEGAN | OTHERS | {"meter_serial": "71000001"} | meter)).splitlines()[1]
    return before + more + "\n"


#: By kind: the register, and what it says late of charged days.
NEWS = {
    "another meter": ("accounts", further(installed_on="2026-07-01")),
    "another meter with a ratio": ("accounts", further(installed_on="2026-06-10", ratio="30")),
    "another meter of two zones": (
        "accounts",
        further(installed_on="2026-07-01", scheme="2", initial_1="5", initial_2="7"),
    ),
    "another meter of the first day": ("accounts", further()),
    "a reading": ("readings", sent(40, "2026-08-05", 240)),
    "an automatic reading": ("readings", sent(41, "2026-08-05", 210, source="automatic")),
    "a control reading": ("readings", sent(42, "2026-08-05", 150, source="control")),
    "a group": ("terms", terms_lines(f"ues;{HOME};2026-06-10;1.3;;;;;акт № 1")),
    "residents": ("terms", terms_lines(f"ues;{HOME};2026-07-02;;4;;;;акт № 2")),
    "an area, a stove and heating": ("terms", terms_lines(f"ues;{HOME};2026-07-02;;;44;electric;да;акт № 3")),
}


@pytest.fixture
def home() -> Account:
    """Two accounts; one was read 100, 200 on the 24th of June and July; August is charged too."""
    load_chelyabinsk()
    make_provider(code="ues")
    bring("accounts", account_lines(**BEGAN, **OTHERS), now=after(MAY))
    billing.set_policy(
        provider_id=make_provider(code="ues").pk, valid_from=MAY.first, norm_kwh_per_person=Decimal(90),
        by=OLGA, now=after(MAY),
    )  # fmt: skip
    for place, month in enumerate((JUNE, JULY, AUGUST), 1):
        if month != AUGUST:
            bring(
                "readings", sent(place, str(month.day(24)), 100 * place), now=after(month) - timedelta(days=2)
            )
        run(month)
    return Account.objects.get(number=HOME)


def proved() -> None:
    """Nothing is a breach, and each charge so far is told as it was known, and replayed."""
    assert charged.broken() == charged.uncharged() == ledger.broken() == []
    for account in Account.objects.all():
        for charge in charged.charges([account.pk]):
            told = explanation(account.pk, charge.period)
            assert told is not None
            assert told.exact, charge.period
            assert replayed(read(written(told))) == []


@pytest.mark.parametrize("kind", NEWS)
def test_what_a_register_says_of_charged_days_is_charged_next_and_known_since_it_came(
    kind: str, home: Account
) -> None:
    profile, text = NEWS[kind]
    before = [charge.kwh for charge in charged.charges([home.pk])]
    bring(profile, text, now=LATE)
    proved()
    assert [charge.kwh for charge in charged.charges([home.pk])] == before
    # A later meter is read too: what was counted of it meanwhile comes back.
    if profile == "accounts":
        values = (40, 60) if "scheme" in kind or "zones" in kind else (40,)
        bring("readings", sent(50, "2026-09-20", *values, serial="71000001"), now=after(SEPTEMBER))
    run(SEPTEMBER, by_sets=True)
    proved()
    run(OCTOBER)
    proved()
