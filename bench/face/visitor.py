"""Somebody who walks through a running Svet without a browser: opens pages, follows links, fills in forms.

What they are remembered by can be given to a browser afterwards, which then opens the same pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

PATIENCE_SECONDS = 60
_LINK = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')


class Form:
    """What would be sent if one pressed its button now; ``names`` are all of its fields and buttons."""

    def __init__(self, action: str, *, posts: bool) -> None:
        self.action, self.posts = action, posts
        self.values: dict[str, list[str]] = {}
        self.names: set[str] = set()
        self.buttons: dict[str, str] = {}

    def hold(self, name: str, value: str | None) -> None:
        """A field of the form; without a value it sends nothing until something is entered."""
        self.names.add(name)
        if value is not None:
            self.values.setdefault(name, []).append(value)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._choice: tuple[str, list[str], str | None] | None = None
        self._text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(said.get("action", ""), posts=said.get("method", "").lower() == "post")
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "option" and self._choice is not None:
            name, values, chosen = self._choice
            values.append(said.get("value", ""))
            self._choice = name, values, values[-1] if "selected" in said else chosen
        elif name := said.get("name", ""):
            self._field(self._form, tag, name, said)

    def _field(self, form: Form, tag: str, name: str, said: Mapping[str, str]) -> None:
        kind = said.get("type", "text")
        if tag == "select":
            self._choice = name, [], None
        elif tag == "textarea":
            self._text = name, []
        elif tag == "button" or kind in ("submit", "button", "file"):
            form.hold(name, None)
            form.buttons.setdefault(name, said.get("value", ""))
        elif tag == "input":
            ticked = kind not in ("checkbox", "radio") or "checked" in said
            form.hold(name, said.get("value", "" if kind != "checkbox" else "on") if ticked else None)

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._choice is not None and self._form is not None:
            name, values, chosen = self._choice
            self._form.hold(name, chosen if chosen is not None else next(iter(values), None))
            self._choice = None
        elif tag == "textarea" and self._text is not None and self._form is not None:
            self._form.hold(self._text[0], "".join(self._text[1]).strip())
            self._text = None


def forms_of(html: str) -> list[Form]:
    """The forms of a page with what stands in their fields."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def links_in(html: str, *, address: str) -> list[str]:
    """The paths that a page at this address links to on its own site."""
    found = [urlsplit(urljoin(address, unescape(link))) for link in _LINK.findall(html)]
    return [link.path for link in found if link.netloc == urlsplit(address).netloc]


class Visitor:
    """Somebody with cookies of their own; ``answer`` is the page they stand on."""

    answer: httpx.Response

    def __init__(self, base: str) -> None:
        self.base = base
        self._client = httpx.Client(
            base_url=base,
            follow_redirects=True,
            timeout=PATIENCE_SECONDS,
            headers={"Accept-Language": "ru-RU,ru"},
        )

    @property
    def path(self) -> str:
        """Where they stand."""
        return urlsplit(str(self.answer.url)).path

    @property
    def trail(self) -> list[str]:
        """Where they were led through on the way here."""
        return [urlsplit(str(one.url)).path for one in (*self.answer.history, self.answer)]

    def go(self, path: str) -> str:
        """Open a page, wherever it leads; returns where that is."""
        self.answer = self._client.get(path)
        return self.path

    def shows(self, path: str) -> bool:
        """Open a page if it shows something of its own: what sends elsewhere, or refuses, does not."""
        answer = self._client.get(path, follow_redirects=False)
        shown = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
        if shown:
            self.answer = answer
        return shown

    def links(self) -> list[str]:
        """Where one can go from here."""
        return [self.path, *links_in(self.answer.text, address=str(self.answer.url))]

    def fill(self, path: str = "", *, to: str = "", **values: str) -> str:
        """Fill in the form of a page, of this one unless another is named, and send it; returns where it led.

        It is the first form with all these fields (``to``: that is sent there). Nothing is sent when there is
        no such form: whoever came for what follows it will not find that.
        """
        if path:
            self.go(path)
        address = str(self.answer.url)
        for form in forms_of(self.answer.text):
            target = urljoin(address, form.action)
            if form.names >= set(values) and (not to or urlsplit(target).path == to):
                sent: dict[str, Any] = {**form.values, **values}
                if form.posts:
                    self.answer = self._client.post(target, data=sent)
                else:
                    self.answer = self._client.get(target, params=sent)
                break
        return self.path

    def state(self) -> dict[str, Any]:
        """Their cookies, as a browser of Playwright's takes them."""
        host = urlsplit(self.base).hostname
        cookies = [
            {
                "name": one.name, "value": one.value or "", "domain": host, "path": "/", "expires": -1,
                "httpOnly": False, "secure": self.base.startswith("https:"), "sameSite": "Lax",
            }
            for one in self._client.cookies.jar
            if one.domain.partition(".local")[0] == host
        ]  # fmt: skip
        return {"cookies": cookies, "origins": []}

    def close(self) -> None:
        """Go away."""
        self._client.close()
