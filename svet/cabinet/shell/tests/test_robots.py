"""Search engines see the public pages only; answers travel compressed."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_robots_allow_the_public_pages_only(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /" in lines
    assert "Allow: /help/" in lines
    assert not any(word in line for line in lines for word in ("payment", "readings", "accounts", "sandbox"))


@pytest.mark.parametrize(
    "path",
    [
        "/entrance/",
        "/entrance/?tab=sign-in",
        "/help/",
        "/tariffs/",
        "/agreement/terms/",
        "/agreement/personal_data/",
    ],
)
def test_a_public_page_describes_itself_and_may_be_found(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert '<meta name="description" content="' in page
    assert "noindex" not in page


@pytest.mark.parametrize("path", ["/entrance/recover/", "/nothing-here/"])
def test_other_pages_are_not_to_be_found(client: Client, path: str) -> None:
    assert '<meta name="robots" content="noindex">' in client.get(path).content.decode()


def test_security_txt_has_a_contact_and_an_end(client: Client) -> None:
    text = client.get("/.well-known/security.txt").content.decode()
    assert text.startswith("Contact: ")
    assert "\nExpires: " in text


def test_a_browser_that_insists_on_favicon_ico_gets_the_icon(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 301
    assert answer["Location"].endswith(".png")


def test_pages_travel_compressed_and_their_length_tells_nothing_exact(client: Client) -> None:
    answers = [client.get("/entrance/", headers={"accept-encoding": "gzip"}) for _ in range(12)]
    assert {answer["Content-Encoding"] for answer in answers} == {"gzip"}
    assert all("Accept-Encoding" in answer["Vary"] for answer in answers)
    assert b"csrfmiddlewaretoken" in gzip.decompress(answers[0].content)
    # A random file name in the gzip header and a masked token differ every time.
    assert len({len(answer.content) for answer in answers}) > 1


def test_a_browser_without_gzip_gets_the_plain_page(client: Client) -> None:
    answer = client.get("/entrance/")
    assert "Content-Encoding" not in answer
    assert b"csrfmiddlewaretoken" in answer.content
