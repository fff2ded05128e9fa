"""What stands beside an answer: how many calls are left, and whether a program knows the body already."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from svet.api.tests.test_v1 import Cast, Program
from svet.api.tests.test_v1 import cast as cast
from svet.limits.operations import spend
from svet.limits.rules import LimitName
from svet.people.models import Token

pytestmark = pytest.mark.django_db
V1 = "/api/v1"


def left(answer: Any) -> tuple[int, int]:
    """Calls and seconds as ``RateLimit`` tells them."""
    assert answer["RateLimit-Policy"] == '"token";q=120;w=60'
    told = re.fullmatch(r'"token";r=(\d+);t=(\d+)', answer["RateLimit"])
    assert told is not None, answer["RateLimit"]
    return int(told[1]), int(told[2])


def test_every_answer_to_a_token_says_what_is_left_and_refusals_count_too(cast: Cast) -> None:
    calls, seconds = left(cast.anna.get("/accounts"))
    assert (calls, 0 < seconds <= 60) == (119, True)
    assert left(cast.anna.get("/accounts"))[0] == 118
    assert left(cast.anna.get("/bills/AAAAAAAAAAAAAAAA"))[0] == 117
    assert left(cast.anna.post("/readings", {}))[0] == 116
    # Somebody else's token has a limit of its own.
    assert left(cast.vera.get("/accounts"))[0] == 119


def test_beyond_the_limit_nothing_is_left_until_it_may_come_again(cast: Cast) -> None:
    token = Token.objects.earliest("pk")  # Anna's, made first
    spend(limit=LimitName.API_PER_TOKEN, key=str(token.pk), now=timezone.now(), cost=120)
    refused = cast.anna.get("/accounts")
    assert refused.status_code == 429
    assert left(refused) == (0, int(refused["Retry-After"]))


def test_nobody_without_a_token_is_told_a_limit_of_one(cast: Cast) -> None:
    unknown = cast.anna.client.get(f"{V1}/accounts", headers={"Authorization": "Bearer svet_x"})
    assert (unknown.status_code, unknown.has_header("RateLimit")) == (401, False)
    assert not cast.anna.client.get("/entrance/").has_header("ETag")


def again(program: Program, path: str, etag: str) -> Any:
    headers = {"Authorization": f"Bearer {program.secret}", "If-None-Match": etag}
    return program.client.get(V1 + path, headers=headers)


def test_what_has_not_changed_is_not_sent_again(cast: Cast) -> None:
    first = cast.anna.get("/meters")
    same = again(cast.anna, "/meters", first["ETag"])
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert left(same)[0] == 118
    # As it comes back from a server in front that has compressed the body.
    assert again(cast.anna, "/meters", f"W/{first['ETag']}").status_code == 304
    sent = cast.anna.post(f"/meters/{cast.meter.public_id}/readings", {"values": {"single": "3600"}})
    assert sent.status_code == 201
    moved = again(cast.anna, "/meters", first["ETag"])
    assert (moved.status_code, moved["ETag"] == first["ETag"]) == (200, False)


def test_an_etag_of_somebody_elses_answer_opens_nothing(cast: Cast) -> None:
    hers = cast.anna.get("/accounts")
    assert again(cast.vera, "/accounts", hers["ETag"]).status_code == 200
    path = f"/accounts/{cast.account.public_id}"
    assert again(cast.vera, f"{path}/usage", "*").status_code == 404


def test_only_readings_of_what_is_there_have_an_etag(cast: Cast) -> None:
    assert not cast.anna.get("/bills/AAAAAAAAAAAAAAAA").has_header("ETag")
    sent = cast.anna.post(f"/meters/{cast.meter.public_id}/readings", {"values": {"single": "3600"}})
    assert not sent.has_header("ETag")
