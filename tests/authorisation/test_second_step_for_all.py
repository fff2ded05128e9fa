"""Where everybody needs a second step: without one every route leads to where it is connected."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.http import HttpResponse

from tests.authorisation.policy import API, CABINET, EVERYBODY, PUBLIC, V1, Row, Who
from tests.authorisation.test_matrix import knock, writes
from tests.authorisation.test_matrix import standing as standing
from tests.authorisation.test_matrix import world as world
from tests.authorisation.world import World

pytestmark = pytest.mark.django_db
HOME = "/profile/second-factor/"
#: What a half-way customer needs: to connect, to say who they are, to agree.
OPEN = ("profile/second-factor/", "profile/confirm/", "entrance/agreements/")


@pytest.fixture
def half(world: World, settings: LazySettings) -> World:
    """Anna is signed in by her password and has no second step."""
    settings.SECOND_STEP_FOR_ALL = True
    Authenticator.objects.filter(user=world.people[Who.ANNA]).delete()
    return world


def led(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer.headers["Location"] == HOME


def test_every_page_of_the_portal_leads_to_connecting_and_does_nothing(half: World) -> None:
    wrong, before = [], writes()
    for row in CABINET:
        if row.route.startswith(OPEN) or row.may == EVERYBODY:
            continue
        answer = knock(half, row, Who.ANNA)
        if not (led(answer) or _says_nothing(row, answer)) or writes() != before:
            wrong.append(f"{row.name}: {answer.status_code} {answer.headers.get('Location', '')}")
            before = writes()
    assert wrong == []


def _says_nothing(row: Row, answer: HttpResponse) -> bool:
    """What scripts of strangers may ask too: it knows nobody."""
    return answer.status_code == 200 and answer.content in (
        b'{"person": "", "csrf": ""}',
        b'{"key": "", "csrf": ""}',
    )


def test_the_pages_of_connecting_open(half: World) -> None:
    for path in (HOME, "/profile/confirm/"):
        assert half.browser(Who.ANNA).get(path).status_code == 200


def test_public_pages_take_who_is_half_way_for_nobody(half: World) -> None:
    anna, stranger = half.browser(Who.ANNA), half.browser(Who.ANONYMOUS)
    for row in PUBLIC:
        if row.method == "GET" and row.route in ("", "help/standing/", "outages/", "quick/", "help/"):
            path = f"/{row.route}"
            assert anna.get(path).status_code == stranger.get(path).status_code, path
            assert b"data-signed-in" not in anna.get(path).content, path


def test_the_api_says_why_to_the_browser_of_who_is_half_way(half: World) -> None:
    for row in API:
        if row.method != "GET" or not row.route.startswith(V1) or "{" in row.query:
            continue
        answer: Any = knock(half, row, Who.ANONYMOUS, client=half.browser(Who.ANNA), secret="")
        assert answer.status_code in (403, 401, 404) or row.may == frozenset(Who), row.name
        if answer.status_code == 403:
            assert answer.json()["code"] == "second_step_needed", row.name


def test_who_has_one_goes_on_as_ever(world: World, settings: LazySettings) -> None:
    settings.SECOND_STEP_FOR_ALL = True
    Authenticator.objects.create(user=world.people[Who.ANNA], type=Authenticator.Type.TOTP, data={})
    assert world.browser(Who.ANNA).get("/accounts/").status_code == 200


def test_the_staff_looks_with_the_eyes_of_who_is_half_way(half: World) -> None:
    from svet.accounts.models import Link
    from tests.authorisation.test_looking import begin

    operator = half.browser(Who.OPERATOR)
    own = Link.objects.get(account__public_id=half.ids["account_id"], person=half.people[Who.ANNA])
    assert begin(operator, own).status_code == 302
    assert operator.get("/accounts/").status_code == 200
