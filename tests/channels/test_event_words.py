"""What every event says by every channel, in both languages, word for word, and how it may be switched.

The words are kept in ``event_words.json``. Whoever changes a word on purpose writes the file anew with
``SVET_WRITE_EVENT_WORDS=1`` and reads what has changed in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils import translation

from svet.notices.rules import (
    EventSpec,
    NoticeChannel,
    is_locked,
    is_on_by_default,
    priority,
    registry,
    shortened,
)

KEPT = Path(__file__).with_name("event_words.json")
SAMPLE = {
    "account": "0356067000",
    "end": "dated",
    "former": "09.07.2026",
    "budget": "money",
    "limit": "100000",
    "low": "102000",
    "high": "114000",
    "act": "broken",
    "answer": "Возражение принято",
    "at": "22.11.2026 14:05",
    "before": "40 366 кВт·ч",
    "code": "123456",
    "when": "29.11.2026, 10:00–14:00",
    "where": "ул. Лесная, д.\u00a04",
    "why": "замена опор",
    "contact": "телефон",
    "device": "Firefox, Windows",
    "document": "жалоба № 12",
    "due": "15.12.2026",
    "keys": "2",
    "lines": "Аб. № 0356067000 — 1 234,56 ₽",
    "payee": "ООО «Чайка-сбыт», ИНН 7451000000",
    "link": "https://lk.example.ru/i/7k3mq2x9",
    "name": "Умный дом",
    "number": "О-7K3M-Q2X9",
    "on": "15.12.2026",
    "order": "О-7K3M-Q2X9",
    "period": "ноябрь 2026",
    "reason": "показание меньше прошлого",
    "receipt": "П-7K3M-Q2X9",
    "serial": "115268446",
    "total": "1 234,56 ₽",
    "until": "25.11.2026",
    "values": "4 036 кВт·ч",
    "way": "more",
    "access": "confirmed",
    "change": "app_on",
    "about": "factor",
    "card": "Мир •• 2987",
    "cause": "recovered",
    "ended": "",
    "months": "6",
    "no": "2",
    "sum": "1 234,56 ₽",
    "last": "30.11.2026",
    "thing": "account",
    "host": "program.example.org",
    "over": "no",
    "app": "MAX",
    "became": "on",
    "reply": "connected",
    "phone": "+7\u00a0911\u00a0***-**-12",
}
#: Values that change what is said, beside those every text needs.
VARIANTS: Mapping[str, Mapping[str, list[str]]] = {
    "balance_changed": {"way": ["more", "less"]},
    "money_moved": {"way": ["more", "less"]},
    "code": {"act": ["registration", "recovery", "phone", ""]},
    "account_linked": {"own": ["1", "3"]},
    "access_changed": {
        "access": [
            "approved",
            "closed",
            "confirmed",
            "delivery_ended",
            "guest_term_over",
            "guest_term_over_paper",
            "handed_over",
            "invitation_expired",
            "restored",
            "term_over",
        ]
    },
    "contract_end": {"end": ["corrected", "dated", "taken_back"], "service": ["cold_water", "waste"]},
    "autopay_stopped": {"ended": ["yes"], "cause": ["declined", "card_unfit"]},
    "bill_ready": {"state": ["due", "overdue", "over", "even", "parts", "parts_paid", "parts_late"]},
    "verification_near": {"lapsed": ["yes"]},
    "password_changed": {"keys": ["0", "2"]},
    "second_factor": {
        "change": ["app_off", "app_on", "code_used", "codes", "office", "passkey_off", "passkey_on"]
    },
    "office_act": {
        "act": ["away", "broken", "lost", "refused", "silent", "tampered", "unmetered"],
        "gone": ["yes"],
    },
    "token_narrowed": {"thing": ["meter"], "over": ["yes"]},
    "outage_off": {"left": ["yes"]},
    "messenger": {"became": ["cut", "left", "off", "on"]},
    "bot_answer": {
        "reply": ["again", "connected", "goodbye", "nobody", "reader", "stale", "stranger", "taken"]
    },
    "office_asked": {"about": ["factor", "phone"]},
}


#: What only some variants say.
_BESIDES = {"over": "12,00 ₽", "sum": SAMPLE["sum"], "until": SAMPLE["until"]}


def cases(code: str, needed: Collection[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The values an event may be told with, each set under a name."""
    plain = {name: SAMPLE[name] for name in sorted(needed)}
    yield "", plain
    for name, values in VARIANTS.get(code, {}).items():
        for value in values:
            yield f"{name}={value}", plain | {name: value} | _BESIDES


def said(event: EventSpec, params: Mapping[str, str]) -> dict[str, Any]:
    """The words by channel: the bell, the SMS, the letter, the notice in a browser."""
    each = event.words({"brand": "Уралэнергосбыт", "hotline": "8-351-2222-500", **params})
    return {**asdict(each), "letter": list(each.letter), "push": shortened(each.text)}


def now_said() -> dict[str, Any]:
    """Everything as the code says it now."""
    found: dict[str, Any] = {"events": {}, "switches": {}}
    for event in registry.declared():
        by_language: dict[str, Any] = {}
        for language in ("ru", "en"):
            with translation.override(language):
                by_language[language] = {
                    name: said(event, params) for name, params in cases(event.code, event.needs)
                }
        found["events"][event.code] = {
            **by_language,
            "needs": sorted(event.needs),
            "secret": event.secret,
            "priority": priority(event),
        }
    for language in ("ru", "en"):
        with translation.override(language):
            found["switches"][language] = [
                {
                    "event": event.code,
                    "name": str(event.name),
                    "locked": [str(each) for each in NoticeChannel if is_locked(event, each)],
                    "on": [str(each) for each in NoticeChannel if is_on_by_default(event, each)],
                }
                for event in registry.switchable()
            ]
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


def test_every_event_says_what_it_always_said(settings: Any) -> None:
    settings.BASE_URL = "http://localhost:8000"
    found = now_said()
    if os.environ.get("SVET_WRITE_EVENT_WORDS"):
        KEPT.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    kept = json.loads(KEPT.read_text("utf-8"))
    assert found["switches"] == kept["switches"]
    assert sorted(found["events"]) == sorted(kept["events"])
    for code, each in found["events"].items():
        assert each == kept["events"][code], code


def test_english_words_are_english() -> None:
    """What the sample itself brings aside, no English text has a Russian letter."""
    brought = set(SAMPLE.values()) | {"12,00 ₽", "Уралэнергосбыт"}
    for code, each in json.loads(KEPT.read_text("utf-8"))["events"].items():
        for one in each["en"].values():
            for text in (one["title"], one["text"], one["sms"], one["action"], *one["letter"]):
                for value in sorted(brought, key=len, reverse=True):
                    text = text.replace(value, "")
                assert not any("а" <= sign <= "я" for sign in text.lower()), (code, text)
