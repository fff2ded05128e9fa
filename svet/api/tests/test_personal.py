"""A copy of one's data and the end of the cabinet by the API: the password is asked each time."""

from __future__ import annotations

from typing import Any

import pytest

from svet.accounts.models import Link
from svet.api.tests.test_v1 import Cast, Program, cast, code_of  # noqa: F401
from svet.people.models import Person
from svet.people.rules import Scope
from svet.people.tests.factories import PASSWORD, make_person

pytestmark = pytest.mark.django_db


def test_the_copy_holds_ones_own_and_is_given_for_the_password(cast: Cast) -> None:  # noqa: F811
    assert code_of(cast.anna.post("/me/data", {"password": "Wrong#pass1"}))[0] == 422
    found = cast.anna.post("/me/data", {"password": PASSWORD}, key="k2")
    assert found.status_code == 200, found.content
    assert [one["account"] for one in found.json()["accounts"]] == [cast.account.number]
    assert cast.account.number not in cast.vera.post("/me/data", {"password": PASSWORD}).content.decode()


def test_guessing_the_password_by_a_stolen_token_is_stopped(cast: Cast) -> None:  # noqa: F811
    answers = [
        cast.anna.post("/me/data", {"password": f"Wrong#pass{n}"}, key=f"k{n}").status_code for n in range(30)
    ]
    assert answers[0] == 422
    assert answers[-1] == 429


def test_a_deleted_cabinet_opens_nothing_any_more(cast: Cast) -> None:  # noqa: F811
    person = Person.objects.get(link__account=cast.account, link__can_submit=True)
    assert code_of(cast.anna.post("/me/delete", {"password": "Wrong#pass1"}))[0] == 422
    assert cast.anna.get("/me").status_code == 200
    assert cast.anna.post("/me/delete", {"password": PASSWORD}, key="k2").status_code == 204
    assert code_of(cast.anna.get("/me")) == (401, "unauthorized")
    person.refresh_from_db()
    assert not person.is_active
    assert not Link.objects.filter(person=person, removed_at__isnull=True).exists()


def test_a_token_that_may_only_read_deletes_nothing() -> None:
    reader: Any = Program(make_person(), {Scope.ACCOUNTS_READ.value})
    assert code_of(reader.post("/me/delete", {"password": PASSWORD})) == (403, "scope")
