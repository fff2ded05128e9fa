"""A cabinet with its customer's eyes: every row of the policy is tried while a look is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import timezone

from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_account, make_link
from svet.config.looking import NOBODYS, OWN, SHOWN, CustomerViewMiddleware
from svet.gateways import acquiring
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.transactions import OnlyReading, only_reading, use_case
from svet.limits.operations import spend
from svet.limits.rules import LimitName
from svet.notices.models import Delivery, Notice
from svet.people import operations as people
from svet.people.models import Person
from svet.people.queries import devices
from svet.people.tests.factories import PASSWORD, make_person
from svet.privacy.operations import delete_cabinet
from svet.privacy.queries import everything
from svet.staff.tests.browsers import working
from svet.staffing.models import StaffMember
from svet.staffing.operations import change_role, disable_member
from svet.staffing.rules import VIEW_LASTS, Role, view_ended
from svet.staffing.tests.factories import make_member
from tests.authorisation.policy import POLICY, Row, Who
from tests.authorisation.test_matrix import knock, writes
from tests.authorisation.test_matrix import standing as standing
from tests.authorisation.test_matrix import world as world
from tests.authorisation.world import World

pytestmark = pytest.mark.django_db

WHY = "спрашивает, почему такой счёт"
BANNER = "Вы смотрите глазами клиента"


def begin(browser: Client, link: Link, *, reason: str = WHY) -> Any:
    return browser.post(f"/staff/links/{link.public_id}/view/", {"reason": reason})


@pytest.fixture
def anna() -> Person:
    return make_person(first_name="Анна", last_name="Лучинина")


@pytest.fixture
def link(anna: Person) -> Link:
    return make_link(person=anna, account=make_account(), confirmed=True)


@pytest.fixture
def member() -> StaffMember:
    return make_member()


@pytest.fixture
def browser(member: StaffMember, link: Link) -> Client:
    """A member's browser with a look at Anna's cabinet."""
    browser = working(member)
    assert begin(browser, link).status_code == 302
    return browser


def route_of(row: Row, answer: Any) -> str:
    found: str = resolve(answer.request["PATH_INFO"]).route
    return found


def fault_of(row: Row, answer: Any) -> str:
    """What is wrong with an answer given while a look at Anna's cabinet is open."""
    route, status = route_of(row, answer), answer.status_code
    if route in OWN:
        wanted = 302 if row.method == "POST" else 405
        return (
            "" if status == wanted and "Svet-Look" not in answer.headers else f"is the member's, but {status}"
        )
    if route in NOBODYS and row.method == "GET":
        return "" if "Svet-Look" not in answer.headers else "is nobody's page"
    if row.method != "GET" or route not in SHOWN:
        return "" if status == 403 and "Svet-Look" in answer.headers else f"must be refused, but got {status}"
    if status not in (*row.ok, 200):
        return f"must be shown, but got {status}"
    if "Svet-Look" not in answer.headers or answer.headers["Cache-Control"] != "no-store":
        return "may be kept"
    html = answer.headers["Content-Type"].startswith("text/html")
    if status == 200 and html and BANNER not in answer.content.decode():
        return "has no banner"
    if html and b"data-signed-in" in answer.content:
        return "looks signed in to its scripts"
    return ""


