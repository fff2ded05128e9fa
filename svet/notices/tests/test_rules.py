from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from svet.accounts import events as account_events
from svet.autopay import events as autopay_events
from svet.bills import events as bill_events
from svet.kernel.services import Service
from svet.look.services import service_name
from svet.notices import rules
from svet.notices.rules import EventSpec, NoticeChannel, Words, registry
from svet.office import events as office_events
from svet.payments import events as payment_events
from svet.people import events as people_events
from svet.people.events.messenger import BOT_ANSWER

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

SAMPLE = {
    "thing": "meter",
    "host": "program.example.org",
    "over": "yes",
    "code": "123456",
    "when": "29.11.2026, 10:00–14:00",
    "where": "ул. Лесная, д.\u00a04",
    "why": "замена опор",
    "account": "0356067000",
    "end": "dated",
    "former": "09.07.2026",
    "budget": "money",
    "limit": "100000",
    "low": "102000",
    "high": "114000",
    "values": "4 036 кВт·ч",
    "before": "40 366 кВт·ч",
    "answer": "Возражение принято",
    "receipt": "П-7K3M-Q2X9",
    "reason": "показание меньше прошлого",
    "period": "ноябрь 2026",
    "total": "1 234,56 ₽",
    "due": "15.12.2026",
    "order": "О-7K3M-Q2X9",
    "serial": "115268446",
    "on": "15.12.2026",
    "until": "25.11.2026",
    "device": "Firefox, Windows",
    "at": "22.11.2026 14:05",
    "contact": "телефон",
    "change": "app_on",
    "app": "MAX",
    "became": "on",
    "reply": "connected",
    "phone": "+7\u00a0911\u00a0***-**-12",
    "access": "confirmed",
    "about": "factor",
    "act": "tampered",
    "number": "О-7K3M-Q2X9",
    "name": "Умный дом",
    "keys": "2",
    "way": "more",
    "document": "жалоба № 12",
    "link": "https://lk.example.ru/i/7k3mq2x9",
    "lines": "Аб. № 0356067000 — 1 234,56 ₽",
    "payee": "ООО «Чайка-сбыт», ИНН 7451000000",
    "card": "Мир •• 2987",
    "cause": "recovered",
    "ended": "",
    "months": "6",
    "no": "2",
    "sum": "1 234,56 ₽",
    "last": "30.11.2026",
}


#: A link by which somebody without a cabinet at hand keeps their money is worth its price.
WITH_LINK = (autopay_events.AUTOPAY_TOLD, autopay_events.AUTOPAY_AGAIN)
#: Told to one browser, to a mailbox, or in a messenger, and nowhere else.
WITHOUT_SMS = (people_events.EMAIL_CODE, payment_events.RECEIPT, people_events.PUSH_ON, BOT_ANSWER)


def words(*, event: EventSpec, params: dict[str, str], brand: str, hotline: str) -> Words:
    return event.words({"brand": brand, "hotline": hotline, **params})


@pytest.mark.parametrize("event", registry.declared())
def test_every_event_has_words_made_of_its_params_alone(event: EventSpec) -> None:
    params = {name: SAMPLE[name] for name in event.needs}
    said = words(event=event, params=params, brand="Уралэнергосбыт", hotline="8-351-2222-500")
    assert said.title
    assert said.text
    assert "%(" not in f"{said}"


@pytest.mark.parametrize(
    "event",
    [event for event in registry.declared() if event not in WITHOUT_SMS + WITH_LINK],
)
def test_an_sms_fits_into_one_part(event: EventSpec) -> None:
    params = {name: SAMPLE[name] for name in event.needs}
    said = words(event=event, params=params, brand="Уралэнергосбыт", hotline="8-351-2222-500")
    assert 0 < len(said.sms) <= 70, said.sms


