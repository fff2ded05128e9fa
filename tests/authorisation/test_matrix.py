"""Every route and every API operation × everybody who may knock, from the one table of ``policy``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.api.application import document
from svet.cabinet.shell import errors
from svet.gateways import acquiring
from svet.gateways.acquiring.yookassa import CAPABILITIES
from svet.journal.models import Entry
from svet.metering.tests.factories import make_meter
from svet.payments.tests.factories import StubBank
from svet.people import operations as people
from svet.people.rules import KeyBound, Scope
from svet.people.rules.scopes import ACCOUNT_SCOPES, METER_SCOPES
from svet.staff.shell import desk
from tests.authorisation.policy import (
    ANNA,
    API,
    CABINET,
    DESKS,
    EVERYBODY,
    POLICY,
    STAFF,
    V1,
    Row,
    Who,
    knockers,
)
from tests.authorisation.world import RIGHTS, World, build

#: What may change although somebody was turned away: the journal itself, limits, calls that were begun.
NOT_DATA = {"journal_entry", "limits_bucket", "api_idempotentcall", "django_session"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Names the faces give to the same kind of thing.
SAME = {
    "bills/<public_id>": "bills/<bill_id>",
    "accounts/<public_id>": "accounts/<account_id>",
    "payment/orders/<public_id>": "payment/orders/<order_id>",
    "payment/cards/<public_id>": "payment/cards/<card_id>",
    "payment/bindings/<public_id>": "payment/bindings/<binding_id>",
    "autopay/<public_id>": "autopay/<autopay_id>",
    "profile/devices/<public_id>": "profile/devices/<device_id>",
    "profile/browsers/<public_id>": "profile/browsers/<browser_id>",
    "profile/second-factor/passkeys/<public_id>": "profile/second-factor/passkeys/<passkey_id>",
    "profile/office/<public_id>": "profile/office/<request_id>",
    "profile/tokens/<public_id>": "profile/tokens/<token_id>",
    "profile/webhooks/<public_id>": "profile/webhooks/<webhook_id>",
    "help/appeals/<public_id>": "help/appeals/<appeal_id>",
    "staff/appeals/<public_id>": "staff/appeals/<appeal_id>",
    "bell/<public_id>": "bell/<notice_id>",
    "staff/accounts/<public_id>": "staff/accounts/<account_id>",
    "staff/requests/<public_id>": "staff/requests/<request_id>",
    "staff/members/<public_id>": "staff/members/<member_id>",
}


def _plain(route: str) -> str:
    """The route without converters, its ids named after what they are of: all of them are outer ones."""
    plain = re.sub(r"[<{](?:\w+:)?(\w+)[>}]", r"<\1>", route).replace("_public_id>", "_id>")
    for prefix, name in SAME.items():
        if plain.startswith(prefix):
            return name + plain.removeprefix(prefix)
    return plain


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every route the installation answers."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLPattern):
            yield _plain(prefix + str(each.pattern))
        else:
            yield from routes(each, prefix + str(each.pattern))


def _as_test(atomic: transaction.Atomic) -> transaction.Atomic:
    """Let use cases be durable inside: this block is a test's."""
    atomic._from_testcase = True  # type: ignore[attr-defined]
    return atomic


def make_bank() -> StubBank:
    return StubBank(capabilities=replace(CAPABILITIES, binds_sbp=True))


@pytest.fixture(scope="module")
def standing(standing_database: None) -> World:
    """Built once for the tests of a module; each writes above it and takes its own back."""
    bank = make_bank()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acquiring, "gateway", lambda: bank)
        return build()