def cookie_of(browser: Client) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def queued() -> int:
    """How many jobs wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])


def test_nothing_can_be_sent_and_nothing_but_the_named_pages_is_shown(world: World) -> None:
    operator = world.browser(Who.OPERATOR)
    own = Link.objects.get(account__public_id=world.ids["account_id"], person=world.people[Who.ANNA])
    assert begin(operator, own).status_code == 302
    world.cookies[Who.OPERATOR] = cookie_of(operator)
    bank: Any = acquiring.gateway()

    def done() -> tuple[object, ...]:
        return writes(), Session.objects.count(), queued(), bank.asked, dict(bank.keys)

    wrong, shown, before = [], set(), done()
    for row in POLICY:
        if row.route.startswith("staff/"):
            continue
        answer = knock(world, row, Who.OPERATOR, client=world.browser(Who.OPERATOR))
        fault = fault_of(row, answer)
        now = done()
        if now != before:
            fault, before = "has done something", now
        if fault:
            wrong.append(f"{row.name}: {fault}")
        elif row.method == "GET" and route_of(row, answer) in SHOWN:
            shown.add(route_of(row, answer))
    assert not wrong, "\n".join(wrong)
    assert shown == SHOWN
    assert not Notice.objects.filter(read_at__isnull=False).exists()


def test_the_look_is_written_down_for_every_account_and_shown_to_the_customer(
    browser: Client, anna: Person, link: Link, member: StaffMember
) -> None:
    other = make_link(person=anna, account=make_account())
    assert begin(browser, link).status_code == 302
    entries = Entry.objects.filter(action="cabinet.viewed", subject_id=anna.public_id)
    assert [(one.actor_person_id, one.reason) for one in entries] == [(member.person_id, WHY)] * 2
    opened = Entry.objects.filter(action="account.viewed", reason=WHY)
    assert {one.account_id for one in opened} == {link.account_id, other.account_id}
    own = Client()
    own.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    page = own.get("/profile/data/").content.decode()
    assert WHY in page
    assert "Смирнова Ольга Петровна (оператор)" in page
    copied = [row["reason"] for row in everything(person_id=anna.pk, now=timezone.now())["cabinet_looks"]]
    assert copied == [WHY, WHY]
    assert BANNER not in page


def test_the_banner_names_whose_eyes_these_are(browser: Client) -> None:
    page = browser.get("/today/").content.decode()
    assert f"{BANNER}: Анна Петровна Лучинина. Ничего изменить нельзя." in page
    assert "/staff/links/view/end/" in page
    assert BANNER not in browser.get("/staff/").content.decode()


def test_the_members_own_language_and_theme_may_be_changed_meanwhile(browser: Client, anna: Person) -> None:
    before = (anna.language, anna.theme, anna.large_text)
    back = {"next": "/staff/"}
    for url, choice in (
        ("/language/", {"language": "en"}),
        ("/appearance/", {"theme": "dark"}),
        ("/appearance/", {"size": "large"}),
    ):
        answer = browser.post(url, choice | back)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/staff/")
    assert '<html lang="en" data-theme="dark" data-size="large">' in browser.get("/staff/").content.decode()
    anna.refresh_from_db()
    assert (anna.language, anna.theme, anna.large_text) == before
    page = browser.get("/today/").content.decode()
    assert BANNER in page or "You see this as" in page
    assert "/entrance/sign-out/" not in page


def test_the_customer_is_told_under_the_bell_once_until_it_is_read(
    browser: Client, anna: Person, link: Link
) -> None:
    begin(browser, link)
    (told,) = Notice.objects.filter(recipient_id=anna.recipient_id, event="cabinet_seen")
    assert told.title == "Сотрудник смотрел ваш кабинет"
    assert not Delivery.objects.filter(event="cabinet_seen").exists()
    own = Client()
    own.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    page = own.get("/bell/").content.decode()
    assert "Сотрудник смотрел ваш кабинет" in page
    assert WHY not in page
    assert told.url == "/profile/data/"


def test_looks_have_a_limit_and_the_refusal_keeps_what_was_typed(
    browser: Client, link: Link, member: StaffMember
) -> None:
    key = str(member.person_id)
    spend(limit=LimitName.LOOKS_PER_MEMBER, key=key, now=timezone.now(), cost=19)
    refused = begin(browser, link)
    assert refused.status_code == 429
    page = refused.content.decode()
    assert "Слишком много попыток. Подождите" in page
    assert WHY in page
    assert Entry.objects.filter(action="cabinet.viewed").count() == 1


def test_a_look_needs_a_reason_and_a_link_that_stands(member: StaffMember, link: Link) -> None:
    browser = working(member)
    refused = begin(browser, link, reason="  ")
    assert refused.status_code == 422
    Link.objects.filter(pk=link.pk).update(removed_at=timezone.now())
    assert begin(browser, link).status_code == 404
    assert not Entry.objects.filter(action="cabinet.viewed").exists()
    assert browser.get("/today/").status_code == 302


@pytest.mark.parametrize("role", [Role.BILLING, Role.SECURITY])
def test_a_member_without_the_right_looks_at_nothing(role: Role, link: Link) -> None:
    browser = working(make_member(role=role))
    assert begin(browser, link).status_code == 403
    assert browser.get("/today/").headers["Location"].startswith("/entrance/")


def test_a_look_that_was_never_proved_opens_nothing(member: StaffMember, anna: Person) -> None:
    """Neither a work session before its second factor nor a customer's session, with a look in it."""
    for session_of in (working(member, proved=False), Client()):
        if session_of.cookies.get(settings.SESSION_COOKIE_NAME) is None:
            session_of.force_login(make_person(), backend="django.contrib.auth.backends.ModelBackend")
        session = session_of.session
        session["looking"] = {"person": anna.pk, "account": "", "opened": timezone.now().timestamp()}
        session.save()
        answer = session_of.get("/today/")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/staff/")
        assert "looking" not in session_of.session


