"""The head of the desks on a tablet: the search gives room, not the words beside it."""

from __future__ import annotations

import pytest

from svet.staff.tests.browsers import working
from svet.staffing.tests.factories import make_member
from tests.face.looking import widen
from tests.face.rendering import sheet_of, stage

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

#: What is cut short with «…», and what sticks out of the window.
CUT = """() => [...document.querySelectorAll(".top *")].filter((part) => {
  const style = getComputedStyle(part);
  const short = style.textOverflow === "ellipsis" && part.scrollWidth > part.clientWidth;
  return short || part.getBoundingClientRect().right > innerWidth;
}).map((part) => part.className || part.localName)"""


def test_nothing_of_the_head_is_cut(db: None) -> None:
    member = make_member()
    longer = {"last_name": "Константинопольская", "patronymic": "Владиславовна"}
    type(member.person).objects.filter(pk=member.person_id).update(**longer)
    sheet = sheet_of("queues", "/staff/", working(member).get("/staff/"))
    assert sheet is not None
    with stage() as shown, shown.act():
        page = shown.show(sheet)
        for width in (640, 768, 1024):
            widen(page, width)
            assert page.evaluate(CUT) == [], width
