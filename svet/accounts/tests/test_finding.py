"""The search finds by words however they come, and asks indexes: no account is looked at for nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account, Premises
from svet.accounts.queries import finding
from svet.accounts.tests.factories import make_account

#: A small town beside one account: enough for a planner that has counted it.
NEIGHBOURS = 4_000
_TOWN = """
WITH homes AS (
    INSERT INTO accounts_premises (city, street, house, flat)
    SELECT 'Еткуль', concat('ул. Улица', chr(1072 + n %% 20), chr(1072 + n / 20 %% 20)), n / 40, n %% 40
    FROM generate_series(1, %(count)s) n RETURNING id
)
INSERT INTO accounts_account ({columns})
    SELECT {values} FROM accounts_account a, homes h WHERE a.id = %(like)s
"""
_THEIRS = {
    "public_id": "'n' || lpad(h.id::text, 15, '0')",
    "number": "'9' || lpad(h.id::text, 9, '0')",
    "premises_id": "h.id",
    "holder_name": "concat('Фамилия', chr(1072 + (h.id %% 32)::int), chr(1072 + (h.id / 32 %% 32)::int))",
    "registry_phone": "'+79' || lpad(h.id::text, 9, '0')",
}


def _town(like: Account, count: int) -> None:
    """So many neighbours, counted and their words tidied up, as autovacuum does it."""
    names = [str(field.column) for field in Account._meta.concrete_fields if field.column != "id"]
    with connection.cursor() as cursor:
        statement = _TOWN.format(
            columns=", ".join(names), values=", ".join(_THEIRS.get(name, f"a.{name}") for name in names)
        )
        cursor.execute(statement, {"count": count, "like": like.pk})
        for index in ("premises_words", "account_holder_words"):
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        cursor.execute("ANALYZE accounts_account, accounts_premises, accounts_link")


def _at(street: str, house: str, *, holder: str = "Иванов Пётр Сергеевич", flat: str = "17") -> Account:
    account = make_account(holder_name=holder, flat=flat)
    Premises.objects.filter(pk=account.premises_id).update(street=street, house=house)
    return account


@pytest.mark.django_db
def test_the_planner_takes_the_index_of_each_way() -> None:
    """On tables with statistics, with nothing forbidden to it."""
    _town(make_account(number="0356068888", registry_phone="+79117178512"), NEIGHBOURS)
    ways: list[tuple[Callable[[], list[int]], set[str]]] = [
        (lambda: finding.by_words("Лесная 4-17"), {"premises_words"}),
        (lambda: finding.by_words("иванова лесная"), {"premises_words", "account_holder_words"}),
        (lambda: finding.by_phone("+79117178512"), {"account_by_phone"}),
        (lambda: finding.by_number("035606"), {"account_by_number"}),
    ]
    for ask, indexes in ways:
        with CaptureQueriesContext(connection) as asked:
            assert len(ask()) == 1
        plans = ""
        with connection.cursor() as cursor:
            for query in asked.captured_queries:
                cursor.execute(f"EXPLAIN {query['sql']}")
                plans += "\n".join(row[0] for row in cursor.fetchall())
        assert {name for name in indexes if name in plans} == indexes, plans
        assert "Seq Scan on accounts_account" not in plans, plans
        assert "Seq Scan on accounts_premises" not in plans, plans


@pytest.mark.django_db
def test_letters_that_are_written_two_ways_are_one() -> None:
    account = make_account()
    type(account).objects.filter(pk=account.pk).update(holder_name="Ёлкина Алёна Андреевна")
    taken_apart = unicodedata.normalize("NFD", "Ёлкина Андреевна Челябинск")
    for asked in ("елкина", "ЁЛКИНА АЛЕНА", "алёна ёлк", taken_apart):
        assert finding.by_words(asked) == [account.pk], asked


@pytest.mark.django_db
def test_the_words_of_one_account_find_it_in_any_order() -> None:
    account = _at("ул. Лесная", "4")
    for asked in (
        "Лесная Иванов 4",
        "ул. Лесная Иванов 4",
        "Челябинск Иванов ул. Лесная",
        "Иванов Челябинск Сергеевич Лесная",
        "4 Иванов Лесная",
        "г. Челябинск, ул. Лесная, д. 4, кв. 17, Иванов Пётр Сергеевич",
        "Иванов Пётр Сергеевич, г Челябинск ул Лесная д 4 кв 17",
        "Лесная 4-17 Иванов",
        "кв 17, дом 4 г Челябинск",
    ):
        assert finding.by_words(asked) == [account.pk], asked


@pytest.mark.django_db
def test_the_letter_of_a_house_is_no_short_word() -> None:
    _other, own = _at("пр-кт Ленина", "10"), _at("пр-кт Ленина", "10 А")
    for letter, written in product("БРДГШ", ("10 {}", "10{}", "10-{}")):
        Premises.objects.filter(pk=own.premises_id).update(house=written.format(letter))
        for asked in (f"Ленина 10 {letter}", f"Ленина 10{letter}", f"пр. Ленина, д. 10-{letter}, кв. 17"):
            assert finding.by_words(asked) == [own.pk], (written, asked)


@pytest.mark.django_db
def test_a_word_far_behind_is_asked_as_well() -> None:
    """From the seventh on they were dropped, and the answer was the whole house."""
    first, _other = (_at("ул. Марии Ивановны Десятой", "4", flat=flat) for flat in ("17", "18"))
    said = "Челябинск Марии Ивановны Десятой Иванов Пётр Сергеевич дом 4 кв 17"
    assert finding.by_words(said) == [first.pk]
    assert finding.by_words(f"{said} Нигдеева") == []
    assert finding.by_words(" ".join("абвгдежзик" * 4)) == []
