import re
from http import HTTPStatus

import pytest
from django.test import Client, RequestFactory

from svet.cabinet.help.faq import QUESTIONS, find
from svet.cabinet.shell import errors
from svet.cabinet.shell.frame import Frame
from svet.people.tests.factories import make_person
from svet.sandbox.town.retailer import name_the_retailer
from svet.site.operations import InstallationDetails, set_up

pytestmark = pytest.mark.django_db


def test_a_stranger_is_led_from_the_bare_address_to_the_entrance(client: Client) -> None:
    assert client.get("/")["Location"] == "/entrance/"


def test_the_menu_has_the_guides_five_in_its_order(client: Client) -> None:
    client.force_login(make_person())
    page = client.get("/payment/").content.decode()
    menu = page[page.index('<nav class="menu"') : page.index("</nav>")]
    named = re.findall(r"<span>([^<]+)</span>", menu)
    guide = ["Оплата", "Показания", "История", "Помощь", "Абоненты и группы"]
    assert [name for name in named if name != "Сегодня"] == guide
    assert menu.count('aria-current="page"') == 1


@pytest.mark.parametrize(
    ("rest", "item"),
    [
        ("usage/", "Оплата"),
        ("usage/2026/", "Оплата"),
        ("charges/", "Оплата"),
        ("what-if/", "Оплата"),
        ("readings/", "Показания"),
        ("readings/same/", "Показания"),
        ("", "Абоненты и группы"),
        ("absence/", "Абоненты и группы"),
        ("simple/", "Абоненты и группы"),
    ],
)
def test_a_page_of_an_account_lights_what_its_way_back_leads_to(rest: str, item: str) -> None:
    request = RequestFactory().get(f"/accounts/01jd0000000000000000000000/{rest}")
    assert [str(one.label) for one in Frame(request).menu if one.current] == [item]


def test_a_missing_page_says_so_with_the_hotline_and_a_number(client: Client) -> None:
    name_the_retailer()
    answer = client.get("/nothing-here/")
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "8-351-2222-500" in page
    assert "И-" in page


def test_our_own_fault_is_a_page_without_a_traceback() -> None:
    request = RequestFactory().get("/payment/")
    answer = errors.server_error(request)
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("view", [errors.bad_request, errors.denied, errors.not_found])
def test_each_refusal_has_its_page(view: object) -> None:
    assert callable(view)
    answer = view(RequestFactory().get("/x/"), ValueError("secret"))
    assert "secret" not in answer.content.decode()
    assert answer.status_code in (400, 403, 404)


def test_a_form_from_another_site_is_refused_in_plain_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "en"})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "обновите страницу" in answer.content.decode()


def test_help_shows_every_question_and_finds_by_words(client: Client) -> None:
    page = client.get("/help/").content.decode()
    assert all(str(question.title) in page for question in QUESTIONS)
    found = client.get("/help/", {"q": "комиссия"}).content.decode()
    assert "без комиссии" in found
    assert "Как восстановить пароль?" not in found


@pytest.mark.parametrize("query", ["<script>alert(1)</script>", "x" * 5000, "\x00", "%", "ё"])
def test_help_survives_any_query(client: Client, query: str) -> None:
    answer = client.get("/help/", {"q": query})
    assert answer.status_code == HTTPStatus.OK
    assert "<script>alert" not in answer.content.decode()


def test_the_search_forgives_endings() -> None:
    assert [question.anchor for question in find("поверки")] == [
        question.anchor for question in find("поверка")
    ]
    assert find("телескоп") == []


@pytest.mark.parametrize(
    ("target", "leads"),
    [
        ("/help/?q=1", "/help/?q=1"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("", "/"),
        ("x", "/"),
    ],
)
def test_the_language_switch_returns_only_to_our_pages(client: Client, target: str, leads: str) -> None:
    answer = client.post("/language/", {"language": "en", "next": target})
    assert answer["Location"] == leads
    assert client.cookies["svet-language"].value == "en"


def test_a_language_we_do_not_speak_changes_nothing(client: Client) -> None:
    client.post("/language/", {"language": "xx"})
    assert "svet-language" not in client.cookies


def test_theme_and_size_are_remembered_on_the_device(client: Client) -> None:
    client.post("/appearance/", {"theme": "dark"})
    client.post("/appearance/", {"size": "large"})
    page = client.get("/help/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'media="all" data-dark' in page
    assert 'data-size="large"' in page
    client.post("/appearance/", {"theme": '"><script>', "size": "huge"})
    assert 'data-theme="dark"' in client.get("/help/").content.decode()
    client.post("/appearance/", {"theme": "light"})
    assert 'media="not all" data-dark' in client.get("/help/").content.decode()
    client.post("/appearance/", {"theme": "auto"})
    assert 'media="(prefers-color-scheme: dark)" data-dark' in client.get("/help/").content.decode()


def test_the_retailers_colours_come_as_a_style_sheet(client: Client) -> None:
    assert "/brand.css" not in client.get("/help/").content.decode()
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
    assert "/brand.css?003366ffcc00" in client.get("/help/").content.decode()
    sheet = client.get("/brand.css")
    assert sheet["Content-Type"].startswith("text/css")
    assert "#003366" in sheet.content.decode()


def test_a_phone_can_install_svet(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest").json()
    assert manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
