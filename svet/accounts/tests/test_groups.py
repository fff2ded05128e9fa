"""Groups of a cabinet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from svet.accounts import operations, queries
from svet.accounts.operations import GroupReason
from svet.accounts.tests.factories import make_account, make_group, make_link
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


def test_deleting_a_group_moves_its_accounts_to_my_group() -> None:
    boris = make_person()
    by = Actor.person(boris.pk)
    group = make_group(person=boris)
    make_link(person=boris, account=make_account(), group=group)
    operations.delete_group(by=by, group_public_id=group.public_id)
    (only,) = queries.cabinet(boris.pk)
    assert (only.name, len(only.cards)) == ("Моя группа", 1)


def test_default_group_stays_but_may_be_renamed() -> None:
    boris = make_person()
    by = Actor.person(boris.pk)
    make_group(person=boris)
    default = queries.cabinet(boris.pk)[0]
    with pytest.raises(Refused) as caught:
        operations.delete_group(by=by, group_public_id=default.public_id)
    assert caught.value.reason == GroupReason.DEFAULT_STAYS
    operations.rename_group(by=by, group_public_id=default.public_id, name="  Наш   дом ")
    assert queries.cabinet(boris.pk)[0].name == "Наш дом"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", GroupReason.REQUIRED),
        ("   ", GroupReason.REQUIRED),
        ("я" * 61, GroupReason.TOO_LONG),
        ("a\u202eb", GroupReason.CHARS),
        ("Родители", GroupReason.TAKEN),
    ],
)
def test_bad_group_name_is_refused(name: str, reason: GroupReason) -> None:
    boris = make_person()
    make_group(person=boris, name="Родители")
    with pytest.raises(Refused) as caught:
        operations.create_group(by=Actor.person(boris.pk), name=name)
    assert caught.value.reason == reason


def test_stranger_cannot_touch_anothers_group() -> None:
    boris, vera = make_person(), make_person()
    group = make_group(person=boris)
    by = Actor.person(vera.pk)
    acts: tuple[Callable[[], None], ...] = (
        lambda: operations.rename_group(by=by, group_public_id=group.public_id, name="x"),
        lambda: operations.delete_group(by=by, group_public_id=group.public_id),
        lambda: operations.move_group(by=by, group_public_id=group.public_id, up=True),
    )
    for act in acts:
        with pytest.raises(Refused):
            act()
    group.refresh_from_db()
    assert group.name == "Родители"


def test_groups_and_accounts_move() -> None:
    boris = make_person()
    by = Actor.person(boris.pk)
    make_group(person=boris, name="А")
    second = make_group(person=boris, name="Б")
    account = make_account()
    make_link(person=boris, account=account)
    operations.move_group(by=by, group_public_id=second.public_id, up=True)
    operations.move_account(by=by, account_public_id=account.public_id, group_public_id=second.public_id)
    assert [(group.name, len(group.cards)) for group in queries.cabinet(boris.pk)] == [
        ("Моя группа", 0),
        ("Б", 1),
        ("А", 0),
    ]


def test_cabinet_of_two_hundred_accounts_costs_two_queries(django_assert_num_queries: object) -> None:
    boris = make_person()
    for _ in range(30):
        make_link(person=boris, account=make_account())
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(queries.cabinet(boris.pk)[0].cards) == 30
