"""The adapter of OpenID Connect against a certified service nobody here wrote."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from svet.gateways.failures import Permanent, Temporary
from svet.gateways.identity.openid import OpenIdProvider
from svet.gateways.identity.port import Begun, Identity
from tests.identity_of_npm import Service, service

BACK = "http://127.0.0.1:8000/staff/sign-in/provider/back/"
PEOPLE = {
    "olga": {"phone_number": "+79000000001", "phone_number_verified": True},
    "unsure": {"phone_number": "+79000000002", "phone_number_verified": False},
}


@pytest.fixture(scope="module")
def npm() -> Iterator[Service]:
    with service(back=BACK, people=PEOPLE) as running:
        yield running


def adapter(npm: Service, **other: str) -> OpenIdProvider:
    terms = {"issuer": npm.issuer, "client_id": "svet", "client_secret": "secret-of-the-tests"} | other
    return OpenIdProvider(**terms, strong=["otp"], wire=None)


def come_back(npm: Service, begun: Begun, **form: str) -> dict[str, str]:
    where = npm.sign_in(begun.url, **form)
    assert where.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}


def finish(made: OpenIdProvider, begun: Begun, code: str, **other: str) -> Identity:
    terms = {"nonce": begun.nonce, "verifier": begun.verifier, "code": code, "back": BACK} | other
    return made.finish(**terms)


@pytest.mark.parametrize(
    ("form", "phone", "strong"),
    [
        ({"login": "olga"}, "+79000000001", False),
        ({"login": "olga", "strong": "1"}, "+79000000001", True),
        ({"login": "unsure"}, "", False),
    ],
)
def test_who_signed_in_there_is_known_here(
    npm: Service, form: dict[str, str], phone: str, strong: bool
) -> None:
    made = adapter(npm)
    begun = made.begin(back=BACK)
    answer = come_back(npm, begun, **form)
    assert (answer["state"], answer["iss"]) == (begun.state, npm.issuer)
    assert finish(made, begun, answer["code"]) == Identity(npm.issuer, form["login"], phone, strong)


def test_who_says_no_there_brings_no_code(npm: Service) -> None:
    answer = come_back(npm, adapter(npm).begin(back=BACK))
    assert answer["error"] == "access_denied"
    assert "code" not in answer


def test_a_code_works_once_and_only_for_whoever_began(npm: Service) -> None:
    made = adapter(npm)
    begun = made.begin(back=BACK)
    code = come_back(npm, begun, login="olga")["code"]
    with pytest.raises(Permanent):
        finish(made, begun, code, verifier="x" * 64)
    again = made.begin(back=BACK)
    code = come_back(npm, again, login="olga")["code"]
    assert finish(made, again, code).subject == "olga"
    with pytest.raises(Permanent):
        finish(made, again, code)


def test_an_answer_to_another_question_is_not_believed(npm: Service) -> None:
    made = adapter(npm)
    begun = made.begin(back=BACK)
    code = come_back(npm, begun, login="olga")["code"]
    with pytest.raises(Permanent, match="nonce"):
        finish(made, begun, code, nonce="another")


@pytest.mark.parametrize("wrong", [{"client_secret": "wrong"}, {"client_id": "stranger"}])
def test_the_service_must_know_us(npm: Service, wrong: dict[str, str]) -> None:
    begun = adapter(npm).begin(back=BACK)
    code = come_back(npm, begun, login="olga")["code"]
    with pytest.raises(Permanent):
        finish(adapter(npm, **wrong), begun, code)


def test_a_service_that_is_not_there_is_asked_again_later() -> None:
    with pytest.raises(Temporary):
        OpenIdProvider(issuer="http://127.0.0.1:9", client_id="svet", client_secret="").begin(back=BACK)


def test_metadata_of_another_issuer_are_not_believed(npm: Service) -> None:
    with pytest.raises(Permanent, match="another issuer"):
        adapter(npm, issuer=npm.issuer + "/").begin(back=BACK)


@pytest.mark.parametrize("method", ["client_secret_post", "none"])
def test_the_secret_is_shown_as_the_service_wants_it(method: str) -> None:
    secret = "" if method == "none" else "secret-of-the-tests"
    with service(back=BACK, people=PEOPLE, method=method) as running:
        made = adapter(running, client_secret=secret)
        begun = made.begin(back=BACK)
        code = come_back(running, begun, login="olga")["code"]
        assert finish(made, begun, code).subject == "olga"
