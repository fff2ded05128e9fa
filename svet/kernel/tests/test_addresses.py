"""A page is found by the first step of its address, and it is the page that Django would have found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, get_resolver, path, re_path, resolve
from django.urls.resolvers import RegexPattern, URLPattern, URLResolver

from svet.kernel.addresses import SteppedResolver

#: A value that each kind of place of an address takes.
_VALUES = ("abcdefgh12345678", "7", "2026-11", "2026-11-28", "word")


def patterns() -> list[URLPattern | URLResolver]:
    """Every address, as one list for Django to try."""
    return [inner for outer in get_resolver().url_patterns for inner in outer.url_patterns]  # type: ignore[union-attr]


def addresses(of: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """An example of each."""
    for each in of:
        address = before + filled(each)
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, address)
        else:
            yield address


def filled(pattern: Any) -> str:
    def value(place: re.Match[str]) -> str:
        converter = pattern.pattern.converters[place[0].strip("<>").rpartition(":")[2]]
        return next(each for each in _VALUES if re.fullmatch(converter.regex, each))

    return re.sub(r"<[^>]+>", value, str(pattern.pattern))


def test_every_address_leads_where_django_would_lead() -> None:
    plain = URLResolver(RegexPattern(r"^/"), patterns())
    examples = [*addresses(patterns()), "nothing", "readings", "readings/nothing/at/all", "staffing/", "a b"]
    assert len(examples) > 200
    for address in examples:
        try:
            wanted = plain.resolve(f"/{address}")
        except Resolver404:
            with pytest.raises(Resolver404):
                resolve(f"/{address}")
        else:
            found = resolve(f"/{address}")
            assert (found.func, found.route, found.kwargs, found.view_name) == (
                wanted.func, wanted.route, wanted.kwargs, wanted.view_name
            )  # fmt: skip


@pytest.mark.parametrize("address", ["/robots.txt", "/readings/", "/bell/", "/tariffs/"])
def test_addresses_that_begin_otherwise_are_not_tried(address: str) -> None:
    step = address.strip("/")
    tried = resolve(address).tried or []
    assert {str(each[1].pattern).partition("/")[0] for each in tried} <= {step}


def test_what_may_fit_any_address_is_tried_in_its_place() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    found = SteppedResolver(
        [
            path("one/", view, name="first"),
            path("<int:number>/", view, name="number"),
            re_path("^o", view, name="o"),
            path("one/two/", view, name="second"),
        ]
    )
    assert found.resolve("one/").url_name == "first"
    assert found.resolve("5/").url_name == "number"
    assert found.resolve("one/two/").url_name == "o"
    assert found.resolve("others/").url_name == "o"
    with pytest.raises(Resolver404):
        found.resolve("two/")
