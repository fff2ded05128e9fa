"""Which pages are measured and photographed, as whom, and how one reaches them in the sample town.

The pages are those of the authorisation policy. One whose address holds an id is found by following links, or
by an id that another address held; one that stands in the middle of something is walked to
(``bench.face.ways``), and what a quiet town lacks is done first (``bench.face.traces``). A page that is
reached no way is reported, so that a new page cannot stay unseen.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice, product
from typing import Any

from bench.face.traces import OF_PERSONS, OF_ROLES, Trace
from bench.face.visitor import Visitor
from bench.face.ways import WAYS, as_member, as_person, town_of
from tests.authorisation.policy import EVERYBODY, POLICY
from tests.face.routes import page_rows

ANYBODY, PERSON = "anybody", "person"
#: Who comes next when a page is not the first person's.
OTHER = "another person"
#: After so many seconds a member of staff signs in anew rather than wait to be signed out.
DESK_SECONDS = 600
#: Pages that the sample town does not lead to, and why. The tests' own world has them (``make pictures``).
NOT_IN_THE_TOWN = {
    "entrance/register/": "takes the form that stands at the entrance",
    "agreement/<kind>/<version>/": "looks as the agreement without a version does",
    "look/trouble/<kind>/": "its kinds are visited one by one",
    "profile/second-factor/passkey/": "browsers make passkeys for names, and the demo has an address",
    "sandbox/mail/<letter>/<index>/": "a file inside a letter",
    "invitations/<invitation_id>/": "needs an invitation that waits",
    "autopay/skip/<skip_key>/": "its address comes by SMS on the day before autopay pays",
    "staff/money/orders/<order_case_id>/": "needs a payment of which the bank knows less than was asked",
    "staff/money/callbacks/<callback_id>/": "needs a message of the bank about money that nobody awaits",
    "staff/money/plans/<plan_id>/": "needs a wish to pay in parts that is for two hands to sign",
    "staff/money/statement-rows/<statement_row_id>/": "needs a statement of a bank",
}
#: Searches of the desks whose results lead further.
SEARCHES = (("/staff/accounts/", "phone"), ("/staff/controls/", "meter"))
#: Ids of one thing that routes name by what it must be.
SAME = {"credited_order_id": "order_id"}
#: So many addresses out of ids are tried for a route.
GUESSES = 40
NOINDEX = re.compile(r'<meta name="robots"[^>]*noindex')
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


def pattern_of(route: str, *, catching: bool = False) -> str:
    """The regular expression that addresses of a route fulfil from end to end; ``catching`` their ids."""
    parts = re.split(r"<\w+>", route)
    # «add» and its like are pages of their own, not ids.
    held = r"(?!add/|new/|pay/)[\w-]+"
    return "/" + (f"({held})" if catching else held).join(re.escape(part) for part in parts)


def first_link(links: list[str], pattern: str) -> str:
    """The first address that is wholly of the wanted shape, or nothing."""
    return next((link for link in links if re.fullmatch(pattern, link)), "")


def name_of(path: str) -> str:
    """A name for an address without ids, as a file could be called."""
    words = re.sub(r"[^\w]+", "-", path, flags=re.ASCII).strip("-")
    return words or "home"


def id_names(route: str) -> list[str]:
    """What the ids of a route are called, in their order."""
    return re.findall(r"<(\w+)>", route)


def ids_of(path: str, routes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The ids that an address holds, by the names that the routes of its shape give them."""
    for route in routes:
        found = re.fullmatch(pattern_of(route, catching=True), path)
        if found:
            yield from zip(id_names(route), found.groups(), strict=True)


