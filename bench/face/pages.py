"""Which pages are measured and photographed, as whom, and how one reaches them in the sample town.

The pages are those of the authorisation policy. One whose address holds an id is found by following links;
one that stands in the middle of something is walked to (``bench.face.ways``). A page that is reached neither
way is reported, so that a new page cannot stay unseen.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from bench.face.ways import WAYS, as_member, as_person, leave_traces, links_found, links_of, town_of
from tests.authorisation.policy import EVERYBODY
from tests.face.routes import page_rows

ANYBODY, PERSON = "anybody", "person"
#: After so many seconds a member of staff signs in anew rather than wait to be signed out.
DESK_SECONDS = 600
#: Pages that the sample town does not lead to, and why.
NOT_IN_THE_TOWN = {
    "entrance/register/": "takes the form that stands at the entrance",
    "agreement/<kind>/<version>/": "looks as the agreement without a version does",
    "look/trouble/<kind>/": "its kinds are visited one by one",
    "profile/second-factor/passkey/": "browsers make passkeys for names, and the demo has an address",
    "sandbox/mail/<letter>/<index>/": "a file inside a letter",
    "invitations/<invitation_id>/": "needs an invitation that waits",
}
#: Searches of the desks whose results lead further.
SEARCHES = (("/staff/accounts/", "#desk-search", "phone"), ("/staff/controls/", "#control-q", "meter"))
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
    """The pages that were reached, the routes that were not, each visitor's cookies and when they came."""

    places: list[Place] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    states: dict[str, Any] = field(default_factory=dict)
    entered: dict[str, float] = field(default_factory=dict)


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
        self._enter(PERSON, self._as_writer)
        self._visit(PERSON, own, extra=["/help/", "/tariffs/", "/nothing-here/"])
        town = town_of(self._base)
        wanted = {"phone": town["sign_ins"][0]["phone"], "meter": town["free_pairs"][0]["meter"]}
        searches = [(path, box, wanted[what]) for path, box, what in SEARCHES]
        for number, member in enumerate(town.get("staff", [])):
            left = [route for route in desks if route not in self._reached]
            self._enter(member["role"], partial(as_member, role=number))
            self._visit(member["role"], left, searches=searches)
        for route, way in WAYS.items():
            if route in rows:
                self._add(route, self._enter(route, way), visitor=route)
        self.survey.unreached = [
            route for route in rows if route not in self._reached and route not in NOT_IN_THE_TOWN
        ]
        return self.survey

    @staticmethod
    def _as_writer(page: Page, base: str) -> None:
        as_person(page, base)
        leave_traces(page, base)

    def _enter(self, visitor: str, way: Callable[[Page, str], None]) -> str:
        """Go that way as a new visitor; returns where it led."""
        with self._browser.new_context(locale="ru-RU") as context:
            page = context.new_page()
            way(page, self._base)
            self.survey.states[visitor] = context.storage_state()
            self.survey.entered[visitor] = time.monotonic()
            return urlsplit(page.url).path

    def _visit(
        self,
        visitor: str,
        routes: list[str],
        *,
        extra: Sequence[str] = (),
        searches: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        with self._browser.new_context(locale="ru-RU", storage_state=self.survey.states[visitor]) as context:
            page = context.new_page()
            seen: list[str] = []
            for route in [route for route in routes if "<" not in route]:
                # What sends elsewhere, or is not for this visitor, shows nothing of its own.
                if page.request.get(f"{self._base}/{route}", max_redirects=0).status != 200:
                    continue
                seen += links_of(page, f"{self._base}/{route}")
                public = (
                    visitor == ANYBODY and not page.locator('meta[name="robots"][content*="noindex"]').count()
                )
                self._add(route, "/" + route, visitor=visitor, public=public)
            for path, box, words in searches:
                seen += links_found(page, self._base + path, box, words)
            wanted = [route for route in routes if "<" in route and route not in NOT_IN_THE_TOWN]
            for _ in range(3):  # a page found by a link may hold the link to the next one
                for route in [route for route in wanted if route not in self._reached]:
                    path = first_link(seen, pattern_of(route))
                    if path:
                        self._add(route, path, visitor=visitor)
                        seen += links_of(page, self._base + path)
        for path in extra:
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


def renewed(browser: Browser, *, base: str, place: Place, found: Survey) -> Any:
    """The cookies to open the place with; what is good for minutes only is done again.

    That are ways that prove a password, and a desk: the office's sessions end after a quarter of an hour.
    """
    roles = [str(member["role"]) for member in town_of(base).get("staff", [])]
    way = WAYS.get(place.visitor)
    if place.visitor in roles and time.monotonic() - found.entered[place.visitor] > DESK_SECONDS:
        way = partial(as_member, role=roles.index(place.visitor))
    if way is not None:
        with browser.new_context(locale="ru-RU") as context:
            way(context.new_page(), base)
            found.states[place.visitor] = context.storage_state()
            found.entered[place.visitor] = time.monotonic()
    return found.states[place.visitor]


def chosen(found: list[Place], wanted: str) -> list[Place]:
    """The pages whose names or addresses contain one of the wanted parts; all when nothing is wanted."""
    parts = [part.strip() for part in wanted.split(",") if part.strip()]
    return [
        place
        for place in found
        if not parts or any(part in place.name or part in place.path for part in parts)
    ]
