"""Small promises of the security standard (docs/asvs.yaml) that belong to no other test."""

from __future__ import annotations

import base64
import json
import math
import re
import time
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, RSAKey

from svet.gateways.identity.openid import OpenIdProvider
from svet.journal.models import Entry
from svet.people.models import Person
from svet.people.tests.factories import PASSWORD, make_person

pytestmark = pytest.mark.django_db


def test_an_installation_begins_without_any_account() -> None:
    assert not Person.objects.exists()


def test_keys_of_sessions_are_random_and_long() -> None:
    store: Any = SessionStore()
    keys = {store._get_new_session_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) * math.log2(36) >= 128 for key in keys)


@pytest.mark.parametrize("tab", ["register", "sign-in"])
def test_passwords_are_masked_and_left_to_managers(tab: str) -> None:
    page = Client().get(f"/entrance/?tab={tab}").content.decode()
    fields = re.findall(r"<input[^>]*\bname=\"[^\"]*password\"[^>]*>", page)
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(?:new|current)-password"', field)
        assert "onpaste" not in field


@pytest.mark.parametrize(
    "path", ["/readings/", "/payment/", "/history/", "/accounts/", "/profile/", "/help/"]
)
def test_signing_out_is_on_every_page_of_the_cabinet(path: str) -> None:
    client = Client()
    client.force_login(make_person(), backend="django.contrib.auth.backends.ModelBackend")
    assert 'action="/entrance/sign-out/"' in client.get(path, follow=True).content.decode()


def test_sign_ins_are_written_down_whether_they_succeed_or_not() -> None:
    person = make_person()
    for password in ("Wr0ng-password", PASSWORD):
        Client().post("/entrance/sign-in/", {"phone": person.phone, "password": password})
    found = Entry.objects.filter(security=True).order_by("pk").values_list("action", flat=True)
    assert list(found) == ["sign_in.refused", "session.opened"]


SECRET = OctKey.import_key("the client secret that both of us know")
CLAIMS = {"iss": "https://id.example", "aud": "svet", "sub": "1", "nonce": "n"}


def unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts)
        + "."
    )


def test_a_token_by_the_shared_secret_or_by_none_is_no_token_of_the_service() -> None:
    """Only algorithms of the list count: whoever knows the client's secret must not be able to sign."""
    provider = OpenIdProvider(issuer="https://id.example", client_id="svet", client_secret="secret")
    claims = CLAIMS | {"iat": int(time.time()), "exp": int(time.time()) + 60}
    own = RSAKey.generate_key(2048, {"kid": "1"})
    keys: dict[str, Any] = {"keys": [own.as_dict(private=False), SECRET.as_dict()]}
    good = jwt.encode({"alg": "RS256", "kid": "1"}, claims, own)
    assert provider._claims(token={"id_token": good}, keys=keys, nonce="n")["sub"] == "1"
    for bad in (jwt.encode({"alg": "HS256"}, claims, SECRET), unsigned(claims)):
        with pytest.raises((JoseError, ValueError)):
            provider._claims(token={"id_token": bad}, keys=keys, nonce="n")
