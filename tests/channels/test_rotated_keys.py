"""The day the installation's secret changes: with the former one kept nobody notices, without it all ends.

Whatever is signed, sealed or digested under ``SVET_SECRET_KEY`` is here, each through its own door.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from svet.api.shell.idempotency import _digests
from svet.cli.backup.manifest import Manifest, fingerprint
from svet.cli.backup.restoring import changed_keys
from svet.cli.doctor import machine
from svet.cli.doctor.findings import Health
from svet.cli.main import svet
from svet.config.environment import WrongEnvironment, retired_keys, secret
from svet.config.failures import Failure
from svet.config.variables import SECRETS, VARIABLES
from svet.kernel.refusals import Refused
from svet.limits.operations.work import _read, _view
from svet.limits.rules import Purpose, Riddle
from svet.people import operations as people
from svet.people import queries
from svet.people.models import Device, Person
from svet.people.operations.rekeying import KeysOfFactors, keys_of_factors, rekey_factors
from svet.people.rules.codes import CodeReason, CodeRefused
from svet.people.tests.factories import NOW, PASSWORD, make_person
from svet.people.tests.outbox import last_code, other_code
from svet.staff.tests.browsers import working
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
CONFIG = Path(__file__).resolve().parents[2] / "svet" / "config"
NEW = "another-made-up-key-of-fifty-different-letters-0123456789"
Rotate = Callable[..., None]


@pytest.fixture
def rotate(settings: Any) -> Rotate:
    """Change the secret; ``lost`` forgets the former one, as after the end of its term."""

    def change(*, lost: bool) -> None:
        settings.SECRET_KEY_FALLBACKS = [] if lost else [settings.SECRET_KEY]
        settings.SECRET_KEY = NEW

    return change


def signed_in(person: Person) -> Client:
    client = Client()
    answer: Any = client.post("/entrance/sign-in/", {"phone": person.phone, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def devices_page(client: Client) -> int:
    answer: Any = client.get("/profile/devices/")
    return int(answer.status_code)


def test_a_customer_stays_signed_in_and_on_the_list_of_their_browsers(rotate: Rotate) -> None:
    anna = make_person()
    client = signed_in(anna)
    rotate(lost=False)
    assert devices_page(client) == 200
    (row,) = Device.objects.filter(person=anna)
    assert row.session_key == client.cookies[settings.SESSION_COOKIE_NAME].value
    assert Session.objects.filter(session_key=row.session_key).count() == 1
    # Under the new secret alone from here on: the former one may be thrown away.
    settings.SECRET_KEY_FALLBACKS = []
    assert devices_page(client) == 200
    people.end_other_sessions(person_id=anna.pk, session_key="", address="192.0.2.1", now=timezone.now())
    assert devices_page(client) == 302


def test_a_lost_secret_ends_the_sessions_of_customers_and_staff(rotate: Rotate) -> None:
    client, clerk = signed_in(make_person()), working(make_member())
    assert clerk.get("/staff/").status_code == 200
    rotate(lost=True)
    assert devices_page(client) == 302
    assert clerk.get("/staff/").status_code == 302


def test_a_member_of_staff_works_on(rotate: Rotate) -> None:
    clerk = working(make_member())
    rotate(lost=False)
    assert clerk.get("/staff/").status_code == 200


def test_a_second_step_begun_before_is_ended_after(rotate: Rotate) -> None:
    anna = make_person()
    before = queries.session_seals(anna.pk)
    rotate(lost=False)
    assert queries.session_seals(anna.pk)[1:] == before
    rotate(lost=True)
    assert before[0] not in queries.session_seals(anna.pk)


@pytest.mark.parametrize("lost", [False, True])
def test_a_code_on_its_way_opens_and_a_wrong_one_is_the_same_wrong_one(rotate: Rotate, lost: bool) -> None:
    anna = make_person(phone="+79117178512")
    people.start_phone_change(
        person_id=anna.pk, password=PASSWORD, phone="+79117178599", session_key="s", address="h", now=NOW
    )
    old, new = last_code(anna.phone), last_code("+79117178599")

    def answer(one: str, other: str) -> CodeReason | None:
        try:
            people.confirm_phone_change(
                person_id=anna.pk, session_key="s", old_code=one, new_code=other, address="h", now=NOW
            )
        except CodeRefused as refused:
            return cast(CodeReason, refused.reason)
        return None

    assert answer(old, other_code(new)) is CodeReason.WRONG
    rotate(lost=lost)
    assert answer(old, other_code(new)) is (CodeReason.WRONG if lost else CodeReason.REPEATED)
    assert answer(old, new) is (CodeReason.EXHAUSTED if lost else None)


@pytest.mark.parametrize("lost", [False, True])
def test_a_code_of_recovery_opens(rotate: Rotate, lost: bool) -> None:
    anna = make_person(phone="+79117178512")
    people.start_recovery(phone=anna.phone, session_key="s", address="192.0.2.1", now=NOW)
    code = last_code(anna.phone)
    rotate(lost=lost)
    with pytest.raises(CodeRefused) if lost else nullcontext():
        people.confirm_recovery(session_key="s", code=code, address="192.0.2.1", now=NOW)


def test_a_key_for_programs_knows_no_secret(rotate: Rotate) -> None:
    anna = make_person()
    _, token = people.issue_token(person_id=anna.pk, name="t", scopes=["accounts:read"], now=timezone.now())
    rotate(lost=True)
    told = Client().get("/api/v1/accounts", headers={"Authorization": f"Bearer {token}"})
    assert told.status_code == 200


@pytest.mark.parametrize("lost", [False, True])
def test_the_same_call_is_the_same_call(rotate: Rotate, lost: bool, rf: Any) -> None:
    def call(body: str) -> Any:
        return rf.post("/api/v1/payments", json.dumps({"sum": body}), content_type="application/json")

    before = _digests(call("1"))[0]
    rotate(lost=lost)
    assert (before in _digests(call("1"))) is not lost
    assert before not in _digests(call("2"))


@pytest.mark.parametrize("lost", [False, True])
def test_a_riddle_that_is_being_computed_is_still_ours(rotate: Rotate, lost: bool) -> None:
    token = _view(Riddle.make(purpose=Purpose.CODE, bits=4, now=NOW), now=NOW).token
    assert _read(token)[0] is not None
    rotate(lost=lost)
    assert (_read(token)[0] is None) is lost
    assert _read(token[:-1] + "x")[0] is None


def with_factors() -> tuple[Person, str, tuple[str, ...]]:
    anna = make_person()
    seed = people.new_totp_secret()
    sheet = people.turn_on_totp(
        person_id=anna.pk, secret=seed, code=people.totp_code(secret=seed, now=NOW), address="h", now=NOW
    )
    assert sheet is not None
    return anna, seed, sheet.codes


def test_second_factors_are_rewritten_and_then_need_no_former_secret(rotate: Rotate) -> None:
    anna, seed, codes = with_factors()
    rotate(lost=False)
    assert keys_of_factors() == KeysOfFactors(present=0, retired=2, lost=0)
    assert [f.health for f in machine.look_at_keys()] == [Health.SOON]
    assert rekey_factors() == KeysOfFactors(present=0, retired=2, lost=0)
    assert rekey_factors() == KeysOfFactors(present=2, retired=0, lost=0)
    settings.SECRET_KEY_FALLBACKS = []
    assert [f.health for f in machine.look_at_keys()] == [Health.WELL]
    later = NOW + timedelta(minutes=2)
    people.pass_second_step(
        person_id=anna.pk, code=people.totp_code(secret=seed, now=later), address="h", now=later
    )
    people.pass_second_step(person_id=anna.pk, code=codes[0], address="h", now=later)


def test_a_lost_secret_closes_second_factors_and_the_doctor_says_so(rotate: Rotate) -> None:
    anna, seed, codes = with_factors()
    rotate(lost=True)
    assert rekey_factors() == KeysOfFactors(present=0, retired=0, lost=2)
    (finding,) = machine.look_at_keys()
    assert (finding.health, finding.advice) == (Health.ILL, "SVET_SECRET_KEY_FALLBACKS")
    later = NOW + timedelta(minutes=2)
    for code in (codes[0], people.totp_code(secret=seed, now=later)):
        with pytest.raises(Refused):
            people.pass_second_step(person_id=anna.pk, code=code, address="h", now=later)


def test_a_backup_made_under_the_former_secret_fits(rotate: Rotate) -> None:
    manifest = Manifest(NOW, "0", 15, (), {}, {"secret": fingerprint(settings.SECRET_KEY)}, {})
    rotate(lost=False)
    assert not list(changed_keys(manifest))
    rotate(lost=True)
    assert len(list(changed_keys(manifest))) == 1


def test_every_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sources = "".join((CONFIG / name).read_text("utf-8") for name in ("settings.py", "environment.py"))
    assert (
        set(re.findall(r'\bsecret\("(\w+)"', sources)) == SECRETS <= {variable.name for variable in VARIABLES}
    )
    for name in SECRETS:
        (tmp_path / name).write_text(f" the secret of {name}\n")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
        monkeypatch.delenv(name, raising=False)
        assert secret(name, "default") == f"the secret of {name}"


@pytest.mark.parametrize(
    ("given", "content", "told"),
    [("x", "x", "both set"), ("", None, "No such file"), ("", "\n", "is empty"), ("", b"\xff", "no text")],
)
def test_a_file_that_cannot_be_the_secret_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str, content: str | bytes | None, told: str
) -> None:
    place = tmp_path / "key"
    if content is not None:
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    monkeypatch.setenv("SVET_SMTP_PASSWORD", given)
    monkeypatch.setenv("SVET_SMTP_PASSWORD_FILE", str(place))
    with pytest.raises(WrongEnvironment, match=told) as wrong:
        secret("SVET_SMTP_PASSWORD")
    assert "\n" not in str(wrong.value)


def test_retired_secrets_stand_by_lines_and_the_present_is_none_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "former").write_text("one\ntwo\n")
    monkeypatch.setenv("SVET_SECRET_KEY_FALLBACKS_FILE", str(tmp_path / "former"))
    assert retired_keys("three") == ["one", "two"]
    with pytest.raises(WrongEnvironment, match="former ones"):
        retired_keys("two")


def test_a_secret_is_written_once_and_for_its_owner_only(tmp_path: Path) -> None:
    for command in ("secret-key", "push-key"):
        place = tmp_path / command
        done = CliRunner().invoke(svet, [command, "--out", str(place)])
        assert (done.exit_code, done.output) == (0, "")
        assert stat.S_IMODE(os.stat(place).st_mode) == 0o600
        kept = place.read_text()
        again = CliRunner().invoke(svet, [command, "--out", str(place)])
        assert isinstance(again.exception, Failure)
        assert place.read_text() == kept
    assert len((tmp_path / "secret-key").read_text().strip()) >= 50