def _guardian() -> Actor:
    return Actor.staff(make_member(role=Role.SECURITY).person_id, name="Guardian", address="")


def _other_role(member: StaffMember, now: datetime) -> None:
    make_member(role=Role.SECURITY)
    change_role(
        by=_guardian(), member_public_id=member.public_id, role=Role.BILLING, reason="перешла", now=now
    )


def _dismissed(member: StaffMember, now: datetime) -> None:
    disable_member(by=_guardian(), member_public_id=member.public_id, reason="уволилась", now=now)


def _other_table(member: StaffMember, now: datetime) -> None:
    StaffMember.objects.filter(pk=member.pk).update(role=Role.BILLING.value)


@pytest.mark.parametrize("taken", [_other_role, _dismissed, _other_table])
def test_the_right_taken_meanwhile_ends_the_look(
    taken: Callable[[StaffMember, datetime], None], browser: Client, member: StaffMember
) -> None:
    assert browser.get("/today/").status_code == 200
    taken(member, timezone.now())
    gone = browser.get("/today/")
    assert gone.status_code == 302
    assert not gone.headers["Location"].startswith("/entrance/?tab=sign-in&next=%2Fstaff")
    assert browser.get("/payment/").headers["Location"].startswith("/entrance/")


def test_a_look_ends_by_itself(browser: Client) -> None:
    session = browser.session
    session["looking"] = session["looking"] | {"opened": (timezone.now() - VIEW_LASTS).timestamp()}
    session.save()
    assert browser.get("/payment/").headers["Location"] == "/staff/"
    assert browser.get("/payment/").headers["Location"].startswith("/entrance/")
    assert "Просмотр глазами клиента закончен" in browser.get("/staff/").content.decode()


@pytest.mark.parametrize(
    ("seconds", "over"), [(-1, True), (0, False), (14 * 60 + 59, False), (15 * 60, True)]
)
def test_it_lasts_a_quarter_of_an_hour(seconds: int, over: bool) -> None:
    began = timezone.now()
    assert view_ended(opened_at=began, now=began + timedelta(seconds=seconds)) is over


def test_leaving_ends_it_in_every_tab_and_twice_does_no_harm(browser: Client, link: Link) -> None:
    left = browser.post("/staff/links/view/end/")
    assert left.headers["Location"] == f"/staff/links/{link.account.public_id}/"
    assert Entry.objects.filter(action="cabinet.view_ended", subject_id=link.person.public_id).count() == 1
    assert browser.get("/today/").headers["Location"].startswith("/entrance/")
    assert browser.post("/staff/links/view/end/").headers["Location"] == "/staff/"
    assert Entry.objects.filter(action="cabinet.view_ended").count() == 1
    assert browser.get("/staff/").status_code == 200


def test_signing_out_of_work_ends_the_look(browser: Client) -> None:
    browser.post("/staff/sign-out/")
    assert browser.get("/today/").headers["Location"].startswith("/entrance/")


def test_the_desks_work_beside_the_look_and_a_second_look_takes_its_place(
    browser: Client, link: Link
) -> None:
    assert browser.get(f"/staff/links/{link.account.public_id}/").status_code == 200
    vera = make_link(person=make_person(first_name="Вера"), account=make_account(), confirmed=True)
    assert begin(browser, vera).status_code == 302
    page = browser.get("/accounts/").content.decode()
    assert "Вера" in page
    assert "Лучинина" not in page
    assert link.account.number not in page


