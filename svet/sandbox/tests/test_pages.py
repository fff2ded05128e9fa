from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django import Settings

from svet.gateways.acquiring.yookassa import YooKassa
from svet.gateways.failures import Permanent, Temporary
from svet.gateways.mail.port import Attachment
from svet.gateways.mail.smtp import SmtpMail
from svet.gateways.messenger.address import MessengerAddress
from svet.gateways.messenger.max_bot import MaxBot
from svet.gateways.sms.address import SmsAddress
from svet.gateways.sms.smpp import SmppSms
from svet.gateways.tests.test_yookassa import ORDER
from svet.look import formats
from svet.sandbox.trouble_words import TROUBLES
from tests.bank import BROWSER, GOOD_CARD
from tests.world import World, world

pytestmark = pytest.mark.django_db

ANNA = "+79117178512"
PAGES = ["/sandbox/phone/", "/sandbox/messenger/", "/sandbox/mail/", "/sandbox/bank/"]


@pytest.fixture
def outer(tmp_path: Path, settings: Settings) -> Iterator[World]:
    with world(tmp_path) as running:
        settings.SANDBOX_CONTROL_URL = running.control_url
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.smtp
        yield running


def send_sms(outer: World, text: str, *, to: str = ANNA) -> None:
    gateway = SmppSms(address=SmsAddress.parse(outer.sms_url))
    gateway.send(to=to, text=text, message_id="m1")
    gateway.close()


def send_letter(**attachment: str) -> None:
    SmtpMail().send(
        to="anna@example.com",
        subject="Счёт <готов>",
        text="К оплате 300,00 ₽\nhttp://127.0.0.1:8000/bills/abc/",
        html="<p>К оплате</p>",
        attachments=[Attachment("Счёт.pdf", attachment.get("media_type", "application/pdf"), b"%PDF-1.7")],
        message_id="m1",
    )