@pytest.mark.parametrize("event", WITH_LINK)
def test_an_sms_with_a_link_fits_into_two_parts(event: EventSpec) -> None:
    params = {name: SAMPLE[name] for name in event.needs}
    params["link"] = f"https://lk.example.ru/autopay/skip/{'5' * 32}/"
    said = words(event=event, params=params, brand="Уралэнергосбыт", hotline="8-351-2222-500")
    assert params["link"] in said.sms
    assert len(said.sms) <= 134, len(said.sms)


HOSTS = ["", "https://lk.example.ru", "https://kabinet.zauralskaya-energosbyt.ru", "https://127.0.0.1:8000"]


@pytest.mark.parametrize("base", HOSTS)
@pytest.mark.parametrize(
    ("act", "named"),
    [
        ("registration", "регистрация"),
        ("recovery", "новый пароль"),
        ("phone", "смена телефона"),
        ("", "вход"),
    ],
)
def test_a_code_names_what_it_opens_in_one_part(settings: Any, base: str, act: str, named: str) -> None:
    settings.BASE_URL = base
    params = {"code": "482913", "act": act}
    sms = words(event=people_events.CODE, params=params, brand="Уралэнергосбыт", hotline="8-351-2222-500").sms
    assert sms.startswith("482913 — ")
    assert named in sms
    assert len(sms) <= 70, sms


def test_the_last_line_binds_the_code_to_the_site(settings: Any) -> None:
    """https://wicg.github.io/sms-one-time-codes/: the last line, the host after @, the code after #."""
    for base, bound in (
        ("https://lk.example.ru", True),
        ("https://lk.example.ru:8443/", True),
        ("http://127.0.0.1:9080", False),
        ("https://[::1]:8000", False),
        ("http://localhost", False),
    ):
        settings.BASE_URL = base
        params = {"code": "482913", "act": "phone"}
        sms = words(event=people_events.CODE, params=params, brand="Уралэнергосбыт", hotline="8").sms
        assert (sms.splitlines()[-1] == "@lk.example.ru #482913") is bound
        assert ("Уралэнергосбыт" in sms) is not bound


def test_an_invitation_names_the_company() -> None:
    sms = words(
        event=account_events.INVITED, params={"link": SAMPLE["link"]}, brand="Уралэнергосбыт", hotline="8"
    ).sms
    assert sms.startswith("Уралэнергосбыт")


@pytest.mark.parametrize("access", sorted(account_events.ACCESS_CHANGES))
def test_every_change_of_access_has_its_words(access: str) -> None:
    params = {"access": access, "account": SAMPLE["account"]}
    said = words(event=account_events.ACCESS_CHANGED, params=params, brand="Свет", hotline="8-351")
    assert said.title
    assert SAMPLE["account"] in said.text


@pytest.mark.parametrize("end", sorted(account_events.CONTRACT_ENDS))
def test_every_word_about_the_end_of_a_contract_names_its_day(end: str) -> None:
    params = {name: SAMPLE[name] for name in ("account", "on", "former")} | {"end": end}
    said = words(event=account_events.CONTRACT_END, params=params, brand="Свет", hotline="8-351")
    assert SAMPLE["account"] in said.text
    assert (SAMPLE["on"] in said.text, SAMPLE["former"] in said.text) == (end != "taken_back", end != "dated")


@pytest.mark.parametrize("end", sorted(account_events.CONTRACT_ENDS))
@pytest.mark.parametrize("service", [each for each in Service if not each.charged_here])
def test_the_end_of_a_contract_that_is_charged_elsewhere_is_told_in_words_of_its_service(
    end: str, service: Service
) -> None:
    """What a supplier that charges by itself does with days behind the end is not promised for it."""
    params = {name: SAMPLE[name] for name in ("account", "on", "former")} | {"end": end, "service": service}
    text = words(event=account_events.CONTRACT_END, params=params, brand="Свет", hotline="8-351").text
    assert text.startswith(f"{service_name(service)}, аб. № {SAMPLE['account']}: ")
    assert (SAMPLE["on"] in text, SAMPLE["former"] in text) == (end != "taken_back", end != "dated")
    assert "следующий счёт" not in text.lower()
    assert ("оказани" in text) == (service is not Service.WASTE and end != "taken_back")


