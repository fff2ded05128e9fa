import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.test import Client, RequestFactory

from svet.accounts.tests.factories import make_link
from svet.billing.tests.factories import make_metered_account
from svet.cabinet.readings.sheet import ROWS_FROM
from svet.cabinet.shell import errors
from svet.cabinet.shell.frame import Frame
from svet.cabinet.shell.offline import FRAME_FILES
from svet.look.app_icon import FOLDER, GROUND, draw
from svet.people.tests.factories import make_person
from svet.site.operations import InstallationDetails, set_up

pytestmark = pytest.mark.django_db


def frame_of(client: Client) -> dict[str, object]:
    body = client.get("/service-worker.js").content.decode()
    return dict(json.loads(body.partition("const FRAME = ")[2].partition(";\n")[0]))


def test_the_worker_is_an_own_script_that_is_asked_for_anew(client: Client) -> None:
    answer = client.get("/service-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert "connect-src 'self'" in answer["Content-Security-Policy"]


def test_another_set_of_files_is_another_worker(client: Client) -> None:
    before = frame_of(client)
    set_up(
        details=InstallationDetails(
            brand="Свет",
            legal_name="ООО «Свет»",
            hotline="112",
            hotline_hours="всегда",
            primary_color="#003366",
            accent_color="#ffcc00",
        )
    )
    after = frame_of(client)
    assert before["version"] != after["version"]
    assert "/brand.css?003366ffcc00" in str(after["files"])


@pytest.mark.parametrize("name", FRAME_FILES)
def test_every_kept_file_is_there(name: str) -> None:
    assert finders.find(name)


def test_what_is_kept_is_what_the_readings_ask_for(client: Client) -> None:
    """Readings of few accounts are cards, of many rows; the page «Нет связи» is kept beside them."""
    asked = client.get("/offline/").content.decode()
    for accounts in (1, ROWS_FROM):
        person = make_person()
        for _ in range(accounts):
            account, _meter = make_metered_account()
            make_link(person=person, account=account, confirmed=True)
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        asked += client.get("/readings/").content.decode()
    assert [name for name in FRAME_FILES if f"/static/{name}" not in asked] == []


def test_the_offline_page_holds_nothing_of_a_person(client: Client) -> None:
    person = make_person()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/offline/").content.decode()
    assert "Нет связи" in page
    assert "data-signed-in" not in page
    assert "csrf" not in page.lower()
    assert person.phone not in page


def test_a_closed_installation_says_so_to_people_and_machines(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    (tmp_path / "maintenance").touch()
    page = client.get("/payment/")
    assert page.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert page["Retry-After"]
    assert "Мы обновляем кабинет" in page.content.decode()
    machine = client.get("/api/v1/accounts/")
    assert (machine.status_code, machine.json()["code"]) == (503, "maintenance")
    assert client.get("/health/").status_code == HTTPStatus.OK
    assert client.get("/offline/").status_code == HTTPStatus.OK
    (tmp_path / "maintenance").unlink()
    assert client.get("/entrance/").status_code == HTTPStatus.OK


class Unreachable:
    """What a lazy ``request.user`` does when the database is gone."""

    def __getattribute__(self, name: str) -> object:
        raise OperationalError("the database does not answer")


def test_a_silent_database_is_a_page_too() -> None:
    request = RequestFactory().get("/payment/")
    request.user = Unreachable()  # type: ignore[assignment]
    assert Frame(request).person is None
    try:
        raise OperationalError("the database does not answer")
    except OperationalError:
        answer = errors.server_error(request)
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer["Retry-After"] == "60"


@pytest.mark.parametrize("kind", ["400", "403", "404", "500", "503", "csrf", "maintenance"])
def test_the_living_page_shows_what_went_wrong(client: Client, kind: str) -> None:
    answer = client.get(f"/look/trouble/{kind}/")
    assert answer.status_code >= 400
    assert "trouble" in answer.content.decode()


def test_maskable_icons_fill_their_square(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest").json()
    maskable = [icon for icon in manifest["icons"] if icon.get("purpose") == "maskable"]
    assert [icon["sizes"] for icon in maskable] == ["192x192", "512x512"]
    picture = draw(size=192, maskable=True).convert("RGB")
    assert picture.size == (192, 192)
    ground = tuple(int(GROUND[start : start + 2], 16) for start in (1, 3, 5))
    # Everything outside the safe circle of 80 % is plain ground: no launcher cuts the drawing.
    outside = [
        picture.getpixel((x, y))
        for x in range(192)
        for y in range(192)
        if (x - 95.5) ** 2 + (y - 95.5) ** 2 > (0.4 * 192) ** 2
    ]
    assert set(outside) == {ground}
    for size in (192, 512):
        assert (FOLDER / f"icon-maskable-{size}.png").is_file()
