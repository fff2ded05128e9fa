"""Which pages are measured and photographed, as whom, and how one reaches them in the sample town.

The pages are those of the authorisation policy. One whose address holds an id is found by following links;
one that stands in the middle of something is walked to. A page that is reached neither way is reported, so
that a new page cannot stay unseen.
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.sync_api import Browser, Page

from bench.face.browser import sign_in
from tests.authorisation.policy import EVERYBODY
from tests.face.routes import page_rows

ANYBODY, PERSON = "anybody", "person"
PASSWORD = "Fonar-2701-bench"
#: Pages that the sample town does not lead to, and why.
NOT_IN_THE_TOWN = {
    "agreement/<kind>/<version>/": "looks as the agreement without a version does",
    "look/trouble/<kind>/": "its kinds are visited one by one",
    "sandbox/mail/<letter>/<index>/": "a file inside a letter",
    "invitations/<invitation_id>/": "needs an invitation that waits",
}
TROUBLES = ("403", "500", "maintenance")
#: What else a page can look like, beside its plain address.
VARIANTS = ("/entrance/?tab=sign-in", "/help/?q=пароль", "/nothing-here/")


@dataclass(frozen=True, slots=True)
class Place:
    """A page to measure; ``public`` ones may be found by search engines."""

    name: str
    path: str
    visitor: str = PERSON
    public: bool = False


@dataclass
class Survey:
    """The pages that were reached, the routes that were not, and each visitor's cookies."""

    places: list[Place] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    states: dict[str, Any] = field(default_factory=dict)


def pattern_of(route: str) -> str:
    """The regular expression that addresses of a route fulfil from end to end."""
    parts = re.split(r"<\w+>", route)
    # «add» and its like are pages of their own, not ids.
    return "/" + r"(?!add/|new/|pay/)[\w-]+".join(re.escape(part) for part in parts)


def first_link(links: list[str], pattern: str) -> str:
    """The first address that is wholly of the wanted shape, or nothing."""
    return next((link for link in links if re.fullmatch(pattern, link)), "")


def name_of(path: str) -> str:
    """A name for an address without ids, as a file could be called."""
    words = re.sub(r"[^\w]+", "-", path, flags=re.ASCII).strip("-")
    return words or "home"


def town_of(base: str) -> dict[str, Any]:
    """What the sample town gives away."""
    with urllib.request.urlopen(f"{base}/sandbox/town.json", timeout=20) as answer:
        town: dict[str, Any] = json.load(answer)
    return town


def _code(base: str, phone: str) -> str:
    """The newest code in the SMS of a phone of the sandbox."""
    with urllib.request.urlopen(f"{base}/sandbox/phone.json?to={quote(phone)}", timeout=20) as answer:
        messages = json.load(answer)["messages"]
    found = re.search(r"\b[0-9]{6}\b", messages[-1]["text"]) if messages else None
    return found[0] if found else "000000"


def _send(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f'main [name="{name}"]:visible').first.fill(value)
    for tick in page.locator('main input[type="checkbox"]:visible').all():
        tick.check()
    page.locator('main form button[type="submit"]:visible').first.click()
    page.wait_for_load_state("networkidle")


def _to_code(page: Page, base: str) -> None:
    page.goto(f"{base}/entrance/")
    _send(page, phone="+7 999 765-43-21", password=PASSWORD)


def _to_recovery(page: Page, base: str) -> None:
    page.goto(f"{base}/entrance/recover/")
    _send(page, phone=town_of(base)["sign_ins"][2]["phone"])


def _to_new_password(page: Page, base: str) -> None:
    _to_recovery(page, base)
    page.wait_for_timeout(2_000)
    _send(page, code=_code(base, town_of(base)["sign_ins"][2]["phone"]))


def _to_email_code(page: Page, base: str) -> None:
    _as_person(page, base)
    page.goto(f"{base}/profile/email/")
    _send(page, email="bench@town.example")


def _to_phone_codes(page: Page, base: str) -> None:
    _as_person(page, base)
    page.goto(f"{base}/profile/phone/")
    _send(page, phone="+7 999 765-43-22", password=town_of(base)["sign_ins"][0]["password"])


def _to_second_factor(page: Page, base: str) -> None:
    member = town_of(base)["staff"][0]
    page.goto(f"{base}/staff/sign-in/")
    _send(page, phone=member["phone"], password=member["password"])


def _to_order(page: Page, base: str) -> None:
    """Begin a payment and come back from the bank without having paid."""
    _as_person(page, base)
    page.goto(f"{base}/payment/")
    page.locator("#pay .paybar button").first.click()
    page.wait_for_load_state("networkidle")
    page.goto(base + first_link(_links(page, f"{base}/payment/"), pattern_of("payment/orders/<order_id>/")))


