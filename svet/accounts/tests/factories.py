"""Invented providers, accounts and links for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from django.db import transaction

from svet.accounts import operations
from svet.accounts.models import Account, Group, Link, Provider
from svet.accounts.queries.terms import dated_terms
from svet.accounts.rules.terms import TermsField, changed
from svet.kernel.actors import Actor
from svet.people.models import Person

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OFFICE = Actor.system("test")
_numbers = count(3_560_670_000)


def make_provider(*, code: str = "ural", name: str = "Уралэнергосбыт", **details: Any) -> Provider:
    """The provider of this code, made once."""
    details.setdefault("region", "Челябинская область")
    if not Provider.objects.filter(code=code).exists():
        operations.add_provider(code=code, name=name, **details)
    return Provider.objects.get(code=code)


def make_account(
    *,
    number: str | None = None,
    provider: Provider | None = None,
    holder_name: str = "Иванова Анна Петровна",
    registry_phone: str = "",
    flat: str = "17",
    tariff_group: str = "1.1",
    opened_on: date = date(2020, 1, 1),
    residents: int | None = None,
    proofs: Sequence[str] = (),
) -> Account:
    """An account with its premises; ``proofs`` are meter numbers that open it."""
    (key,) = operations.create_accounts(
        provider_id=(provider or make_provider()).pk,
        rows=[
            operations.NewAccount(
                number=number or f"{next(_numbers):010d}",
                holder_name=holder_name,
                city="Челябинск",
                street="ул. Лесная",
                house="4",
                flat=flat,
                registry_phone=registry_phone,
                tariff_group=tariff_group,
                opened_on=opened_on,
                residents=residents,
            )
        ],
        by=OFFICE,
        now=NOW,
    )
    if proofs:
        with transaction.atomic():
            operations.set_link_proofs(account_id=key, serials=proofs)
    return Account.objects.select_related("provider", "premises").get(pk=key)


def set_terms(*accounts: Account, since: date | None = None, **changes: Any) -> None:
    """Enter terms of these accounts, or of all, from a day or from the opening of each."""
    for account in accounts or Account.objects.select_related("provider"):
        day = since or account.opened_on
        history = dated_terms([account.pk])[account.pk]
        named = {TermsField(name): value for name, value in changes.items()}
        if changed(history, since=day, changes=named):
            operations.change_terms(
                by=OFFICE,
                account_public_id=account.public_id,
                changes=named,
                since=day,
                reason="справка № 4",
                now=NOW,
            )


def make_group(*, person: Person, name: str = "Родители") -> Group:
    """A group of the person beside the default one."""
    made = operations.create_group(by=Actor.person(person.pk), name=name)
    return Group.objects.get(public_id=made.public_id)


def make_link(*, person: Person, account: Account, confirmed: bool = False, **columns: Any) -> Link:
    """The person holds the account, without the two numbers."""
    with transaction.atomic():
        group = columns.pop("group", None) or operations.default_group(person_id=person.pk)
    columns.setdefault("can_manage", confirmed)
    return Link.objects.create(
        person=person,
        account=account,
        group=group,
        linked_at=NOW,
        confirmed_at=NOW if confirmed else None,
        **columns,
    )