@pytest.mark.parametrize("change", sorted(people_events.FACTOR_CHANGES))
def test_every_change_of_the_second_step_has_its_words(change: str) -> None:
    params = {"change": change, "at": SAMPLE["at"]}
    said = words(
        event=people_events.SECOND_FACTOR, params=params, brand="Уралэнергосбыт", hotline="8-351-2222-500"
    )
    assert said.title not in ("", "Вход в кабинет: ")


@pytest.mark.parametrize("about", sorted(office_events.OFFICE_ABOUT))
def test_every_request_to_the_office_has_its_words(about: str) -> None:
    params = {"about": about, "number": SAMPLE["number"], "at": SAMPLE["at"]}
    said = words(
        event=office_events.OFFICE_ASKED, params=params, brand="Уралэнергосбыт", hotline="8-351-2222-500"
    )
    assert 0 < len(said.sms) <= 70


@pytest.mark.parametrize(
    "event",
    [
        people_events.PASSWORD_CHANGED,
        people_events.CONTACT_CHANGED,
        people_events.SECOND_FACTOR,
        office_events.OFFICE_ASKED,
    ],
)
def test_safety_notices_pass_every_switch(event: EventSpec) -> None:
    switched_off = {event.code: {channel.value: False for channel in NoticeChannel}}
    assert all(
        rules.wants(event, channel, preferences=switched_off, email_on=False, sms_on=False)
        for channel in NoticeChannel
    )


def test_the_plain_switch_of_a_channel_silences_what_may_be_silenced() -> None:
    assert rules.wants(bill_events.DUE_NEAR, NoticeChannel.SMS, preferences={}, email_on=True, sms_on=True)
    assert not rules.wants(
        bill_events.DUE_NEAR, NoticeChannel.SMS, preferences={}, email_on=True, sms_on=False
    )


def test_a_choice_of_the_matrix_wins_over_the_default() -> None:
    chosen = {"bill_ready": {"sms": True, "bell": False}}
    assert rules.wants(
        bill_events.BILL_READY, NoticeChannel.SMS, preferences=chosen, email_on=True, sms_on=True
    )
    assert not rules.wants(
        bill_events.BILL_READY, NoticeChannel.BELL, preferences=chosen, email_on=True, sms_on=True
    )


def test_only_moved_switches_are_kept() -> None:
    chosen = {
        bill_events.BILL_READY: {NoticeChannel.EMAIL: True, NoticeChannel.SMS: True},
        people_events.PASSWORD_CHANGED: {NoticeChannel.SMS: False},
        people_events.CODE: {NoticeChannel.SMS: False},
    }
    assert rules.differences(chosen) == {"bill_ready": {"sms": True}}


def test_pauses_grow_up_to_an_hour() -> None:
    pauses = [rules.pause_after(attempt) for attempt in range(1, 40)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=5)
    assert pauses[-1] == timedelta(hours=1)


def test_a_code_is_not_sent_when_it_no_longer_works() -> None:
    assert rules.give_up_at(people_events.CODE, NOW) == NOW + timedelta(minutes=5)
    assert rules.give_up_at(bill_events.BILL_READY, NOW) == NOW + timedelta(days=3)


@pytest.mark.parametrize("event", registry.switchable())
@pytest.mark.parametrize("channel", [NoticeChannel.EMAIL, NoticeChannel.SMS])
def test_the_one_switch_of_a_channel_stops_everything_but_the_obligatory(
    event: EventSpec, channel: NoticeChannel
) -> None:
    asked_for = {event.code: {channel.value: True}}
    off = {"email_on": channel is not NoticeChannel.EMAIL, "sms_on": channel is not NoticeChannel.SMS}
    assert rules.wants(event, channel, preferences=asked_for, email_on=True, sms_on=True)
    assert rules.wants(event, channel, preferences=asked_for, **off) is rules.is_locked(event, channel)
