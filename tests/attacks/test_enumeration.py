"""Nobody learns which phones have a cabinet: same answers, same headers, same work."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from svet.people.operations import passwords
from svet.people.tests.factories import make_person

pytestmark = [pytest.mark.attacks, pytest.mark.django_db]

KNOWN, UNKNOWN = "89117178512", "89117178513"
PASSWORD = "Zq8#nWr3t"
FORMS = [
    ("/entrance/register/", {"password": PASSWORD, "agreed": "on", "consented": "on"}),
    ("/entrance/sign-in/", {"password": PASSWORD}),
    ("/entrance/recover/", {}),
]
CALLS = [
    ("registrations", {"password": PASSWORD, "agreed": True, "consented": True}),
    ("recoveries", {}),
    ("tokens", {"password": PASSWORD, "name": "x", "scopes": ["readings:read"]}),
]
OWN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"|89117178513|\*\*\*-\*\*-13')
NAMES = {b"89117178513": KNOWN.encode(), b"***-**-13": b"***-**-12"}


def plain(answer: Any) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body, without tokens and with one phone instead of two."""
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in ("X-Request-ID", "Content-Length", "Content-Security-Policy", "Expires")
    }
    return answer.status_code, headers, OWN.sub(lambda m: NAMES.get(m[0], b"token"), answer.content)


def _counted(real: Callable[..., Any], hashes: list[str]) -> Callable[..., Any]:
    def counted(*words: Any) -> Any:
        hashes.append("hash")
        return real(*words)

    return counted


def work_of(monkeypatch: pytest.MonkeyPatch, ask: Any) -> tuple[Any, int, int]:
    """The answer, and how many statements and hashes it took."""
    hashes: list[str] = []
    with monkeypatch.context() as patch, CaptureQueriesContext(connection) as queries:
        for name in ("check_password", "make_password"):
            patch.setattr(passwords, name, _counted(getattr(passwords, name), hashes))
        answer = ask()
    return answer, len(queries), len(hashes)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the two phones has a cabinet; the clock stands, so that no countdown tells them apart."""
    make_person(phone="+79117178512")
    now = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


@pytest.mark.parametrize(("url", "typed"), FORMS, ids=lambda value: value if isinstance(value, str) else "")
def test_forms_answer_known_and_unknown_phones_byte_for_byte_by_the_same_work(
    monkeypatch: pytest.MonkeyPatch, url: str, typed: dict[str, str]
) -> None:
    Client().post(url, {**typed, "phone": "89000000001"})  # warm
    answers, work = [], []
    for phone in (KNOWN, UNKNOWN):
        client = Client()
        client.get("/entrance/")
        answer, statements, hashes = work_of(
            monkeypatch, lambda phone=phone, client=client: client.post(url, {**typed, "phone": phone})
        )
        pages = [plain(answer)]
        if answer.status_code == 302:
            pages.append(plain(client.get(answer["Location"])))
            pages.append(plain(client.post(answer["Location"], {"code": "000000"})))
        answers.append(pages)
        work.append((statements, hashes))
    assert answers[0] == answers[1]
    assert work[0][1] == work[1][1]
    assert abs(work[0][0] - work[1][0]) <= 1, work


@pytest.mark.parametrize(("call", "body"), CALLS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_api_answers_known_and_unknown_phones_alike_by_the_same_work(
    monkeypatch: pytest.MonkeyPatch, call: str, body: dict[str, Any]
) -> None:
    def ask(phone: str) -> Any:
        return Client().post(
            f"/api/v1/{call}",
            {**body, "phone": phone},
            content_type="application/json",
            headers={"Idempotency-Key": phone},
        )

    ask("89000000001")  # warm
    answers, work = [], []
    for phone in (KNOWN, UNKNOWN):
        answer, statements, hashes = work_of(monkeypatch, lambda phone=phone: ask(phone))
        status, headers, content = plain(answer)
        told = json.loads(content)
        for name in ("id", "expires_at"):
            if name in told:
                told[name] = len(told[name])
        answers.append((status, headers, told))
        work.append((statements, hashes))
    assert answers[0] == answers[1]
    assert work[0][1] == work[1][1]
    assert abs(work[0][0] - work[1][0]) <= 1, work
