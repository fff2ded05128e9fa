"""A frozen query answers as its queryset does, and refuses what it could only answer wrongly."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils.translation import get_language

from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_account, make_link
from svet.kernel.bulk import gathered, write_along
from svet.kernel.frozen import Frozen, PublicIdText
from svet.people.tests.factories import make_person


def _account(public_id: PublicIdText) -> QuerySet[Account]:
    return Account.objects.select_related("provider", "premises").filter(public_id=public_id)


def _numbers(keys: Collection[int]) -> QuerySet[Account, str]:
    return Account.objects.filter(pk__in=keys).order_by("-pk").values_list("number", flat=True)


def _pairs(keys: Collection[int]) -> QuerySet[Account, tuple[str, str]]:
    return Account.objects.filter(pk__in=keys).order_by("pk").values_list("number", "provider__code")


def _named(key: int) -> QuerySet[Account]:
    return Account.objects.filter(pk=key).annotate(called=F("number"))


def _links(person_id: int, at: datetime, *, confirmed: bool) -> QuerySet[Link]:
    links = Link.objects.standing(at=at).filter(person_id=person_id)
    return links.filter(confirmed_at__isnull=False) if confirmed else links


@pytest.mark.django_db
def test_rows_are_those_of_the_queryset() -> None:
    accounts = [make_account() for _ in range(3)]
    keys = [account.pk for account in accounts]
    known = Frozen(_account)
    for account in accounts:
        row = known.first(account.public_id)
        assert row == account
        assert row.holder_name == account.holder_name
        with CaptureQueriesContext(connection) as asked:
            assert (row.provider, row.premises) == (account.provider, account.premises)
        assert not asked.captured_queries
    numbers, pairs = Frozen(_numbers), Frozen(_pairs)
    for some in (keys, keys[:1], keys[1:]):
        assert numbers.all(some) == list(_numbers(some))
        assert pairs.all(some) == list(_pairs(some))
    named: Any = Frozen(_named).first(keys[1])
    assert named.called == accounts[1].number


@pytest.mark.django_db
def test_each_shape_has_its_text_and_each_call_its_values() -> None:
    anna, boris = make_person(), make_person()
    account = make_account()
    own = make_link(person=anna, account=account, confirmed=True)
    other = make_link(person=boris, account=account)
    links, now = Frozen(_links), datetime.now(UTC)
    assert links.all(anna.pk, now, confirmed=True) == [own]
    assert links.all(boris.pk, now, confirmed=True) == []
    assert links.all(boris.pk, now, confirmed=False) == [other]


@pytest.mark.django_db
def test_rows_are_counted_by_the_database() -> None:
    keys = [make_account().pk for _ in range(3)]
    numbers, known = Frozen(_numbers), Frozen(_account)
    with CaptureQueriesContext(connection) as asked:
        assert [numbers.count(some) for some in (keys, keys[1:], [0], [])] == [3, 2, 0, 0]
    assert len(asked.captured_queries) == 3
    assert known.count(make_account().public_id) == 1
    with transaction.atomic(), pytest.raises(ValueError, match="locks none"):
        Frozen(_alone).count(keys[0])


@pytest.mark.django_db
def test_what_waits_to_be_written_is_counted_too() -> None:
    link, now = make_link(person=make_person(), account=make_account()), datetime.now(UTC)
    links = Frozen(_links)
    assert links.count(link.person_id, now, confirmed=False) == 1
    text = f'DELETE FROM "{Link._meta.db_table}" WHERE "id" = %s'
    with transaction.atomic(), gathered():
        write_along(text, [link.pk], model=Link)
        assert links.count(link.person_id, now, confirmed=False) == 0


@pytest.mark.django_db
def test_what_can_find_nothing_asks_nothing() -> None:
    known, numbers = Frozen(_account), Frozen(_numbers)
    known.first("0" * 16)
    with CaptureQueriesContext(connection) as asked:
        assert known.first("\0") is None
        assert known.first("0" * 10_000) is None
        assert numbers.all([]) == []
    assert not asked.captured_queries


def _clock(key: int) -> QuerySet[Link]:
    return Link.objects.standing(at=datetime.now(UTC)).filter(pk=key)


def _changed(number: str) -> QuerySet[Account]:
    return Account.objects.filter(number__startswith=number)


def _unused(key: int, other: int) -> QuerySet[Account]:
    return Account.objects.filter(pk=key)


def _prefetching(key: int) -> QuerySet[Account]:
    return Account.objects.filter(pk=key).prefetch_related("link_set")


def _as_dicts(key: int) -> Any:
    return Account.objects.filter(pk=key).values("pk")


def _of_a_day(on: date) -> QuerySet[Link]:
    return Link.objects.filter(linked_at__date=on)


def _in_a_language(account_id: int) -> QuerySet[Account]:
    return Account.objects.filter(pk=account_id, number=get_language())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("build", "values"),
    [
        (_clock, [1]),
        (_changed, ["1"]),
        (_unused, [1, 2]),
        (_prefetching, [1]),
        (_as_dicts, [1]),
        (_of_a_day, [date(2026, 11, 23)]),
        (_in_a_language, [1]),
    ],
)
def test_what_would_answer_wrongly_is_refused_when_it_is_compiled(build: Any, values: list[Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are for the developer
        Frozen(build).all(*values)


@pytest.mark.django_db
def test_none_is_no_value() -> None:
    query: Any = Frozen(_named)
    with pytest.raises(ValueError, match="None"):
        query.all(None)


def _alone(key: int) -> QuerySet[Account]:
    return Account.objects.select_for_update().filter(pk=key)


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction_every_time() -> None:
    account, query = make_account(), Frozen(_alone)
    with transaction.atomic():
        assert query.first(account.pk) == account
    with pytest.raises(RuntimeError):
        query.first(account.pk)