def page(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_phone_shows_messages_and_makes_the_code_stand_out(outer: World) -> None:
    send_sms(outer, "482913 — код для входа <b>")
    shown = page("/sandbox/phone/")
    assert formats.phone(ANNA) in shown
    assert "код для входа &lt;b&gt;" in shown
    assert shown.count("482913") >= 2


@pytest.mark.parametrize("to", [quote(ANNA), ANNA, "7 911 717-85-12"])
def test_scripts_ask_for_one_phone_in_any_spelling(outer: World, to: str) -> None:
    send_sms(outer, "Моё")
    send_sms(outer, "Чужое", to="+79117178513")
    answer = json.loads(Client().get(f"/sandbox/phone.json?to={to}").content)
    assert [message["text"] for message in answer["messages"]] == ["Моё"]


def test_the_mailbox_shows_letters_with_their_files(outer: World) -> None:
    send_letter()
    shown = page("/sandbox/mail/?to=anna@example.com")
    assert "Счёт &lt;готов&gt;" in shown
    assert "300,00" in shown
    [letter] = json.loads(Client().get("/sandbox/mail.json?to=anna@example.com").content)["messages"]
    response = Client().get(f"/sandbox/mail/{letter['n']}/0/")
    assert response.content == b"%PDF-1.7"
    assert response["Content-Type"] == "application/pdf"


def test_an_attached_page_is_saved_not_shown(outer: World) -> None:
    send_letter(media_type="text/html")
    [letter] = outer.mailbox("anna@example.com")
    response = Client().get(f"/sandbox/mail/{letter['n']}/0/")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == "attachment"


def test_a_file_that_is_not_there_is_not_found(outer: World) -> None:
    assert Client().get("/sandbox/mail/1/0/").status_code == 404


def test_the_phone_sends_a_text_to_the_retailer_and_shows_it(outer: World) -> None:
    sent = Client().post("/sandbox/phone/send/", {"from": ANNA, "text": "Д 1200 <b>"})
    assert (sent.status_code, sent["Location"]) == (302, f"/sandbox/phone/?to={quote(ANNA)}")
    assert "Д 1200 &lt;b&gt;" in page(sent["Location"])
    refused = Client().post("/sandbox/phone/send/", {"from": ANNA, "text": "я" * 71})
    assert (refused.status_code, "я" * 71 in refused.content.decode()) == (422, True)


@pytest.mark.parametrize("address", PAGES)
def test_an_empty_world_is_explained(outer: World, address: str) -> None:
    assert "empty__title" in page(address)


@pytest.mark.parametrize("address", PAGES)
def test_a_world_that_is_down_is_said_so_honestly(settings: Settings, address: str) -> None:
    settings.SANDBOX_CONTROL_URL = "http://127.0.0.1:9"
    response = Client().get(address)
    assert response.status_code == 503
    assert "Внешний мир сейчас не отвечает" in response.content.decode()


@pytest.mark.parametrize("address", ["/sandbox/phone.json", "/sandbox/mail.json"])
def test_a_program_gets_503_while_the_world_is_down(settings: Settings, address: str) -> None:
    settings.SANDBOX_CONTROL_URL = "http://127.0.0.1:9"
    response = Client().get(address)
    assert response.status_code == 503
    assert json.loads(response.content)["messages"] == []


def test_the_town_tells_scripts_who_may_sign_in_and_what_the_cards_do() -> None:
    town = json.loads(Client().get("/sandbox/town.json").content)
    assert town["sign_ins"]
    assert {"phone", "password"} <= town["sign_ins"][0].keys()
    assert any(card["does"] == "decline" for card in town["cards"])
    assert any(card["does"] == "success" for card in town["cards"])


def test_the_town_page_shows_the_sign_ins() -> None:
    town = json.loads(Client().get("/sandbox/town.json").content)
    assert town["sign_ins"][0]["password"] in page("/sandbox/")


@pytest.mark.parametrize("value", ["%00", "x" * 5000, "<script>alert(1)</script>", "%0d%0aX: y", "٣" * 20])
@pytest.mark.parametrize("address", ["/sandbox/phone/", "/sandbox/mail/", "/sandbox/phone.json"])
def test_nonsense_in_the_address_bar_harms_nobody(outer: World, address: str, value: str) -> None:
    response = Client().get(f"{address}?to={value}")
    assert response.status_code in (200, 404)
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize("address", ["/sandbox/", *PAGES, "/sandbox/town.json"])
def test_nothing_can_be_posted(address: str) -> None:
    assert Client().post(address).status_code == 405


def order_trouble(name: str, number: str = "1") -> int:
    return Client().post("/sandbox/bank/trouble/", {"trouble": name, "n": number}).status_code


def test_the_bank_goes_wrong_by_hand(outer: World) -> None:
    """A sum of an answer, an answer cut off, an error, a slow one; and everything is well again."""
    bank = YooKassa.from_url(outer.acquiring_url)
    made = bank.create(order=ORDER)
    BROWSER.post(made.url, data=GOOD_CARD)
    true = bank.status(reference=made.reference).amount
    shown = page("/sandbox/bank/")
    assert all(f'value="{trouble.name}"' in shown for trouble in TROUBLES)
    assert order_trouble("sum", "2") == 302
    told = [bank.status(reference=made.reference).amount for _ in range(3)]
    assert [each.kopecks - true.kopecks for each in told] == [100, 100, 0]
    for name in ("lose", "fail"):
        assert order_trouble(name) == 302
        with pytest.raises(Temporary):
            bank.status(reference=made.reference)
        assert bank.status(reference=made.reference).amount == true
    assert order_trouble("fail", "100") == 302
    assert order_trouble("calm") == 302
    assert bank.status(reference=made.reference).amount == true
    assert order_trouble("no-such-trouble") == 404
    assert order_trouble("lost", "\u0663<b>") == 302
    assert "<b>" not in page("/sandbox/bank/").replace("<body", "")


def test_the_bank_gives_a_payment_back_by_hand(outer: World) -> None:
    bank = YooKassa.from_url(outer.acquiring_url)
    made = bank.create(order=ORDER)
    BROWSER.post(made.url, data=GOOD_CARD)
    assert made.reference in page("/sandbox/bank/")
    sent = {"payment": made.reference, "amount": "335,39"}
    wrong = Client().post("/sandbox/bank/refund/", sent)
    assert wrong.status_code == 422
    assert "Вернуть можно от" in wrong.content.decode()
    assert 'value="335,39"' in wrong.content.decode()
    assert Client().post("/sandbox/bank/refund/", sent | {"amount": "35,38"}).status_code == 302
    assert bank.status(reference=made.reference).refunded.kopecks == 35_38
    assert 'value="300,00"' in page("/sandbox/bank/")
    assert Client().post("/sandbox/bank/refund/", sent | {"amount": "300"}).status_code == 302
    assert 'name="amount"' not in page("/sandbox/bank/")
    for odd in ({}, {"payment": "x", "amount": "1"}, sent | {"amount": "<b>"}):
        assert Client().post("/sandbox/bank/refund/", odd).status_code == 422


def test_somebody_starts_writes_and_stops_in_the_messenger(outer: World) -> None:
    begun = page("/sandbox/messenger/?start=a-code_1")
    assert 'value="a-code_1"' in begun
    assert "Начать" in begun
    client = Client()
    for what, text in (("started", "a-code_1"), ("said", "<b>привет</b>\n/stop"), ("stopped", "")):
        answer = client.post("/sandbox/messenger/act/", {"who": "Анна", "what": what, "text": text})
        assert answer.headers["Location"] == "/sandbox/messenger/?who=%D0%90%D0%BD%D0%BD%D0%B0"
    bot = MaxBot(MessengerAddress.parse(f"max+http://b:sandbox@127.0.0.1:{outer.http}/max"))
    with pytest.raises(Permanent):
        bot.send(to="1", text="x")
    bot.close()
    shown = page("/sandbox/messenger/?who=Анна")
    assert "&lt;b&gt;привет&lt;/b&gt;" in shown
    # What the link brought opens notices: who looks on does not learn it.
    assert "a-code_1" not in shown
    kept = json.loads(client.get("/sandbox/messenger.json?to=Анна").content)["messages"]
    assert [one["event"] for one in kept] == ["started", "said", "stopped"]
    refused = client.post("/sandbox/messenger/act/", {"who": "", "what": "said", "text": "typed"})
    assert refused.status_code == 422
    assert 'value="typed"' in refused.content.decode()
    assert page("/sandbox/messenger/?who=%00%E2%80%AE")
