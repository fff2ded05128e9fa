"""«Уведомления в мессенджере» by the pages and by the door at which the messenger knocks."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from svet.cabinet.profile.tests.test_profile import signed_in
from svet.gateways import messenger as gateways
from svet.notices.models import MessengerChat, MessengerCode, MessengerUpdate
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
SETTINGS = "/profile/notifications/"
CALLBACK = "/callbacks/messenger/"


@pytest.fixture
def anna() -> Person:
    return make_person(phone="+79117178512")


@pytest.fixture(autouse=True)
def bot(settings: Settings) -> None:
    settings.MESSENGER_URL = "max+http://svet_bot:sandbox@127.0.0.1:9/max?page=/sandbox/messenger/"


def page(client: Client, address: str = SETTINGS) -> str:
    return client.get(address).content.decode()


def make_link(client: Client) -> tuple[str, str]:
    """The page and the code on it."""
    answer = client.post("/profile/messenger/")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    shown = answer.content.decode()
    found = re.search(r"/start ([A-Za-z0-9_-]{22})<", shown)
    assert found is not None
    return shown, found[1]


def knock(
    code: str, *, user: int = 7, name: str = "Анна", secret: str | None = None, kind: str = "bot_started"
) -> int:
    told = {
        "update_type": kind,
        "timestamp": 1,
        "chat_id": user * 10,
        "user": {"user_id": user, "first_name": name, "is_bot": False},
        "payload": code,
    }
    given = gateways.gateway()._secret if secret is None else secret  # type: ignore[attr-defined]
    answer = Client().post(
        CALLBACK, told, content_type="application/json", headers={"X-Max-Bot-Api-Secret": given}
    )
    return answer.status_code


def read() -> None:
    """Read what came; answers wait for a messenger that is away."""
    run_jobs(queue="notices")


def test_anna_connects_sees_it_and_disconnects(anna: Person) -> None:
    client = signed_in(anna)
    assert "Подключить MAX" in page(client)
    assert "выключены" in page(client, "/profile/")
    shown, code = make_link(client)
    assert f'href="http://testserver/sandbox/messenger/?start={code}"' in shown
    assert '<svg class="qr"' in shown
    assert code not in page(client)
    assert knock(code) == 200
    read()
    assert "<b>Анна</b>" in page(client)
    assert 'data-label="MAX"' in page(client)
    assert "<dd>Анна</dd>" in page(client, "/profile/")
    # The form that makes another link says where one stands already.
    assert client.post("/profile/messenger/").headers["Location"] == SETTINGS
    assert "Мессенджер уже подключён" in page(client)
    assert client.post("/profile/messenger/off/").headers["Location"] == SETTINGS
    assert "туда больше ничего не придёт" in page(client)
    assert "Подключить MAX" in page(client)
    client.post("/profile/messenger/off/")
    assert "Мессенджер уже отключён" in page(client)


def test_a_stopped_bot_is_told_on_the_page(anna: Person) -> None:
    MessengerChat.objects.create(
        recipient_id=anna.recipient_id, reader="7", name="<Анна>", connected_at=timezone.now(),
        stopped_at=timezone.now(),
    )  # fmt: skip
    client = signed_in(anna)
    assert "бот остановлен в MAX" in page(client)
    assert "&lt;Анна&gt;" in page(client)
    assert "бот остановлен" in page(client, "/profile/")


def test_boris_and_vera_see_and_end_their_own_only(anna: Person) -> None:
    boris, vera = (make_person(phone=f"+7911717851{number}", first_name="Имя") for number in (3, 4))
    _, code = make_link(signed_in(anna))
    knock(code)
    read()
    for other in (boris, vera):
        client = signed_in(other)
        assert "<b>Анна</b>" not in page(client)
        client.post("/profile/messenger/off/")
    assert MessengerChat.objects.get().recipient_id == anna.recipient_id


def test_vera_who_saw_the_code_an_hour_ago_gets_nothing(anna: Person) -> None:
    _, code = make_link(signed_in(anna))
    MessengerCode.objects.update(expires_at=timezone.now())
    knock(code, user=9, name="Вера")
    read()
    assert not MessengerChat.objects.exists()


def test_the_door_takes_what_has_the_secret(anna: Person) -> None:
    _, code = make_link(signed_in(anna))
    assert knock(code, secret="guess") == 403
    assert knock(code, secret="") == 403
    assert not MessengerUpdate.objects.exists()
    secret = {"X-Max-Bot-Api-Secret": gateways.gateway()._secret}  # type: ignore[attr-defined]
    anybody = Client()
    assert anybody.post(CALLBACK, "{", content_type="application/json", headers=secret).status_code == 400
    assert anybody.post(CALLBACK, "{}", content_type="application/json", headers=secret).status_code == 200
    assert anybody.post(CALLBACK, "a=b", content_type="text/plain", headers=secret).status_code == 415
    long = "x" * 70_000
    assert anybody.post(CALLBACK, long, content_type="application/json", headers=secret).status_code == 413
    assert anybody.get(CALLBACK).status_code == 405
    assert knock(code, kind="user_added") == 200
    assert not MessengerUpdate.objects.exists()
    assert knock(code) == knock(code) == 200
    assert MessengerUpdate.objects.count() == 1


def test_without_a_bot_there_is_nothing_of_it(anna: Person, settings: Settings) -> None:
    settings.MESSENGER_URL = ""
    client = signed_in(anna)
    assert "MAX" not in page(client)
    assert "MAX" not in page(client, "/profile/")
    assert client.post("/profile/messenger/").status_code == 404
    assert knock("x" * 22, secret="x") == 403


def test_too_many_links_are_refused_in_words(anna: Person) -> None:
    client = signed_in(anna)
    for _ in range(10):
        make_link(client)
    assert client.post("/profile/messenger/").status_code == 302
    assert "notice--error" in page(client) or "Слишком" in page(client)


def test_whoever_is_not_signed_in_is_led_to_the_entrance() -> None:
    for address in ("/profile/messenger/", "/profile/messenger/off/"):
        assert Client().post(address).headers["Location"].startswith("/entrance/")
    assert not MessengerCode.objects.exists()


def test_the_address_alone_leads_to_the_settings(anna: Person) -> None:
    assert signed_in(anna).get("/profile/messenger/").headers["Location"] == SETTINGS
