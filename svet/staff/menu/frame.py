"""What surrounds every desk: who works, which desks the role opens, how much waits at each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.utils.functional import Promise

from svet.look.requests import now_of
from svet.staff.menu.desks import DESKS
from svet.staff.shell.desk import Desk
from svet.staff.shell.session import staff_session
from svet.staffing import texts
from svet.staffing.queries import MemberView


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """A desk as the menu and the queue page show it; ``waiting`` is None where nothing is counted."""

    desk: Desk
    current: bool
    waiting: int | None


class StaffFrame:
    """Worked out when a template of the desks first asks; other pages never do."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def member(self) -> MemberView | None:
        """Who works here with both factors proved, or nobody."""
        work = staff_session(self._request)
        return work.member if work is not None and work.proved else None

    @property
    def role(self) -> str | Promise:
        """The member's role in words."""
        return texts.ROLES[self.member.role] if self.member is not None else ""

    @cached_property
    def desks(self) -> list[DeskEntry]:
        """The desks the member may open, in the order of the menu."""
        if self.member is None:
            return []
        now, path = now_of(self._request), self._request.path
        return [
            DeskEntry(desk, path.startswith(desk.url), None if desk.count is None else desk.count(now))
            for desk in DESKS
            if desk.permission in self.member.permissions
        ]

    @property
    def may_search(self) -> bool:
        """Whether the search box is of use to this member."""
        return any(entry.desk.name == "accounts" for entry in self.desks)


def context(request: HttpRequest) -> dict[str, StaffFrame]:
    """The context processor named in the settings."""
    return {"staff": StaffFrame(request)}
