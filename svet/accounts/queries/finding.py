"""Reads for the office: an account by whatever somebody on the telephone can say, and who holds it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from django.db import connection
from django.db.models import Q

from svet.accounts.models import Account, Link, LinkProof, SearchWords
from svet.accounts.queries.views import account_view, shown_address
from svet.accounts.rules import Right
from svet.accounts.rules.places import spoken
from svet.kernel.ids import AccountId

#: Accounts of one page of an answer, and keys that one way of finding gives at most: any, not the first ones.
MOST = 50
MOST_KEYS = 1_000
#: So many words of letters are shared out in every way; of more, so many beside each other are the holder's,
#: anywhere among so many words at most, else first or last.
_FREELY, _NAMES, _ANYWHERE = 4, 3, 8
_LONGEST_NUMBER = 30
_WORD = re.compile(r"[^\W_]+")
_HOLDER = SearchWords.template % {"expressions": "a.holder_name"}
_ADDRESS = SearchWords.template % {
    "expressions": "p.city || ' ' || p.street || ' ' || p.house || ' ' || p.flat"
}
_JOINED = "SELECT a.id FROM accounts_account a JOIN accounts_premises p ON p.id = a.premises_id WHERE"
#: Whether the holder, whether the address is asked: the query for it.
_WAYS = {
    (True, False): f"SELECT a.id FROM accounts_account a WHERE {_HOLDER} @@ %s::tsquery LIMIT {MOST_KEYS}",  # noqa: S608 - our own words
    (False, True): f"{_JOINED} {_ADDRESS} @@ %s::tsquery LIMIT {MOST_KEYS}",
    (True, True): f"{_JOINED} {_HOLDER} @@ %s::tsquery AND {_ADDRESS} @@ %s::tsquery LIMIT {MOST_KEYS}",
}
#: Words an address is read aloud with and the registry may write otherwise.
_FILLERS = re.compile(
    r"\b(?:б-р|пр-к?т|город|ул|улица|пр|проспект|пер|переулок|бульвар|шоссе|дом|корп|кв|квартира)\b"
    # One letter behind a number is a part of it, «10 Г», unless a point or another word says otherwise.
    r"|(?<![^\W_])(?:(?<!\d)(?<!\d[ -])[гдш]\b|[гдш](?=\.|\s+[^\W\d_]{2}))"
)
#: «10 Б», «10-Б» and «10Б» are one house.
_LETTERED = re.compile(r"\b(\d+)[ -]?([^\W\d_])\b")


@dataclass(frozen=True, slots=True)
class FoundAccount:
    """One account of an answer."""

    account_id: AccountId
    public_id: str
    number: str
    provider: str
    holder: str
    address: str
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Cabinet:
    """A cabinet that holds or held the account, with whom it belongs to: for the office only."""

    link_public_id: str
    person_public_id: str
    name: str
    phone: str
    since: datetime
    confirmed_at: datetime | None
    owner: bool
    invited: bool
    suspended_at: datetime | None
    removed_at: datetime | None
    barred: bool
    ends_at: datetime | None
    rights: frozenset[Right]
    recipient_id: int


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """An account in nobody's cabinet, with a meter number that opens it; the address without a flat."""

    number: str
    serial: str
    address: str


def found(*, account_ids: Collection[int], offset: int = 0) -> list[FoundAccount]:
    """The accounts with these keys, by number; a page of them at most, after ``offset`` others."""
    rows = Account.objects.select_related("provider", "premises").filter(pk__in=account_ids)
    return [
        FoundAccount(
            account_id=AccountId(row.pk),
            public_id=row.public_id,
            number=row.number,
            provider=row.provider.name,
            holder=row.holder_name,
            address=shown_address(account_view(row), confirmed=True),
            closed_on=row.closed_on,
        )
        for row in rows.order_by("number", "pk")[offset : offset + MOST]
    ]


def numbers_of(account_ids: Collection[int]) -> dict[int, str]:
    """The numbers of these accounts, by their inner keys."""
    return dict(Account.objects.filter(pk__in=account_ids).values_list("pk", "number"))


def by_number(digits: str) -> list[int]:
    """Keys of accounts with this number; a beginning of four digits or more is enough."""
    if len(digits) < 4:
        return _keys(Q(number=digits))
    # A span and not LIKE: a plan that is kept for any parameter finds the index by it.
    return _keys(Q(number__gte=digits, number__lte=digits.ljust(_LONGEST_NUMBER, "9")))