def _as_person(page: Page, base: str) -> None:
    person = town_of(base)["sign_ins"][0]
    sign_in(page, base=base, phone=person["phone"], password=person["password"])


def _as_member(page: Page, base: str, role: int) -> None:
    member = town_of(base)["staff"][role]
    page.goto(f"{base}/staff/sign-in/")
    _send(page, phone=member["phone"], password=member["password"])
    _send(page, code=town_of(base)["staff"][role]["code"])


#: Pages in the middle of something, and how one gets there.
WAYS: dict[str, Callable[[Page, str], None]] = {
    "entrance/code/": _to_code,
    "entrance/recover/code/": _to_recovery,
    "entrance/recover/password/": _to_new_password,
    "profile/email/code/": _to_email_code,
    "profile/phone/codes/": _to_phone_codes,
    "staff/second-factor/": _to_second_factor,
    "payment/orders/<order_id>/": _to_order,
}


def _links(page: Page, address: str) -> list[str]:
    page.goto(address)
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    return [urlsplit(str(link)).path for link in found]


class Surveyor:
    """Walks the town once and says where everything is."""

    def __init__(self, browser: Browser, *, base: str) -> None:
        self._browser = browser
        self._base = base
        self.survey = Survey(states={ANYBODY: None})
        self._reached: set[str] = set()

    def walk(self) -> Survey:
        """A stranger's pages, a customer's, each desk's, and those in the middle of something."""
        rows = {row.route: row for row in page_rows()}
        open_to_all = [route for route, row in rows.items() if row.may == EVERYBODY and route not in WAYS]
        desks = [route for route in rows if route.startswith("staff/") and route not in open_to_all]
        own = [route for route in rows if route not in {*open_to_all, *desks, *WAYS}]
        self._visit(ANYBODY, open_to_all, extra=[*VARIANTS, *(f"/look/trouble/{kind}/" for kind in TROUBLES)])
        self._enter(PERSON, _as_person)
        self._visit(PERSON, own, extra=["/help/", "/tariffs/", "/nothing-here/"])
        for number, member in enumerate(town_of(self._base).get("staff", [])):
            left = [route for route in desks if route not in self._reached]
            self._enter(member["role"], partial(_as_member, role=number))
            self._visit(member["role"], left, only_allowed=True)
        for route, way in WAYS.items():
            if route in rows:
                self._add(route, self._enter(route, way), visitor=route)
        self.survey.unreached = [
            route for route in rows if route not in self._reached and route not in NOT_IN_THE_TOWN
        ]
        return self.survey

    def _enter(self, visitor: str, way: Callable[[Page, str], None]) -> str:
        """Go that way as a new visitor; returns where it led."""
        with self._browser.new_context(locale="ru-RU") as context:
            page = context.new_page()
            way(page, self._base)
            self.survey.states[visitor] = context.storage_state()
            return urlsplit(page.url).path

    def _visit(
        self, visitor: str, routes: list[str], *, extra: list[str] | None = None, only_allowed: bool = False
    ) -> None:
        with self._browser.new_context(locale="ru-RU", storage_state=self.survey.states[visitor]) as context:
            page = context.new_page()
            seen: list[str] = []
            for route in [route for route in routes if "<" not in route]:
                links = _links(page, f"{self._base}/{route}")
                answer = page.request.get(f"{self._base}/{route}", max_redirects=0)
                if only_allowed and answer.status != 200:
                    continue
                seen += links
                public = (
                    visitor == ANYBODY and not page.locator('meta[name="robots"][content*="noindex"]').count()
                )
                self._add(route, "/" + route, visitor=visitor, public=public)
            wanted = [route for route in routes if "<" in route and route not in NOT_IN_THE_TOWN]
            for _ in range(3):  # a page found by a link may hold the link to the next one
                for route in [route for route in wanted if route not in self._reached]:
                    path = first_link(seen, pattern_of(route))
                    if path:
                        self._add(route, path, visitor=visitor)
                        seen += _links(page, self._base + path)
        for path in extra or []:
            self._add("", path, visitor=visitor)

    def _add(self, route: str, path: str, *, visitor: str, public: bool = False) -> None:
        self._reached.add(route)
        name = name_of(route or path)
        taken = {place.name for place in self.survey.places}
        self.survey.places.append(
            Place(f"{name}, {visitor}" if name in taken else name, path, visitor, public)
        )


def survey(browser: Browser, *, base: str) -> Survey:
    """All pages of a running Svet with the sample town, and the cookies with which each is reached."""
    return Surveyor(browser, base=base).walk()


def chosen(found: list[Place], wanted: str) -> list[Place]:
    """The pages whose names or addresses contain one of the wanted parts; all when nothing is wanted."""
    parts = [part.strip() for part in wanted.split(",") if part.strip()]
    return [
        place
        for place in found
        if not parts or any(part in place.name or part in place.path for part in parts)
    ]