class Surveyor:
    """Walks the town once and says where everything is."""

    def __init__(self, *, base: str) -> None:
        self._base = base
        self.survey = Survey(states={ANYBODY: None})
        self._reached: set[str] = set()
        # A year is no id, but stands in an address where one would.
        self._ids: dict[str, list[str]] = {"year": [str(date.today().year)]}
        self._with_ids = sorted({row.route for row in POLICY if "<" in row.route})
        self._plain = {"/" + row.route for row in POLICY if "<" not in row.route}

    def walk(self) -> Survey:
        """A stranger's pages, a customer's, each desk's, and those in the middle of something."""
        rows = {row.route: row for row in page_rows()}
        open_to_all = [route for route, row in rows.items() if row.may == EVERYBODY and route not in WAYS]
        desks = [route for route in rows if route.startswith("staff/") and route not in {*open_to_all, *WAYS}]
        own = [route for route in rows if route not in {*open_to_all, *desks, *WAYS}]
        self._visit(ANYBODY, open_to_all)
        self._add_variants()
        for number, name in enumerate((PERSON, OTHER)):
            self._visit(name, own, way=partial(as_person, number=number), traces=OF_PERSONS.get(number, ()))
        for path in ("/help/", "/tariffs/", "/nothing-here/"):
            self._add("", path, visitor=PERSON)
        town = town_of(self._base)
        wanted = {"phone": town["sign_ins"][0]["phone"], "meter": town["free_pairs"][0]["meter"]}
        searches = [(path, wanted[what]) for path, what in SEARCHES]
        for number, member in enumerate(town.get("staff", [])):
            traces, enter = OF_ROLES.get(member["role"], ()), partial(as_member, role=number)
            self._visit(member["role"], desks, way=enter, searches=searches, traces=traces)
        # Whom a certificate's code or a bill names, everybody may look at.
        self._visit(ANYBODY, [route for route in open_to_all if route not in self._reached])
        for route, way in WAYS.items():
            if route in rows:
                visitor = self._enter(route, way)
                visitor.close()
                if re.fullmatch(pattern_of(route), visitor.path):
                    self._add(route, visitor.path, visitor=route)
        self.survey.unreached = [
            route for route in rows if route not in self._reached and route not in NOT_IN_THE_TOWN
        ]
        return self.survey

    def _enter(self, name: str, way: Callable[[Visitor], None] | None = None) -> Visitor:
        """Go that way as a new visitor, whose cookies are kept."""
        visitor = Visitor(self._base)
        if way is not None:
            way(visitor)
            self.survey.states[name] = visitor.state()
            self.survey.entered[name] = time.monotonic()
        return visitor

    def _visit(
        self,
        name: str,
        routes: list[str],
        *,
        way: Callable[[Visitor], None] | None = None,
        searches: Sequence[tuple[str, str]] = (),
        traces: Sequence[Trace] = (),
    ) -> None:
        visitor = self._enter(name, way)
        if traces:
            visitor.go("/accounts/")
            self._learn(visitor.links())
        seen = [path for trace in traces for path in self._learn(trace(visitor, self._ids))]
        wanted = [
            route for route in routes if "<" in route and route not in {*self._reached, *NOT_IN_THE_TOWN}
        ]
        for route in [route for route in routes if "<" not in route]:
            # What somebody else has shown may link to what only this visitor has.
            if (wanted or route not in self._reached) and visitor.shows("/" + route):
                seen += self._learn(visitor.links())
                public = name == ANYBODY and not NOINDEX.search(visitor.answer.text)
                if route not in self._reached:
                    self._add(route, "/" + route, visitor=name, public=public)
        for path, words in searches:
            visitor.fill(path, to=path, q=words)
            seen += self._learn(visitor.links())
        for guess in (False, False, False, True, True):  # a page may hold the link to the next one
            for route in [route for route in wanted if route not in self._reached]:
                linked = first_link(seen, pattern_of(route))
                for path in self._guesses(route) if guess else [linked] * bool(linked):
                    if visitor.shows(path):
                        self._add(route, path, visitor=name)
                        seen += self._learn(visitor.links())
                        break
        visitor.close()

    def _learn(self, paths: list[str]) -> list[str]:
        """Remember the ids of these addresses."""
        for path in dict.fromkeys(path for path in paths if path not in self._plain):
            for name, value in ids_of(path, self._with_ids):
                known = self._ids.setdefault(name, [])
                if value not in known:
                    known.append(value)
        return paths

    def _guesses(self, route: str) -> Iterator[str]:
        """Addresses of the route out of ids that other addresses held."""
        names = [SAME.get(name, name) for name in id_names(route)]
        for values in islice(product(*(self._ids.get(name, ()) for name in names)), GUESSES):
            path = iter(values)
            yield "/" + re.sub(r"<\w+>", lambda _: next(path), route)  # noqa: B023 - used at once

    def _add_variants(self) -> None:
        for path in (*VARIANTS, *(f"/look/trouble/{kind}/" for kind in TROUBLES)):
            self._add("", path, visitor=ANYBODY)

    def _add(self, route: str, path: str, *, visitor: str, public: bool = False) -> None:
        self._reached.add(route)
        name = name_of(route or path)
        taken = {place.name for place in self.survey.places}
        self.survey.places.append(
            Place(f"{name}, {visitor}" if name in taken else name, path, visitor, public)
        )


def survey(*, base: str) -> Survey:
    """All pages of a running Svet with the sample town, and the cookies with which each is reached."""
    return Surveyor(base=base).walk()


def renewed(*, base: str, place: Place, found: Survey) -> Any:
    """The cookies to open the place with; what is good for minutes only is done again.

    That are ways that prove a password, and a desk: the office's sessions end after a quarter of an hour.
    """
    roles = [str(member["role"]) for member in town_of(base).get("staff", [])]
    way = WAYS.get(place.visitor)
    if place.visitor in roles and time.monotonic() - found.entered[place.visitor] > DESK_SECONDS:
        way = partial(as_member, role=roles.index(place.visitor))
    if way is not None:
        visitor = Visitor(base)
        way(visitor)
        visitor.close()
        found.states[place.visitor] = visitor.state()
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
