"""A busy network's forms carry a riddle; the API says 428. Nobody is refused."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.limits.models import Bucket
from svet.limits.rules import LIMITS, LimitName, Purpose, Riddle
from svet.limits.rules.work import solve
from svet.look import apps as look
from svet.people.tests.factories import PASSWORD, make_person
from svet.people.tests.outbox import events_to

pytestmark = pytest.mark.django_db

PHONE = "+79117178512"
HERE = "127.0.0.1"
FORMS = [
    ("/entrance/", "/entrance/register/", LimitName.CODES_PER_NETWORK),
    ("/entrance/?tab=sign-in", "/entrance/sign-in/", LimitName.SIGN_IN_PER_NETWORK),
    ("/entrance/recover/", "/entrance/recover/", LimitName.CODES_PER_NETWORK),
    ("/quick/", "/quick/", LimitName.QUICK_PER_NETWORK),
]
TYPED = {
    "phone": PHONE,
    "password": PASSWORD,
    "agreed": "on",
    "consented": "on",
    "account_number": "0356067000",
    "meter_number": "115268446",
    "single": "3600",
}


@pytest.fixture(autouse=True)
def small_riddles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.limits.operations.work.BITS", 4)


def make_busy(limit: LimitName, key: str = HERE) -> None:
    now = timezone.now()
    Bucket.objects.update_or_create(
        name=limit.value,
        key=key,
        defaults={
            "spent": LIMITS[limit].amount,
            "started_at": now,
            "resets_at": now + timedelta(hours=1),
            "free_at": now,
        },
    )


def carried(page: Any) -> str:
    """The riddle of a page with its answer, as the browser would send it."""
    token = re.search(r'name="work" value="([^"]+)"', page.content.decode())
    assert token is not None
    riddle = Riddle.parse(token[1].rpartition(".")[0])
    assert riddle is not None
    return f"{token[1]}:{solve(riddle)}"


@pytest.mark.parametrize(("page", "action", "limit"), FORMS)
def test_a_busy_networks_form_carries_the_riddle_and_its_answer_opens(
    client: Client, page: str, action: str, limit: LimitName
) -> None:
    make_person(phone=PHONE)
    assert 'name="work"' not in client.get(page).content.decode()
    make_busy(limit)
    work = carried(client.get(page))
    refused = client.post(action, TYPED)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "20"
    assert PASSWORD not in refused.content.decode()
    kept = TYPED["account_number"] if page == "/quick/" else PHONE
    assert f'value="{kept}"' in refused.content.decode()
    assert client.post(action, {**TYPED, "work": work}).status_code == 302
    assert Client().post(action, {**TYPED, "work": work}).status_code == 429


def test_without_javascript_the_same_form_goes_after_a_short_wait(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_busy(LimitName.CODES_PER_NETWORK)
    page = client.get("/entrance/").content.decode()
    assert "не раньше чем через 20 секунд" in page.replace("\u00a0", " ")
    token = re.search(r'name="work" value="([^"]+)"', page)
    assert token is not None
    later = timezone.now() + timedelta(seconds=21)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    answer = client.post("/entrance/register/", {**TYPED, "work": token[1]})
    assert answer.status_code == 302
    assert events_to(PHONE) == ["code"]


def test_a_known_browser_signs_in_from_a_busy_network_without_any_work(client: Client) -> None:
    make_person(phone=PHONE)
    sign_in = {"phone": PHONE, "password": PASSWORD}
    assert client.post("/entrance/sign-in/", sign_in).status_code == 302
    client.post("/entrance/sign-out/")
    make_busy(LimitName.SIGN_IN_PER_NETWORK)
    assert client.post("/entrance/sign-in/", sign_in).status_code == 302


def test_the_api_says_428_and_takes_answers_for_both_of_its_doors(client: Client) -> None:
    make_person(phone=PHONE)
    make_busy(LimitName.API_PER_NETWORK)
    make_busy(LimitName.SIGN_IN_PER_NETWORK)
    body = {"phone": PHONE, "password": PASSWORD, "name": "x", "scopes": ["readings:read"]}

    def call(*answers: str) -> Any:
        return client.post(
            "/api/v1/tokens",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": "k", "Svet-Work": ", ".join(answers)},
        )

    answers: list[str] = []
    for purpose in (Purpose.API, Purpose.SIGN_IN):
        problem = call(*answers)
        assert problem.status_code == 428
        assert problem.json()["code"] == "work_needed"
        assert problem["Retry-After"] == "20"
        work = problem.json()["work"]
        riddle = Riddle.parse(work["riddle"])
        assert riddle is not None
        assert (riddle.purpose, work["bits"], work["parts"]) == (purpose, 4, 16)
        if answers:  # what opened the first door is used up: it asks again
            again = call().json()["work"]
            first = Riddle.parse(again["riddle"])
            assert first is not None
            answers = [f"{again['token']}:{solve(first)}"]
        answers.append(f"{work['token']}:{solve(riddle)}")
    assert call(*answers).status_code == 201


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on this machine; Chromium runs it too")
def test_the_browsers_worker_and_the_server_agree() -> None:
    script = Path(look.__file__).parent / "static/look/js/work-worker.js"
    riddle = Riddle.make(purpose=Purpose.REGISTRATION, bits=7, now=timezone.now())
    around = (
        "let told; globalThis.addEventListener = (_, f) => { told = f; };"
        "globalThis.postMessage = (m) => { if (m.solution) console.log(m.solution); };"
    )
    asked = f"told({{data: {{riddle: '{riddle}', bits: {riddle.bits}, parts: {riddle.parts}}}}});"
    done = subprocess.run(
        ["node", "-e", "\n".join((around, script.read_text("utf-8"), asked))],
        capture_output=True,
        text=True,
        check=True,
    )
    assert riddle.is_solved_by(done.stdout.strip())
