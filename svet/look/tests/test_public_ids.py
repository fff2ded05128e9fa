"""What cannot be an outer id is no page, finds no row and asks the database nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.urls.converters import StringConverter, UUIDConverter

from svet.accounts.models import Account
from svet.look.paths import PublicIdConverter
from svet.people import operations as people
from svet.people.rules import Scope
from svet.people.tests.factories import NOW, make_person

HOSTILE = [
    "\0",
    "abcdefghjkmnpqr\0",
    "0" * 10_240,
    "лицевойсчёт12345"[:16],
    "٠١٢٣٤٥٦٧٨٩٠١٢٣٤٥",
    "%00%ff%fe",
    "\ud7ff\uffff",
    "ABCDEFGHJKMNPQRS",
    "' OR 1=1 --abcde",
    "abcdefghjkmnpqrs\n",
]
#: Names in routes that are no outer ids: words of ours looked up in a list, months, the key of a message.
WORDS = {
    "kind",
    "verb",
    "version",
    "path",
    "name",
    "code",
    "shop_code",
    "certificate_code",
    "period",
    "skip_key",
}


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route with the whole of its address."""
    for each in resolver.url_patterns:
        address = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, address)
        else:
            yield address, each


def pages() -> list[tuple[str, URLPattern]]:
    return [
        (address, each)
        for address, each in routes(get_resolver())
        if not address.startswith(("api/", "static"))
    ]


def test_every_id_in_an_address_of_a_page_is_an_outer_id() -> None:
    other = [
        address
        for address, each in pages()
        for name, converter in getattr(each.pattern, "converters", {}).items()
        if isinstance(converter, StringConverter)
        and not isinstance(converter, PublicIdConverter | UUIDConverter)
        and name not in WORDS
    ]
    assert other == []


@pytest.mark.parametrize("odd", HOSTILE, ids=[str(place) for place in range(len(HOSTILE))])
def test_no_page_answers_to_what_cannot_be_an_id(odd: str) -> None:
    tried = 0
    for address, each in pages():
        converters = getattr(each.pattern, "converters", {})
        if not any(isinstance(converter, PublicIdConverter) for converter in converters.values()):
            continue
        path = address
        for name in converters:
            path = path.replace(f"<public_id:{name}>", odd)
        with pytest.raises(Resolver404):
            resolve("/" + path)
        tried += 1
    assert tried > 50


@pytest.mark.django_db
@pytest.mark.parametrize("odd", HOSTILE, ids=[str(place) for place in range(len(HOSTILE))])
def test_odd_bytes_never_break_the_api(odd: str) -> None:
    anna = make_person()
    scopes = sorted(scope.value for scope in Scope)
    _token, secret = people.issue_token(person_id=anna.pk, name="test", scopes=scopes, now=NOW)
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})
    tried = 0
    for address, each in routes(get_resolver()):
        names = getattr(each.pattern, "converters", {})
        if not address.startswith("api/") or not names:
            continue
        path = address
        for name in names:
            path = path.replace(f"<{name}>", quote(odd, safe=""))
        for method in ("get", "post", "delete"):
            send = getattr(client, method)
            extra: dict[str, Any] = {"content_type": "application/json"} if method == "post" else {}
            body: dict[str, Any] = {"data": "{}"} if method == "post" else {}
            answer = send("/" + path, **body, **extra, headers={"Idempotency-Key": "k"})
            assert 400 <= answer.status_code < 500, (method, address, answer.status_code)
        tried += 1
    assert tried > 15


@pytest.mark.django_db
def test_the_database_is_not_asked_for_what_cannot_be_an_id(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        for odd in HOSTILE:
            assert not Account.objects.filter(public_id=odd).exists()
            assert not Account.objects.filter(public_id__in=[odd]).exists()
            assert not Account.objects.filter(link__public_id=odd).exists()
    with pytest.raises(Account.DoesNotExist), django_assert_num_queries(0):
        Account.objects.get(public_id="\0")