def test_the_session_has_another_key_while_and_after_one_looks(member: StaffMember, link: Link) -> None:
    browser = working(member)
    before = cookie_of(browser)
    begin(browser, link)
    assert cookie_of(browser) != before
    known = Client()
    known.cookies[settings.SESSION_COOKIE_NAME] = before
    assert known.get("/today/").headers["Location"].startswith("/entrance/")
    assert known.get("/staff/").headers["Location"].startswith("/staff/sign-in/")


def test_a_customer_who_is_signed_in_elsewhere_notices_nothing(browser: Client, anna: Person) -> None:
    own = Client()
    own.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    before = Session.objects.count()
    browser.get("/today/")
    assert Session.objects.count() == before
    assert BANNER not in own.get("/today/").content.decode()
    assert [one.address for one in devices(person_id=anna.pk)] == []


def test_a_cabinet_deleted_meanwhile_is_shown_no_longer(browser: Client, anna: Person) -> None:
    delete_cabinet(person_id=anna.pk, password=PASSWORD, address="", now=timezone.now())
    assert browser.get("/today/").headers["Location"] == "/staff/"


def test_an_access_that_ended_meanwhile_shows_what_the_customer_sees_now(browser: Client, link: Link) -> None:
    number = link.account.number
    assert number in browser.get("/accounts/").content.decode()
    Link.objects.filter(pk=link.pk).update(removed_at=timezone.now())
    assert number not in browser.get("/accounts/").content.decode()
    assert browser.get(f"/accounts/{link.account.public_id}/").status_code == 404
    note = Entry.objects.get(action="not_visible")
    assert (note.actor_kind, note.subject) == ("staff", "page")


def test_what_is_masked_for_the_customer_is_masked_for_other_eyes(member: StaffMember) -> None:
    account = make_account()
    Account.objects.filter(pk=account.pk).update(holder_name="Лучинина Анна Петровна")
    stranger = make_link(person=make_person(), account=account)
    browser = working(member)
    begin(browser, stranger)
    page = browser.get(f"/accounts/{account.public_id}/").content.decode()
    assert account.number in page
    assert "Лучинина Анна" not in page


def test_a_cabinet_of_a_member_is_nobodys(member: StaffMember) -> None:
    """A work sign-in has no cabinet; a link of one, were there any, opens nothing."""
    colleague = make_link(person=make_member().person, account=make_account())
    assert begin(working(member), colleague).status_code == 404


def test_a_page_that_wants_to_write_is_refused_whole(browser: Client, anna: Person) -> None:
    request = RequestFactory().get("/today/")
    request.COOKIES = {name: one.value for name, one in browser.cookies.items()}
    request.session = browser.session
    request.user = AnonymousUser()
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    request.resolver_match = resolve("/today/")

    def writes_anyway(shown: HttpRequest) -> HttpResponse:
        assert shown.user == anna
        assert not shown.session.keys()
        shown.session["work"] = "taken"
        people.change_language(person_id=anna.pk, language="en", now=timezone.now(), address="")
        return HttpResponse("done")

    guard = CustomerViewMiddleware(lambda _: HttpResponse())
    answer: Any = guard.process_view(request, writes_anyway, (), {})
    assert answer.status_code == 403
    assert request.session["work"] != "taken"
    assert request.user.is_anonymous
    anna.refresh_from_db()
    assert anna.language != "en"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people_person SET language = 'en'",
        "SELECT 1 FROM people_person FOR UPDATE",
        "SELECT nextval('people_person_id_seq')",
        "CREATE TABLE stray ()",
    ],
)
def test_the_database_itself_refuses(statement: str) -> None:
    with pytest.raises(OnlyReading), only_reading(), connection.cursor() as cursor:
        cursor.execute(statement)
    make_person()


def test_no_limit_is_spent_where_only_reading_is_allowed() -> None:
    with pytest.raises(OnlyReading), only_reading():
        spend(limit=LimitName.COPIES_PER_PERSON, key="1", now=timezone.now())


def test_no_use_case_begins_where_only_reading_is_allowed() -> None:
    with pytest.raises(OnlyReading), only_reading(), use_case():
        raise AssertionError("begun")
    with use_case():
        assert not connection.needs_rollback
