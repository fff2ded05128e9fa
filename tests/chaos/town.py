"""The people, accounts, suppliers and sources of a run, and what each account must owe in the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from svet.accounts.models import Account, Provider
from svet.accounts.tests.factories import make_account, make_link
from svet.kernel.actors import Actor
from svet.payments import operations
from svet.payments.tests.factories import NOW, owe, provider_with_requisites
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
    expected: dict[int, int] = field(default_factory=dict)

    @property
    def staff(self) -> Actor:
        return Actor.staff(self.vera.pk, name="Вера")

    def expect(self, account: Account, kopecks: int) -> None:
        """What the account owes changes by so much, whatever happens on the way."""
        self.expected[account.pk] = self.expected.get(account.pk, 0) + kopecks


def make_town() -> Town:
    light = provider_with_requisites()
    warmth = provider_with_requisites(
        code="heat", name="Окская теплосеть", inn="7450000002", settlement_account="40702810000000000002"
    )
    anna = make_person(email="anna@example.ru")
    boris = make_person(first_name="Борис", patronymic="Иванович")
    vera = make_person(first_name="Вера", patronymic="Львовна", last_name="Чужая")
    town = Town(anna, boris, vera, _accounts(light, 4), _accounts(warmth, 2))
    for account in [*town.accounts, *town.heat]:
        make_link(person=anna, account=account, confirmed=True)
        owe(account, 10_000_00)
        town.expect(account, 10_000_00)
    make_link(person=boris, account=town.accounts[0], can_pay=True)
    for code in SOURCES:
        operations.add_source(
            code=code, name=f"Банк {code}", provider_code=light.code, now=NOW, by=Actor.system("town")
        )
    return town


def _accounts(provider: Provider, count: int) -> list[Account]:
    return [make_account(provider=provider) for _ in range(count)]
