"""The desks on a host of their own: nothing of one host answers on the other."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client, override_settings

from svet.accounts.tests.factories import make_account, make_link
from svet.config.checks import check_production
from svet.config.environment import WrongEnvironment, host_of, trusted_origins
from svet.people.tests.factories import make_person
from svet.sandbox.town.retailer import name_the_retailer
from svet.staff.tests.browsers import working
from svet.staffing.tests.factories import make_member

CABINET, OFFICE = "lk.retailer.example", "office.retailer.example"
APART = override_settings(
    STAFF_URL=f"https://{OFFICE}",
    STAFF_HOST=OFFICE,
    BASE_URL=f"https://{CABINET}",
    ALLOWED_HOSTS=[CABINET, OFFICE],
)

pytestmark = pytest.mark.django_db


def status(path: str, host: str, client: Client | None = None) -> int:
    return (client or Client()).get(path, headers={"host": host}).status_code


@APART
@pytest.mark.parametrize("host", [OFFICE, OFFICE.upper(), f"{OFFICE}.", f"{OFFICE}:8443"])
def test_the_desks_answer_on_their_host_and_nothing_else_does(host: str) -> None:
    assert status("/staff/sign-in/", host) == 200
    for path in (
        "/entrance/",
        "/help/",
        "/api/v1/openapi.json",
        "/callbacks/yookassa/",
        "/quick/",
        "/nowhere/",
    ):
        assert status(path, host) == 404, path
    first = Client().get("/", headers={"host": host})
    assert (first.status_code, first.headers["Location"]) == (302, "/staff/")


@APART
@pytest.mark.parametrize(
    "path", ["/staff/", "/staff/sign-in/", "/staff/sign-in/provider/", "/staff/accounts/"]
)
def test_the_cabinets_host_has_no_desks(path: str) -> None:
    assert status(path, CABINET) == 404
    assert status(path, f"{CABINET}.") == 404
    assert Client().post(path, {"phone": "1"}, headers={"host": CABINET}).status_code == 404


@APART
def test_who_works_there_is_led_to_the_cabinets_host_by_its_whole_address() -> None:
    page = Client().get("/staff/sign-in/", headers={"host": OFFICE}).content.decode()
    assert f'<a href="https://{CABINET}">' in page
    assert status("/staff/", OFFICE, working(make_member())) == 200


@APART
@pytest.mark.parametrize(
    "path", ["/health/", "/ready/", "/brand.css", "/manifest.webmanifest", "/robots.txt"]
)
def test_what_both_need_is_on_both(path: str) -> None:
    assert status(path, OFFICE) == status(path, CABINET) != 404


@APART
def test_no_cookie_of_one_host_is_of_the_other() -> None:
    browser = working(make_member())
    browser.get("/staff/", headers={"host": OFFICE})
    assert all(morsel["domain"] == "" for morsel in browser.cookies.values())


@APART
def test_a_look_with_the_customers_eyes_is_on_the_desks_host_and_runs_no_script_of_theirs() -> None:
    link = make_link(person=make_person(), account=make_account(), confirmed=True)
    browser = working(make_member())
    assert status("/today/", OFFICE, browser) == 404
    began = browser.post(
        f"/staff/links/{link.public_id}/view/", {"reason": "спрашивает о счёте"}, headers={"host": OFFICE}
    )
    assert began.status_code == 302
    shown = browser.get(began.headers["Location"], headers={"host": OFFICE}, follow=True)
    assert (shown.status_code, "Вы смотрите глазами клиента" in shown.content.decode()) == (200, True)
    rules = shown.headers["Content-Security-Policy"]
    assert "script-src 'none'" in rules
    assert "sandbox allow-same-origin allow-forms allow-popups" in rules
    # Named pages alone, nothing sent, nothing on the other host.
    assert status("/profile/", OFFICE, browser) == 403
    assert browser.post("/readings/", headers={"host": OFFICE}).status_code == 404
    assert (
        "sandbox" not in browser.get("/staff/", headers={"host": OFFICE}).headers["Content-Security-Policy"]
    )
    left = browser.post("/staff/links/view/end/", headers={"host": OFFICE})
    assert left.status_code == 302
    assert status("/today/", OFFICE, browser) == 404


@APART
def test_no_link_of_a_desk_leads_nowhere() -> None:
    name_the_retailer()
    link = make_link(person=make_person(), account=make_account(), confirmed=True)
    browser = working(make_member())
    for path in ("/staff/", "/staff/accounts/", f"/staff/links/{link.account.public_id}/", "/staff/nowhere/"):
        page = browser.get(path, headers={"host": OFFICE}).content.decode()
        assert f'href="https://{CABINET}/help/"' in page
        for each in sorted(set(re.findall(r'<a [^>]*href="(/[^"]*)"', page))):
            assert status(each, OFFICE, browser) != 404, (path, each)
    assert 'href="/help/"' in browser.get("/entrance/", headers={"host": CABINET}).content.decode()


@override_settings(
    STAFF_HOST=OFFICE,
    ALLOWED_HOSTS=[CABINET, OFFICE],
    CSRF_TRUSTED_ORIGINS=trusted_origins(site=f"https://{CABINET}", desks=f"https://{OFFICE}"),
)
@pytest.mark.parametrize(("host", "path"), [(CABINET, "/entrance/"), (OFFICE, "/staff/sign-in/")])
def test_forms_of_both_are_taken_behind_a_server_that_ends_tls_unnamed(host: str, path: str) -> None:
    """Its https is not known here, and what the browser says of the form's origin is https."""
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(path, headers={"host": host}).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    headers = {"host": host, "origin": f"https://{host}"}
    given = {"csrfmiddlewaretoken": token[1], "language": "ru"}
    assert browser.post("/language/", given, headers=headers).status_code == 302
    assert browser.post("/language/", {"language": "ru"}, headers=headers).status_code == 403
    foreign = {"host": host, "origin": "https://retailer.example"}
    assert browser.post("/language/", given, headers=foreign).status_code == 403


def test_the_settings_trust_the_forms_of_both() -> None:
    assert trusted_origins(site=f"https://{CABINET}/", desks="") == [f"https://{CABINET}"]
    assert trusted_origins(site=f"https://{CABINET}/", desks=f"https://{OFFICE.upper()}:8443") == [
        f"https://{CABINET}",
        f"https://{OFFICE}:8443",
    ]


def test_without_the_setting_both_are_on_one_host() -> None:
    assert status("/staff/sign-in/", "testserver") == status("/entrance/", "testserver") == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://office.retailer.example",
        f"https://{CABINET}",
        f"https://{CABINET}.",
        f"https://{CABINET}:8443",
        "https://",
        f"https://{OFFICE}/desks",
        f"https://{OFFICE}?desks",
    ],
)
def test_production_refuses_an_address_that_is_not_apart(url: str) -> None:
    def refused(**given: Any) -> bool:
        with override_settings(ENV="production", BASE_URL=f"https://{CABINET}", **given):
            return "svet.E027" in {each.id for each in check_production(None)}

    assert refused(STAFF_URL=url)
    assert not refused(STAFF_URL="")
    assert not refused(STAFF_URL=f"https://{OFFICE}")


def test_an_address_without_a_host_is_told() -> None:
    assert host_of("https://Office.Retailer.example.:8443") == OFFICE
    with pytest.raises(WrongEnvironment, match="SVET_STAFF_URL"):
        host_of("office")