@pytest.fixture
def world(standing: World, db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    bank = make_bank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    draw_refusals_once(monkeypatch)
    return replace(standing, people=deepcopy(standing.people), cookies={**standing.cookies})


def draw_refusals_once(patch: pytest.MonkeyPatch) -> None:
    """Draw the page of a refusal once for everybody who gets it: two thousand knocks get the same dozen.

    What it says of the person and the role is drawn; the number of the incident stays that of the first.
    """
    drawn: dict[tuple[object, ...], str] = {}

    def of_portal(template: str, context: dict[str, Any], request: HttpRequest) -> str:
        key = (template, context["status"], str(context["title"]), request.user.pk)
        if key not in drawn:
            drawn[key] = render_to_string(template, context, request)
        return drawn[key]

    def of_desks(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
        key = (template, status, *context.values(), desk.member_at(request))
        if key not in drawn:
            drawn[key] = render_to_string(template, context, request)
        return HttpResponse(drawn[key], status=status)

    patch.setattr(errors, "render_to_string", of_portal)
    patch.setattr(desk, "render", of_desks)


#: What pg_stat_xact_user_tables says, without the indexes that it looks for too.
WRITTEN = (
    "SELECT sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
    " + pg_stat_get_xact_tuples_deleted(oid)) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relname = ANY(%s)"
)


def writes() -> int:
    """How many rows of data this test has written so far, also those it took back."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [sorted(NOT_DATA)])
        return int(cursor.fetchone()[0])


def events() -> int:
    """How many events of security the journal has."""
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(Entry._meta.db_table)
        cursor.execute(f"SELECT count(*) FROM {table} WHERE security")
        return int(cursor.fetchone()[0])


def fill(value: Any, ids: Mapping[str, str]) -> Any:
    """The value with every ``{word}`` replaced by an id."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], value)
    if isinstance(value, Mapping):
        return {fill(name, ids): fill(inner, ids) for name, inner in value.items()}
    return [fill(inner, ids) for inner in value] if isinstance(value, list) else value


def knock(world: World, row: Row, who: Who, *, client: Client | None = None, secret: str = "") -> Any:
    """Send the row's request as this person: pages by session, the API by token."""
    program = row.route.startswith(V1)
    path = "/" + fill(re.sub(r"<(\w+)>", r"{\1}", row.route) + row.query, world.ids)
    client = client or (world.client() if program else world.browser(who))
    body = fill(row.body, world.ids)
    if not program:
        if row.route.startswith("callbacks/"):
            return client.generic(row.method, path, "not json", content_type="application/json")
        return client.post(path, body) if row.method == "POST" else client.generic(row.method, path)
    headers = {"Idempotency-Key": uuid4().hex}
    secret = secret or world.secrets.get(who, "")
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    text = json.dumps(body) if row.method == "POST" else ""
    return client.generic(row.method, path, text, content_type="application/json", headers=headers)


def to_entrance(response: HttpResponse) -> bool:
    return response.status_code == 302 and response.headers["Location"].startswith("/entrance/?tab=sign-in")


def to_staff_entrance(response: HttpResponse) -> bool:
    return response.status_code == 302 and response.headers["Location"].startswith("/staff/sign-in/")


def judge(row: Row, who: Who, response: HttpResponse, *, noted: int = 0) -> str:
    """What is wrong with the answer, or nothing."""
    status = response.status_code
    if who in row.may:
        turned_back = row.may != EVERYBODY and (to_entrance(response) or to_staff_entrance(response))
        wrong = status not in row.ok or turned_back
        return f"may, but got {status}" if wrong else ""
    if who in row.told:
        return "" if status in row.told_status else f"must be refused in words, but got {status}"
    if row.route.startswith("staff/"):
        if who not in STAFF:
            return "" if to_staff_entrance(response) else f"must be asked to sign in, but got {status}"
        stopped = status == 403 and noted
        return "" if stopped else f"must be refused and noted, but got {status}"
    if who is Who.ANONYMOUS or who in STAFF:
        stopped = status == 401 if row.route.startswith(V1) else to_entrance(response)
        return "" if stopped else f"must be asked to sign in, but got {status}"
    if status != 404:
        return f"must get 404, but got {status}"
    return "" if noted else "left no security event"


def test_every_route_and_every_operation_has_a_row_and_no_row_is_idle() -> None:
    assert {row.route for row in POLICY} == set(routes())
    paths: Any = document()["paths"]
    described = {
        (method.upper(), _plain(path.removeprefix("/")))
        for path, operations in paths.items()
        for method in operations
    }
    public_pages = {("GET", V1), ("GET", f"{V1}openapi.json")}
    assert {(row.method, row.route) for row in API} - public_pages == described


def turned_away(world: World, row: Row, by: Iterable[Who]) -> list[str]:
    """What is wrong with the answers to those who may not; that they wrote is counted for all of them."""
    wrong = []
    before = events()  # what a knock notes is taken back behind it
    for who in by:
        with _as_test(transaction.atomic()):
            answer = knock(world, row, who)
            # Whoever is sent to an entrance need not leave anything.
            noted = events() - before if answer.status_code in (403, 404) else 0
            fault = judge(row, who, answer, noted=noted)
            if fault:
                wrong.append(f"{row.name}, {who}: {fault}")
            transaction.set_rollback(True)
    return wrong


def test_whoever_may_not_is_turned_away_from_every_route(world: World) -> None:
    wrong = []
    written = writes()  # also what was taken back counts
    for row in POLICY:
        refused = sorted(knockers(row) - row.may)
        wrong += turned_away(world, row, refused)
        if writes() == written:
            continue
        for who in refused:
            written = writes()
            turned_away(world, row, [who])
            if writes() != written:
                wrong.append(f"{row.name}, {who}: changed data")
        written = writes()
    assert not wrong, "\n".join(wrong)


def served(row: Row, turn: int) -> list[Who]:
    """Who knocks of those who may.

    Where a page is looked at by every Boris, him with no right but to see is let in only if no right is asked
    for; of the others, who have each one more, one a page knocks, in turns.
    """
    who = sorted(knockers(row) & row.may)
    more = [boris for boris in RIGHTS if boris is not Who.BORIS_VIEW]
    if row.method == "GET" and set(RIGHTS) <= set(who):
        return [each for each in who if each not in more or each is more[turn % len(more)]]
    return who


#: Where a page leads to: links, forms, what the page asks for by itself.
LEADS = re.compile(r'\s(?:href|action|formaction|hx-get|hx-post)="(/[^"/?#][^"?#]*|/)')
#: Files, not pages.
FILES = ("/static/", "/media/")


def dead_ends(response: HttpResponse) -> list[str]:
    """Addresses of ours that an answer leads to and nothing answers."""
    where = urlsplit(response.headers.get("Location", ""))
    found = set() if where.netloc else {where.path}  # the bank's page is not ours
    if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
        found |= {unescape(each) for each in LEADS.findall(response.content.decode())}
    dead = []
    for path in sorted(found - {""}):
        try:
            if path.startswith("/") and not path.startswith(FILES):
                resolve(unquote(path))
        except Resolver404:
            dead.append(path)
    return dead


def test_whoever_may_is_served_at_every_route_and_led_to_none_that_is_not_there(world: World) -> None:
    wrong = []
    for turn, row in enumerate(POLICY):
        for who in served(row, turn):
            with _as_test(transaction.atomic()):
                answer = knock(world, row, who)
                fault = judge(row, who, answer)
                if fault:
                    wrong.append(f"{row.name}, {who}: {fault}")
                wrong += [f"{row.name}, {who}: leads to {path}" for path in dead_ends(answer)]
                transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


def test_a_page_that_leads_nowhere_is_found() -> None:
    page = HttpResponse('<a href="/staff/billing/houses/">x</a><form action="/staff/houses/?a=b"></form>')
    assert dead_ends(page) == ["/staff/billing/houses/"]
    assert dead_ends(HttpResponse(status=302, headers={"Location": "/no/such/page/"})) == ["/no/such/page/"]
    assert dead_ends(HttpResponse(status=302, headers={"Location": "https://bank.example/page/"})) == []


def test_methods_without_a_row_are_not_allowed(world: World) -> None:
    known = {(row.method, row.route) for row in POLICY}
    wrong = []
    before = writes()
    for row in {row.route: row for row in POLICY}.values():
        for method in METHODS:
            if (method, row.route) in known:
                continue
            stray = Row(method=method, route=row.route, may=ANNA, ok=(405,))
            status = knock(world, stray, Who.ANNA).status_code
            if status != 405:
                wrong.append(f"{method} /{row.route}: {status}")
    assert not wrong, "\n".join(wrong)
    assert writes() == before


def test_no_form_is_taken_without_its_secret(world: World) -> None:
    before = writes()
    for who, rows in ((Who.ANNA, CABINET), *((member, DESKS) for member in sorted(STAFF))):
        for row in rows:
            if row.method == "POST":
                client = world.browser(who, enforce_csrf_checks=True)
                assert knock(world, row, who, client=client).status_code == 403, row.name
    assert writes() == before


def test_a_key_without_the_scope_opens_nothing(world: World) -> None:
    with _as_test(transaction.atomic()):
        secrets = {
            scope.value: people.issue_token(
                person_id=world.people[Who.ANNA].pk,
                name="all but one",
                scopes=sorted(other.value for other in Scope if other is not scope),
                now=Entry.objects.latest("pk").at,
            )[1]
            for scope in Scope
        }
        for row in API:
            assert bool(row.scope) == (row.may != EVERYBODY), row.name
            if row.scope:
                response = knock(world, row, Who.ANNA, secret=secrets[row.scope])
                assert response.status_code == 403, row.name
                assert response.json()["code"] == "scope", row.name
        transaction.set_rollback(True)


#: What a key bound to an account may do there, by the policy's names; everything else refuses it whole.
NARROWED = {
    f"{method} /{V1}{route}"
    for method, route in (
        ("GET", "accounts"),
        ("GET", "accounts/<account_id>"),
        ("GET", "accounts/<account_id>/absence"),
        ("POST", "accounts/<account_id>/absence"),
        ("DELETE", "accounts/<account_id>/absence"),
        ("GET", "accounts/<account_id>/alike"),
        ("GET", "accounts/<account_id>/certificates"),
        ("POST", "accounts/<account_id>/certificates"),
        ("GET", "accounts/<account_id>/certificates/<certificate_id>/pdf"),
        ("GET", "accounts/<account_id>/consumption"),
        ("POST", "accounts/<account_id>/consumption"),
        ("GET", "accounts/<account_id>/consumption/<consumption_id>/pdf"),
        ("GET", "accounts/<account_id>/consumption/<consumption_id>/xlsx"),
        ("GET", "accounts/<account_id>/forecast"),
        ("GET", "accounts/<account_id>/reconciliation.pdf"),
        ("GET", "accounts/<account_id>/reconciliation.xlsx"),
        ("GET", "accounts/<account_id>/usage"),
        ("GET", "accounts/<account_id>/what-if"),
        ("GET", "bills"),
        ("GET", "bills/<bill_id>"),
        ("GET", "bills/<bill_id>/calculation"),
        ("GET", "bills/<bill_id>/pdf"),
        ("GET", "meters"),
        ("POST", "meters/<meter_id>/preview"),
        ("POST", "meters/<meter_id>/readings"),
        ("POST", "photos"),
        ("GET", "readings"),
        ("POST", "readings"),
        ("GET", "readings/<set_id>"),
        ("POST", "readings/<set_id>/correct"),
        ("POST", "readings/<set_id>/withdraw"),
        ("POST", "readings/<control_id>/dispute"),
    )
}
#: What shows lists, or a result for each thing: nothing of another account is in them.
FILTERED = {"accounts", "bills", "meters", "photos", "readings"}


def test_a_bound_key_is_a_stranger_to_all_but_what_it_is_bound_to(world: World) -> None:
    anna = world.people[Who.ANNA]
    now = Entry.objects.latest("pk").at
    account, meter = world.ids["account_id"], world.ids["meter_id"]
    with _as_test(transaction.atomic()):
        other = make_account()
        make_link(person=anna, account=other, confirmed=True)
        beside = make_meter(account=other)
        next_to_it = make_meter(account=Account.objects.get(public_id=account))

        def key(bound: KeyBound, scopes: frozenset[Scope]) -> str:
            chosen = sorted(scope.value for scope in scopes)
            return people.issue_token(
                person_id=anna.pk, name="bound", scopes=chosen, bounds=[bound], now=now
            )[1]

        strangers = [
            key(KeyBound(other.public_id), ACCOUNT_SCOPES),
            key(KeyBound(other.public_id, beside.public_id), METER_SCOPES),
            key(KeyBound(account, next_to_it.public_id), METER_SCOPES),
        ]
        own = key(KeyBound(account), ACCOUNT_SCOPES)
        wrong = []
        for row in API:
            if not row.scope:
                continue
            name = f"{row.method} /{row.route}"
            whole = 403
            if name in NARROWED:
                with _as_test(transaction.atomic()):
                    whole = knock(world, row, Who.ANNA).status_code
                    transaction.set_rollback(True)
            for secret in (*strangers, own):
                with _as_test(transaction.atomic()):
                    answer = knock(world, row, Who.ANNA, secret=secret)
                    transaction.set_rollback(True)
                status, said = answer.status_code, b"" if answer.streaming else answer.content
                if name not in NARROWED:
                    fault = status != 403
                elif secret == own:
                    fault = status != whole
                elif row.route.removeprefix(V1) in FILTERED:
                    named = any(word.encode() in said for word in (world.ids["bill_id"], world.ids["set_id"]))
                    receipt = b'"receipt_number"' in said or (row.method == "GET" and meter.encode() in said)
                    fault = status not in (200, 403, 404, 422) or named or receipt
                else:
                    fault = status not in (403, 404)
                if fault:
                    wrong.append(f"{name}, {[*strangers, own].index(secret)}: {status} {said[:100]!r}")
        transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)
