"""Every door for files asks the scanner before anything is made of a file; ClamAV's own daemon answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.api.tests.test_v1 import V1, Program
from svet.cli.doctor import machine
from svet.cli.doctor.findings import Health
from svet.cli.main import svet
from svet.exchange.models import ImportFile, LoadedFile, LoadedPart
from svet.files.models import Photo
from svet.files.operations import scanning as asking
from svet.files.operations import try_scanner
from svet.files.rules import OLD_SIGNATURES
from svet.files.tests.pictures import photo
from svet.gateways import scanning
from svet.gateways.failures import Unreached
from svet.gateways.scanning.port import Scanner
from svet.journal.models import Entry
from svet.metering.models import Meter, ReadingSet
from svet.metering.tests.factories import make_meter, make_reading
from svet.payments.models import BankStatement
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.staff.state.page import rows
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member
from svet.support.models import Appeal
from tests import clamd
from tests.clamd import EICAR, RunningClamd

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2] / "svet"
INFECTED = "Антивирус нашёл в файле вредоносный код"
UNREACHED = "Сейчас не получается проверить файл антивирусом"
#: Nothing of a refused file may be found in these.
KEPT = (Photo, ReadingSet, Appeal, LoadedFile, LoadedPart, ImportFile, BankStatement)


@dataclass(frozen=True, slots=True)
class House:
    """Anna with a meter that has one reading, and where a command finds its file."""

    anna: Person
    account: Account
    meter: Meter
    folder: Path

    @property
    def client(self) -> Client:
        found = Client()
        found.force_login(self.anna)
        return found


Said = tuple[int, str]


def _said(answer: Any) -> Said:
    return answer.status_code, answer.content.decode()


def _file(raw: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, raw)


def _reading(house: House, raw: bytes) -> Said:
    body = {"value-single": "1200", "key": str(uuid4()), "act": "new", "photo": _file(raw, "a.jpg")}
    return _said(house.client.post(f"/readings/{house.meter.public_id}/", body))


def _table(house: House, raw: bytes) -> Said:
    return _said(house.client.post("/readings/file/", {"file": _file(raw, "readings.csv")}))


def _appeal(house: House, raw: bytes) -> Said:
    body = {
        "key": str(uuid4()),
        "topic": "bill",
        "words": "Почему?",
        "account": "",
        "photo": _file(raw, "a.jpg"),
    }
    return _said(house.client.post("/help/appeals/new/", body))


def _control(house: House, raw: bytes) -> Said:
    body = {
        "value-single": "1200",
        "read_on": _today().isoformat(),
        "act_number": "17",
        "photo": _file(raw, "a.jpg"),
    }
    desk = working(make_member(role=Role.OPERATOR))
    return _said(desk.post(f"/staff/controls/{house.meter.public_id}/", body))


def _program(house: House, raw: bytes) -> Said:
    program = Program(house.anna)
    headers = {"Authorization": f"Bearer {program.secret}", "Idempotency-Key": "photo"}
    return _said(program.client.post(f"{V1}/photos", raw, content_type="image/jpeg", headers=headers))


def _register(house: House, raw: bytes) -> Said:
    desk = working(make_member(role=Role.BILLING))
    return _said(desk.post("/staff/registers/", {"file": _file(raw, "bank.txt")}))


def _statement(house: House, raw: bytes) -> Said:
    desk = working(make_member(role=Role.BILLING))
    return _said(desk.post("/staff/money/days/", {"file": _file(raw, "kl_to_1c.txt")}))


def _command(*words: str) -> Callable[[House, bytes], Said]:
    def run(house: House, raw: bytes) -> Said:
        file = house.folder / "file.csv"
        file.write_bytes(raw)
        more = ["--provider", house.account.provider.code] if words[0] == "outages" else []
        done = CliRunner().invoke(svet, [*words, *more, str(file)])
        assert done.exit_code == 1, done.output
        return 422, " ".join(f"{done.output} {done.exception}".split())

    return run


DOORS: Mapping[str, Callable[[House, bytes], Said]] = {
    "a photo of a meter": _reading,
    "a table of readings": _table,
    "a photo of an appeal": _appeal,
    "a photo of a control reading": _control,
    "a photo by a program": _program,
    "a register": _register,
    "a statement": _statement,
    "svet import payments": _command("import", "payments"),
    "svet import statement": _command("import", "statement"),
    "svet import houses": _command("import", "houses"),
    "svet outages load": _command("outages", "load"),
}
every_door = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS.keys())


@pytest.fixture(scope="module")
def daemon() -> Iterator[RunningClamd]:
    with clamd.running() as running:
        yield running


@pytest.fixture
def house(tmp_path: Path) -> House:
    anna, account = make_person(), make_account()
    make_link(person=anna, account=account, confirmed=True)
    meter = make_meter(account=account, initial=1000)
    make_reading(meter, 1100, read_on=_today() - timedelta(days=45))
    return House(anna, account, meter, tmp_path)


def _today() -> date:
    return timezone.localdate()


def _kept() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in KEPT}


@every_door
def test_an_infected_file_is_refused_beside_its_field_and_written_down(
    door: Callable[[House, bytes], Said], house: House, daemon: RunningClamd, settings: LazySettings
) -> None:
    settings.CLAMD_URL = daemon.by_socket
    before = _kept()
    status, said = door(house, photo() + EICAR if door in (_reading, _appeal, _control, _program) else EICAR)
    assert (status, INFECTED in said) == (422, True), said
    assert _kept() == before
    entry = Entry.objects.get(action="file.infected")
    assert entry.security
    assert entry.after is not None
    assert entry.after["signature"].startswith(clamd.NAME)
    assert re.fullmatch(r"[0-9a-f]{64}", entry.subject_id)


@every_door
def test_while_the_scanner_is_silent_nothing_is_taken(
    door: Callable[[House, bytes], Said], house: House, tmp_path: Path, settings: LazySettings
) -> None:
    settings.CLAMD_URL = f"unix://{tmp_path}/nobody"
    before = _kept()
    status, said = door(house, photo())
    assert (status, UNREACHED in said) == (503 if door is _program else 422, True), said
    assert _kept() == before
    assert not Entry.objects.filter(action="file.infected").exists()


@every_door
def test_the_scanner_is_asked_outside_of_transactions_and_of_the_whole_file(
    door: Callable[[House, bytes], Said], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    around = len(connection.atomic_blocks)

    class Watching:
        def look(self, stream: BinaryIO) -> str:
            assert len(connection.atomic_blocks) == around
            asked.append(stream.read())
            raise Unreached("enough is known")

        def signed_on(self) -> date | None:
            raise AssertionError

    monkeypatch.setattr(scanning, "gateway", Watching)
    door(house, photo())
    assert asked == [photo()]


def test_a_program_is_told_when_to_come_again(house: House, tmp_path: Path, settings: LazySettings) -> None:
    settings.CLAMD_URL = f"unix://{tmp_path}/nobody"
    program = Program(house.anna)
    headers = {"Authorization": f"Bearer {program.secret}", "Idempotency-Key": "photo"}
    answer = program.client.post(f"{V1}/photos", photo(), content_type="image/jpeg", headers=headers)
    assert answer.headers["Retry-After"] == "60"
    assert answer.json()["code"] == "scanner_unreached"


def test_what_is_clean_goes_on_and_what_is_too_long_for_the_scanner_is_said(
    house: House, daemon: RunningClamd, settings: LazySettings
) -> None:
    settings.CLAMD_URL = daemon.by_socket
    assert _reading(house, photo())[0] == 302
    assert Photo.objects.count() == 1
    status, said = _register(house, b"1;2\n" * (clamd.LONGEST // 2))
    assert (status, "больше, чем проверяет антивирус" in said) == (422, True)
    assert LoadedFile.objects.count() == 0


def test_without_a_scanner_nobody_is_asked(house: House, settings: LazySettings) -> None:
    settings.CLAMD_URL = ""
    assert _reading(house, photo())[0] == 302
    assert try_scanner() is None
    assert [each for each in rows(now=timezone.now()) if each.what == "Антивирус"] == []
    assert list(machine.look_at_scanner(now=timezone.now())) == []


def test_doctor_and_the_desk_say_how_the_scanner_stands(
    daemon: RunningClamd, tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> tuple[Health, str]:
        (found,) = machine.look_at_scanner(now=timezone.now())
        (row,) = (each for each in rows(now=timezone.now()) if each.what == "Антивирус")
        return found.health, row.kind

    settings.CLAMD_URL = daemon.by_socket
    assert told() == (Health.WELL, "success")
    settings.CLAMD_URL = f"unix://{tmp_path}/nobody"
    assert told() == (Health.ILL, "error")

    class Known:
        def __init__(self, signed_on: date, *, knows: bool = True) -> None:
            self._signed_on, self._knows = signed_on, knows

        def look(self, stream: BinaryIO) -> str:
            assert stream.read() == EICAR
            return "Eicar" if self._knows else ""

        def signed_on(self) -> date | None:
            return self._signed_on

    def standing(scanner: Scanner) -> tuple[Health, str]:
        settings.CLAMD_URL = f"unix:///{uuid4()}"  # what was known is known by the address
        monkeypatch.setattr(scanning, "gateway", lambda: scanner)
        return told()

    assert standing(Known(_today() - OLD_SIGNATURES)) == (Health.WELL, "success")
    assert standing(Known(_today() - OLD_SIGNATURES - timedelta(days=1))) == (Health.SOON, "warning")
    assert standing(Known(_today(), knows=False)) == (Health.ILL, "success")


def test_the_desk_asks_the_scanner_twice_a_minute_at_most(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Counting:
        def look(self, stream: BinaryIO) -> str:
            raise AssertionError("whoever it alarms would be called all day")

        def signed_on(self) -> date | None:
            asked.append(1)
            return None

    settings.CLAMD_URL = f"unix:///{uuid4()}"
    monkeypatch.setattr(scanning, "gateway", Counting)
    clock = [100.0]
    monkeypatch.setattr("svet.files.operations.scanning.monotonic", lambda: clock[0])
    for _ in range(3):
        list(rows(now=timezone.now()))
    assert len(asked) == 1
    clock[0] += asking.STANDS + 1
    list(rows(now=timezone.now()))
    assert len(asked) == 2


def test_no_other_door_takes_files() -> None:
    """Whoever opens one names it here, and tries it above."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if "tests" not in path.parts and re.search(r"request\.FILES|request\.read\(", path.read_text("utf-8"))
    }
    assert found == {
        "api/resources/reading_sets.py",
        "cabinet/help/appeals.py",
        "cabinet/readings/by_file.py",
        "cabinet/readings/photo.py",
        "staff/money/days.py",
        "staff/readings/form.py",
        "staff/registers/page.py",
    }


def test_a_stream_is_left_at_its_beginning(daemon: RunningClamd, settings: LazySettings) -> None:
    from svet.kernel.actors import Actor

    settings.CLAMD_URL = daemon.by_socket
    stream = BytesIO(b"a;b\n" * 40_000)
    stream.seek(77)
    asking.check_file(content=stream, field="file", by=Actor.system("test"), now=timezone.now())
    assert stream.tell() == 0
