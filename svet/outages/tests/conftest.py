"""Anna and her flat, for every test of the room."""

from __future__ import annotations

import pytest

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.people.models import Person
from svet.people.tests.factories import make_person


@pytest.fixture
def account() -> Account:
    """A flat at «Челябинск, ул. Лесная, 4»."""
    return make_account()


@pytest.fixture
def anna(account: Account) -> Person:
    person = make_person(email="a@example.ru")
    make_link(person=person, account=account, confirmed=True)
    return person
