"""The desk: seen first, announced then; moved, readdressed, called off; bad input keeps what was typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.kernel.actors import Actor
from svet.outages.models import Outage, OutageChange
from svet.outages.operations import enter_outage
from svet.outages.rules import OutageKind, OutageWords, PlaceLine
from svet.people.tests.factories import make_person
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
NEW = "/staff/outages/new/"


@pytest.fixture
def operator() -> Client:
    return working(make_member(role=Role.OPERATOR))


def typed(**changes: str) -> dict[str, str]:
    begins = timezone.localtime() + timedelta(days=2)
    return {
        "provider": make_provider().code,
        "kind": "planned",
        "begins": f"{begins:%d.%m.%Y} 10:00",
        "ends": f"{begins:%d.%m.%Y} 14:00",
        "places": "Челябинск; Лесная; 1-9 чётные\nЧелябинск; ул. Мира",
        "why": "замена опор",
        **changes,
    }


def announced(operator: Client) -> str:
    seen = operator.post(NEW, {**typed(), "act": "preview"})
    answer = operator.post(NEW, {**typed(), "act": "announce", "shown": seen.context["mark"]})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_what_it_meets_is_seen_before_it_is_announced(operator: Client) -> None:
    make_link(person=make_person(), account=make_account())
    # Pressed without having looked, or with other hours than were looked at: shown, not announced.
    for shown in ("", "0" * 16):
        seen = operator.post(NEW, {**typed(), "act": "announce", "shown": shown})
        assert seen.status_code == 200
    assert not Outage.objects.exists()
    met = seen.context["met"]
    assert (met["accounts"], met["cabinets"]) == (1, 1)
    assert [count for _place, count in met["places"]] == [1, 0]
    assert "никого не нашлось, проверьте адрес" in seen.content.decode()
    page = operator.get(announced(operator)).content.decode()
    assert "замена опор" in page
    assert "Челябинск, ул. Мира, все дома" in page
    assert "Челябинск, Лесная, дома: 1-9 чётные" in page, "«ул. Лесная: 4: 1» was read by nobody"
    assert "(1 лицевой счёт)" in seen.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"begins": "завтра"}, "Введите день и время так"),
        ({"begins": "31.02.2027 10:00"}, "Введите день и время так"),
        ({"ends": ""}, "должно быть время, когда они закончатся"),
        ({"ends": "01.01.2026 10:00"}, "Конец должен быть позже начала"),
        ({"places": "Челябинск; Лесная; 9-1"}, "Номера домов идут от большего к меньшему"),
        ({"places": "Челябинск;; 1-9"}, "Укажите улицу"),
        ({"why": ""}, "Обязательное поле"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_kept(
    operator: Client, changes: dict[str, str], said: str
) -> None:
    answer = operator.post(NEW, {**typed(**changes), "act": "preview"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "замена опор" in page or changes.get("why") == ""
    assert not Outage.objects.exists()


def test_it_is_moved_readdressed_and_called_off_with_a_reason(operator: Client) -> None:
    where = announced(operator)

    def post(act: str, **fields: Any) -> int:
        return operator.post(where, {"act": act, **fields}).status_code

    later = timezone.localtime() + timedelta(days=5)
    hours = {"hours-begins": f"{later:%d.%m.%Y} 10:00", "hours-ends": f"{later:%d.%m.%Y} 12:00"}
    assert post("move", **hours) == 422
    assert post("move", **hours, **{"hours-reason": "нет бригады"}) == 302
    # Seen first, recorded then: a whole town is one slip of the keys.
    city = {"places-places": "Челябинск", "places-reason": "весь город"}
    seen = operator.post(where, {"act": "places", **city})
    assert "Кого это коснётся" in seen.content.decode()
    assert Outage.objects.get().places.count() == 2
    other = {**city, "places-places": "Озёрск", "places-shown": seen.context["new_mark"]}
    assert post("places", **other) == 200
    assert post("places", **city, **{"places-shown": seen.context["new_mark"]}) == 302
    assert post("end", **{"ending-reason": "всё готово"}) == 422
    assert post("cancel", **{"ending-reason": "нет бригады"}) == 302
    acts = list(OutageChange.objects.order_by("pk").values_list("act", flat=True))
    assert acts == ["entered", "moved", "places", "cancelled"]
    page = operator.get(where).content.decode()
    assert "отменено" in page
    assert "Отменить отключение" not in page


@pytest.mark.parametrize("changes", [{"provider": "other"}, {"kind": "emergency"}, {"why": "другая"}])
def test_what_was_seen_is_what_is_announced(operator: Client, changes: dict[str, str]) -> None:
    make_provider(code="other", name="Другой")
    seen = operator.post(NEW, {**typed(), "act": "preview"})
    answer = operator.post(NEW, {**typed(**changes), "act": "announce", "shown": seen.context["mark"]})
    assert answer.status_code == 200
    assert not Outage.objects.exists()


def test_of_an_emergency_people_hear_at_once_and_the_desk_says_so(operator: Client) -> None:
    given = typed(kind="emergency")
    seen = operator.post(NEW, {**given, "act": "preview"})
    answer = operator.post(NEW, {**given, "act": "announce", "shown": seen.context["mark"]}, follow=True)
    assert "в ближайшие десять минут" in answer.content.decode()


def test_a_work_that_overruns_its_hours_is_given_others(operator: Client) -> None:
    where, now = announced(operator), timezone.now()
    end = now - timedelta(minutes=5)
    Outage.objects.update(begins_at=now - timedelta(hours=5), ends_at=end, over_at=end)
    page = operator.get(where).content.decode()
    assert "Изменить время" in page
    assert "Изменить адреса" not in page
    zone = ZoneInfo(make_provider().time_zone)
    begins, ends = ((now + timedelta(hours=each)).astimezone(zone) for each in (-5, 2))
    hours = {"hours-begins": f"{begins:%d.%m.%Y %H:%M}", "hours-ends": f"{ends:%d.%m.%Y %H:%M}"}
    assert operator.post(where, {"act": "move", **hours, "hours-reason": "не успели"}).status_code == 302
    operator.post(where, {"act": "end", "ending-reason": "всё готово"})
    assert "Изменить время" not in operator.get(where).content.decode().split("История")[0]
    assert "(оператор)" in operator.get(where).content.decode()


def test_any_of_a_hundred_and_more_is_found(operator: Client) -> None:
    now = timezone.now()
    for number in range(101):
        begins = now + timedelta(hours=number + 1)
        words = OutageWords(
            OutageKind.PLANNED,
            begins,
            begins + timedelta(hours=1),
            "замена опор",
            (PlaceLine("Озёрск", f"ул. Лесная {number}-я" if number < 100 else "пр. Мира", "1-9"),),
        )
        enter_outage(words, provider_id=make_provider().pk, by=Actor.system("test"), now=now)
    page = operator.get("/staff/outages/").content.decode()
    assert "Показаны первые 100" in page
    assert "пр. Мира" not in page
    for asked in ("Мира", "озерск мира"):
        assert "пр. Мира" in operator.get("/staff/outages/", {"q": asked}).content.decode()


def test_the_list_and_what_is_not_there(operator: Client) -> None:
    announced(operator)
    assert "замена опор" in operator.get("/staff/outages/").content.decode()
    assert operator.get("/staff/outages/0000000000000000/").status_code == 404
    assert working(make_member(role=Role.BILLING)).get("/staff/outages/").status_code == 403
