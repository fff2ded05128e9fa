"""The people, accounts, suppliers and sources of a run, and what each account must owe in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from svet.accounts.models import Account, Provider
from svet.accounts.tests.factories import make_account, make_link
from svet.billing.tests.factories import load_chelyabinsk
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.metering.models import Meter
from svet.metering.tests.factories import make_meter
from svet.payments import operations
from svet.payments.tests.factories import NOW, provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person

SOURCES = ("first-bank", "second-bank")


@dataclass
class Town:
    """Anna holds all accounts, Boris pays for the first; Vera is a member of staff here."""

    anna: Person
    boris: Person
    vera: Person
    accounts: list[Account]
    heat: list[Account]
    meters: list[Meter]
    #: What each meter shows, and the first month that is not charged yet.
    kwh: dict[int, int]
    month: Month
    expected: dict[int, int] = field(default_factory=dict)

    @property
    def staff(self) -> Actor:
        return Actor.staff(self.vera.pk, name="Вера")

    def expect(self, account: Account, kopecks: int) -> None:
        """What the account owes changes by so much, whatever happens on the way."""
        self.expected[account.pk] = self.expected.get(account.pk, 0) + kopecks


def make_town(*, second: str, third: str) -> Town:
    """``second`` and ``third`` are the addresses of the banks that stand in for the first."""
    light = provider_with_requisites()
    warmth = provider_with_requisites(
        code="heat", name="Окская теплосеть", inn="7450000002", settlement_account="40702810000000000002"
    )
    anna = make_person(email="anna@example.ru")
    boris = make_person(first_name="Борис", patronymic="Иванович")
    vera = make_person(first_name="Вера", patronymic="Львовна", last_name="Чужая")
    load_chelyabinsk()
    homes = _accounts(light, 4)
    meters = [make_meter(account=home, installed_on=date(2024, 7, 20), initial=1000) for home in homes]
    kwh = {meter.pk: 1000 for meter in meters}
    town = Town(anna, boris, vera, homes, _accounts(warmth, 2), meters, kwh, Month(2024, 8))
    for account in [*town.accounts, *town.heat]:
        make_link(person=anna, account=account, confirmed=True)
        _begin(account, 10_000_00)
        town.expect(account, 10_000_00)
    make_link(person=boris, account=town.accounts[0], can_pay=True)
    by = Actor.system("town")
    for code, address in (("second", second), ("third", third)):
        secret = f"SVET_CHAOS_{code.upper()}"
        operations.add_shop(code=code, name=f"Банк {code}", address=address, secret=secret, now=NOW, by=by)
    operations.stand_in(provider=light.code, codes=["second", "third"], now=NOW, by=by)
    for code in SOURCES:
        operations.add_source(
            code=code, name=f"Банк {code}", provider_code=light.code, now=NOW, by=Actor.system("town")
        )
    return town


def _accounts(provider: Provider, count: int) -> list[Account]:
    return [make_account(provider=provider) for _ in range(count)]


def _begin(account: Account, kopecks: int) -> None:
    """The debt that the account comes with, of before its first month here."""
    with use_case():
        ledger.post(
            key=f"test-debt:{account.pk}",
            kind=TransactionKind.OPENING,
            legs=[
                Leg(Book.RECEIVABLE, account.pk, Money(kopecks)),
                Leg(Book.OPENING, None, Money(-kopecks)),
            ],
            occurred_at=NOW,
            effective_on=date(2024, 7, 31),
            provider_id=account.provider_id,
        )
