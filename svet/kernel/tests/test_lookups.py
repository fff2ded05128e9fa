"""«Is one of these» is one parameter, however many values there are; nothing else of ``__in`` changes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account, Link, Provider
from svet.accounts.rules import BillDelivery
from svet.accounts.tests.factories import make_provider


def sent(rows: Any) -> tuple[str, tuple[Any, ...]]:
    text, values = rows.query.sql_with_params()
    return text, values


def test_several_values_are_one_array_of_the_column() -> None:
    text, values = sent(Account.objects.filter(number__in=["1", "2", "3"]))
    assert text.endswith('WHERE "accounts_account"."number" = ANY(%s::text[])')
    assert values == (["1", "2", "3"],)


def test_references_and_members_of_enums_are_sent_plain() -> None:
    text, values = sent(Link.objects.filter(account__in=[7, 8], account__delivery__in=list(BillDelivery)))
    assert '"account_id" = ANY(%s::bigint[])' in text
    assert sorted((type(value[0]) for value in values), key=str) == [int, str]


def test_one_value_stays_an_equality_and_none_asks_nothing() -> None:
    assert "IN (%s)" in sent(Account.objects.filter(pk__in=[7]))[0]
    assert list(Account.objects.filter(pk__in=[])) == []


@pytest.mark.django_db
def test_subqueries_and_absence_stay_what_they_were() -> None:
    provider = make_provider(code="ues", name="Уралэнергосбыт")
    assert list(Provider.objects.filter(pk__in=Provider.objects.all())) == [provider]
    assert list(Provider.objects.filter(code__in=["ues", None, "other"])) == [provider]
    assert list(Provider.objects.exclude(code__in=["one", "two"])) == [provider]
    assert Provider.objects.in_bulk([provider.pk, 0]) == {provider.pk: provider}


@pytest.mark.django_db
def test_more_values_than_a_statement_has_places_are_one_question() -> None:
    provider = make_provider(code="ues", name="Уралэнергосбыт")
    with CaptureQueriesContext(connection) as asked:
        found = Provider.objects.filter(code__in=[*(str(n) for n in range(70_000)), "ues"])
        assert list(found) == [provider]
    assert len(asked) == 1
