"""Sheets within pages: what the policy lets in, what a browser keeps, what the desks do instead."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory

from svet.look.csp import ContentSecurityPolicyMiddleware
from svet.look.sheets import KEPT_COOKIE, SHARED, edition, source_of, text_of
from svet.site.operations import InstallationDetails, set_up

FOLDER = Path(__file__).parents[1] / "static" / "look"
HEAD = "{% load look %}{% shared_style %}{% dark_style 'auto' %}{% styles 'table feed' %}{% styles 'feed' %}"
LINK = '<link rel="stylesheet" href="/static/look/svet.css">'


@pytest.fixture(autouse=True)
def _within(settings: Any) -> None:
    settings.SHEETS_WITHIN = True


def page(head: str = HEAD, *, kept: str = "") -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(Template(head).render(Context({"request": request})))

    request = RequestFactory().get("/")
    if kept:
        request.COOKIES[KEPT_COOKIE] = kept
    return ContentSecurityPolicyMiddleware(view)(request)


def allowed(answer: Any) -> list[str]:
    styles = answer["Content-Security-Policy"].split("style-src ")[1].split(";")[0]
    return [source for source in styles.split() if source.startswith("'sha256-")]


def given(answer: Any) -> list[str]:
    """The hash of each style element, as a browser counts it: of the text between its tags."""
    found = re.findall(r"<style[^>]*>(.*?)</style>", answer.content.decode(), re.DOTALL)
    digests = (hashlib.sha256(text.encode()).digest() for text in found)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def test_the_policy_allows_the_sheets_within_the_page_and_no_other_style() -> None:
    answer = page()
    assert given(answer) == allowed(answer)
    assert len(given(answer)) == 4
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "nonce" not in policy
    assert "script-src 'self';" in policy
    assert allowed(page("{% load look %}{% styles 'table' %}")) == [source_of(text_of("table"))]
    assert allowed(page("nothing")) == []


def test_the_same_sheet_twice_is_allowed_once() -> None:
    twice = page("{% load look %}{% styles 'table' %}{% styles 'table' %}")
    assert len(given(twice)) == 2
    assert allowed(twice) == [source_of(text_of("table"))]


def test_a_browser_gets_the_shared_sheet_once_and_keeps_it() -> None:
    first = page()
    assert text_of(SHARED) in first.content.decode()
    # Fetched after everything else: it holds for no screen, so nothing waits for it.
    assert LINK.replace(">", ' media="not all">') in first.content.decode()
    cookie = first.cookies[KEPT_COOKIE]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == (edition(), True, "Lax")
    then = page(kept=cookie.value)
    assert LINK in then.content.decode()
    assert text_of(SHARED) not in then.content.decode()
    assert KEPT_COOKIE not in then.cookies
    assert given(then) == allowed(then)
    assert len(given(then)) == 3


@pytest.mark.parametrize("kept", ["000000000000", "x" * 4000, "'unsafe-inline'", "\x00", "ё"])
def test_another_edition_is_given_anew_and_nothing_of_the_cookie_is_said_again(kept: str) -> None:
    answer = page(kept=kept)
    assert text_of(SHARED) in answer.content.decode()
    assert answer.cookies[KEPT_COOKIE].value == edition()
    assert kept not in answer.content.decode()
    assert kept not in answer["Content-Security-Policy"]


def test_a_page_made_outside_the_middleware_links_to_its_sheets() -> None:
    text = Template(HEAD).render(Context({"request": RequestFactory().get("/")}))
    assert LINK in text
    assert "<style" not in text
    assert '"/static/look/pages/dark.css" media="(prefers-color-scheme: dark)" data-dark' in text
    assert text.count("/pages/feed.css") == 2
    assert "<style" not in Template(HEAD).render(Context())


@pytest.mark.parametrize(
    ("theme", "media"), [("dark", "all"), ("light", "not all"), ("auto", "(prefers-color-scheme: dark)")]
)
def test_the_dark_colours_hold_where_they_are_wanted(theme: str, media: str) -> None:
    text = page("{% load look %}{% dark_style '" + theme + "' %}").content.decode()
    assert text.startswith(f'<style media="{media}" data-dark>')


def test_no_sheet_can_end_its_element() -> None:
    """Within a style element a browser reads on to «</style»."""
    paths = sorted(FOLDER.glob("**/*.css"))
    assert len(paths) > 15
    for path in paths:
        text = path.read_text("utf-8")
        assert "</" not in text, path
        assert "<!--" not in text, path
        # A browser reads both as a plain new line, and the hash would be another.
        assert b"\r" not in path.read_bytes(), path
        assert "\x00" not in text, path


@pytest.mark.django_db
def test_pages_of_customers_wait_for_no_sheet_and_desks_link_to_theirs(client: Client) -> None:
    answer = client.get("/entrance/")
    assert given(answer) == allowed(answer) != []
    assert set(re.findall(r'<link rel="stylesheet"[^>]*media="([^"]+)"', answer.content.decode())) == {
        "not all",
        "print",
    }
    assert LINK not in answer.content.decode()
    assert LINK in client.get("/entrance/").content.decode()  # the browser came back with its cookie


@pytest.mark.django_db
def test_the_retailers_colours_come_and_are_kept_with_the_shared_sheet(client: Client) -> None:
    set_up(
        details=InstallationDetails(
            brand="Свет",
            legal_name="ООО «Свет»",
            hotline="112",
            hotline_hours="всегда",
            primary_color="#003366",
            accent_color="#ffcc00",
        )
    )
    answer = client.get("/entrance/")
    text = answer.content.decode()
    assert "{--deep:#003366" in text.replace(":root:root", "")
    assert '<link rel="stylesheet" href="/brand.css?003366ffcc00" media="not all">' in text
    assert given(answer) == allowed(answer)
    then = client.get("/entrance/").content.decode()
    assert '<link rel="stylesheet" href="/brand.css?003366ffcc00">' in then
    assert "#003366" not in then


@pytest.mark.django_db
def test_pages_of_errors_are_dressed_too(client: Client) -> None:
    answer = client.get("/nothing-here/")
    assert answer.status_code == 404
    assert given(answer) == allowed(answer) != []
