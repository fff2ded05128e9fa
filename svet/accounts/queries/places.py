"""Where accounts are, as streets and houses: by account, and accounts by street (the index of words)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from svet.accounts.models import Account, SearchWords
from svet.accounts.rules.places import index_words
from svet.kernel.ids import AccountId, ProviderId

_WORDS = SearchWords.template % {
    "expressions": "p.city || ' ' || p.street || ' ' || p.house || ' ' || p.flat"
}
_AT = (
    "SELECT a.id, a.provider_id, p.city, p.street, p.house FROM accounts_premises p"  # noqa: S608 - our own words
    " JOIN accounts_account a ON a.premises_id = p.id"
    f" WHERE {_WORDS} @@ %s::tsquery AND a.provider_id = %s"
    " AND (a.closed_on IS NULL OR a.closed_on > %s)"
)

_STREETS_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class HousePlace:
    """The house in which an account is, as the registry writes it: no flat, nobody's name."""

    account_id: AccountId
    provider_id: ProviderId
    city: str
    street: str
    house: str


def houses_of(account_ids: Collection[int]) -> list[HousePlace]:
    """The houses of these accounts."""
    rows = Account.objects.filter(pk__in=account_ids).order_by("pk")
    found = rows.values_list("pk", "provider_id", "premises__city", "premises__street", "premises__house")
    return [HousePlace(AccountId(key), ProviderId(of), *place) for key, of, *place in found]


def accounts_near(*, provider_id: int, streets: Collection[tuple[str, str]], today: date) -> list[HousePlace]:
    """Open accounts of a supplier whose address has every word of one of these streets, each once.

    ``streets`` are settlements with their streets, or with none. More accounts than those of the streets,
    for a word may be of another part of the address: who asks compares. ``today`` is the supplier's day.
    The index of words answers, fifty streets at a time, and no other address is looked at.
    """
    # They are letters and digits and nothing else that PostgreSQL could read as its own.
    asked = sorted({" & ".join(words) for one in streets if (words := index_words(*one))})
    found: dict[int, HousePlace] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(asked), _STREETS_AT_ONCE):
            part = asked[start : start + _STREETS_AT_ONCE]
            cursor.execute(_AT, [" | ".join(f"({each})" for each in part), provider_id, today])
            for key, of, *place in cursor.fetchall():
                found[key] = HousePlace(AccountId(key), ProviderId(of), *place)
    return list(found.values())
