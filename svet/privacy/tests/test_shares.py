"""Each room that knows persons says what it shows them of theirs and how it forgets them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest
from django.apps import apps
from django.db import models

from svet.api.models import IdempotentCall
from svet.api.tests.test_v1 import Program
from svet.kernel.personal import PersonalShare
from svet.people.tests.factories import PASSWORD, make_person
from svet.privacy.operations import delete_cabinet
from svet.privacy.shares import sections, shares

KNOWN_BY = ("people.Person", "notices.Recipient")


def without_share(tables: Iterable[type[models.Model]], having: Collection[str]) -> list[str]:
    """Columns that name a person, in rooms that have declared nothing."""
    return [
        f"{table._meta.label}.{field.name}"
        for table in tables
        for field in table._meta.get_fields()
        if isinstance(field, models.Field) and _names_a_person(field) and table._meta.app_label not in having
    ]


def _names_a_person(field: models.Field[object, object]) -> bool:
    target = field.related_model
    if isinstance(target, type):
        return target._meta.label in KNOWN_BY
    return field.name.endswith("person_id")


def our_tables() -> list[type[models.Model]]:
    return [table for table in apps.get_models() if table.__module__.startswith("svet.")]


def test_a_room_that_knows_a_person_has_a_share() -> None:
    assert without_share(our_tables(), shares()) == []


@pytest.mark.parametrize(
    ("room", "column"), [("payments", "BoundCard.person"), ("journal", "Entry.actor_person_id")]
)
def test_a_room_that_forgot_to_declare_its_share_is_found(room: str, column: str) -> None:
    assert f"{room}.{column}" in without_share(our_tables(), shares().keys() - {room})


def test_whoever_leans_on_others_forgets_before_them() -> None:
    order = [label for label, share in shares().items() if share.forget is not None]
    for upper, lower in (("payments", "accounts"), ("accounts", "people"), ("office", "people")):
        assert order.index(upper) < order.index(lower)


def test_each_section_has_a_name_and_a_place_of_its_own() -> None:
    found = sections()
    assert len({one.key for one in found}) == len({one.place for one in found}) == len(found)


@pytest.mark.parametrize("given", [{}, {"kept": "the law", "forget": lambda **_: None}])
def test_a_share_forgets_or_says_why_not(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="says why"):
        PersonalShare(**given)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_answers_kept_for_a_repeated_call_go_with_the_cabinet() -> None:
    anna, boris = make_person(), make_person()
    for person in (anna, boris):
        assert Program(person, {"cabinet:write"}).post("/groups", {"name": "Дача"}).status_code == 201
    delete_cabinet(person_id=anna.pk, password=PASSWORD, address="", now=boris.created_at)
    assert [call.person_id for call in IdempotentCall.objects.all()] == [boris.pk]
