"""The riddle of a busy network on its way to a form and back; ``look/work.html`` draws it."""

from __future__ import annotations

from django.http import HttpRequest

from svet.cabinet.shell.session import client_address, now_of
from svet.kernel.refusals import Refused
from svet.limits.operations import WorkNeeded, WorkView, riddle_for
from svet.limits.rules import Purpose
from svet.limits.rules.work import LONGEST


def proof_of_work_of(request: HttpRequest) -> str:
    """What the form brought: the riddle with its answer, or an empty text."""
    return request.POST.get("work", "")[: LONGEST + 1]


def proof_of_work_for(
    request: HttpRequest, purpose: Purpose, refused: Refused | None = None
) -> WorkView | None:
    """The riddle the form should carry: that of the refusal, or a fresh one while the network is busy."""
    if isinstance(refused, WorkNeeded):
        return refused.work
    return riddle_for(purpose=purpose, address=client_address(request), now=now_of(request))