def by_serial(digits: str) -> list[int]:
    """Keys of accounts whose bill shows this meter number."""
    proofs = LinkProof.objects.filter(serial=digits).values_list("account_id", flat=True)
    return list(proofs.order_by("account_id")[:MOST_KEYS])


def unclaimed(*, numbers: Collection[str], provider_code: str) -> list[Unclaimed]:
    """Of these accounts of a supplier those that no cabinet has its place for, by number."""
    proofs = (
        LinkProof.objects.filter(account__number__in=numbers, account__provider__code=provider_code)
        .exclude(account__in=Link.objects.kept().values("account"))
        .select_related("account__premises")
        .order_by("account__number")
    )
    return [Unclaimed(proof.account.number, proof.serial, str(proof.account.premises)) for proof in proofs]


def by_phone(phone: str) -> list[int]:
    """Keys of accounts with this phone in the registry, or in the cabinet of whoever has it."""
    registered = _keys(Q(registry_phone=phone) & ~Q(registry_phone=""))
    held = Link.objects.kept().filter(person__phone=phone).values_list("account_id", flat=True)
    return [*registered, *held[:MOST_KEYS]]


def by_words(text: str) -> list[int]:
    """Keys of accounts whose address and holder have every word, or one that begins so; numbers are whole.

    Which word is whose does not matter, up to four words of letters; of more, the holder's stand together.
    Each way of sharing them asks the index of words, and none looks at every account.
    """
    text = _FILLERS.sub(" ", spoken(text))
    houses = [f"({number} & {letter} | {number}{letter})" for number, letter in _LETTERED.findall(text)]
    words = _WORD.findall(_LETTERED.sub(" ", text))
    numbers = [word for word in words if any(map(str.isdigit, word))]
    letters = [f"{word}:*" for word in words if word not in numbers]
    ways = [(holder, [*address, *numbers, *houses]) for holder, address in _shared(letters)]
    ways = [(holder, address) for holder, address in ways if holder or address]
    if not ways:
        return []
    parts = [f"({_WAYS[bool(holder), bool(address)]})" for holder, address in ways]
    # They are letters and digits and nothing else that PostgreSQL could read as its own.
    values = [" & ".join(each) for way in ways for each in way if each]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return list({key for (key,) in cursor.fetchall()})


def _shared(words: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Which words may be the holder's and which the address's: no name has a digit."""
    count = len(words)
    if count <= _FREELY:
        chosen = [set(some) for size in range(count + 1) for some in combinations(range(count), size)]
    else:
        spans = [(start, start + size) for size in range(1, _NAMES + 1) for start in range(count - size + 1)]
        near = [span for span in spans if count <= _ANYWHERE or span[0] == 0 or span[1] == count]
        chosen = [set(range(*span)) for span in ((0, 0), (0, count), *near)]
    for holder in chosen:
        yield (
            [word for place, word in enumerate(words) if place in holder],
            [word for place, word in enumerate(words) if place not in holder],
        )


def _keys(which: Q) -> list[int]:
    return list(
        Account.objects.filter(which).order_by("number", "pk").values_list("pk", flat=True)[:MOST_KEYS]
    )


def cabinets_of(*, account_id: int) -> list[Cabinet]:
    """Every cabinet that holds the account or held it: the present ones first, oldest first."""
    links = Link.objects.filter(account_id=account_id).select_related("person")
    rows = [
        Cabinet(
            link_public_id=link.public_id,
            person_public_id=link.person.public_id,
            name=" ".join(
                part
                for part in (link.person.last_name, link.person.first_name, link.person.patronymic)
                if part
            ),
            phone=link.person.phone,
            since=link.linked_at,
            confirmed_at=link.confirmed_at,
            owner=link.is_owner,
            invited=link.invited_by_id is not None,
            suspended_at=link.suspended_at,
            removed_at=link.removed_at,
            barred=link.barred_at is not None,
            ends_at=link.ends_at,
            rights=frozenset(right for right in Right if getattr(link, f"can_{right.value}")),
            recipient_id=link.person.recipient_id,
        )
        for link in links.order_by("linked_at", "pk")
    ]
    return sorted(rows, key=lambda row: row.removed_at is not None)
