"""After a restore: what was told or begun before it may have been charged in the lost time."""

from __future__ import annotations

from datetime import datetime

from svet.autopay.models import AutopayTurn
from svet.autopay.operations.moving import locked_agreement, move_turn
from svet.autopay.rules import READY, RESTORED, TurnState
from svet.kernel.transactions import use_case

BY = "autopay.restored"


def distrust(*, now: datetime) -> int:
    """Let no month that was told or begun be charged again; says how many. Safe to repeat.

    The bank has forgotten the keys of the lost time, so a charge made "again" would be a second one. A try
    that has begun goes on to its end, whatever the bank says of it, and no other follows it. The next
    bill is told and charged as ever.
    """
    going = AutopayTurn.objects.filter(state__in=[*sorted(READY), TurnState.CHARGING.value])
    stopped = 0
    for turn_id, agreement_id in list(going.order_by("pk").values_list("pk", "agreement_id")):
        with use_case():
            locked_agreement(agreement_id)
            turn = AutopayTurn.objects.select_for_update().get(pk=turn_id)
            if turn.state in READY:
                move_turn(turn, new=TurnState.STOPPED, by=BY, now=now, note=RESTORED, reason=RESTORED)
            elif turn.state == TurnState.CHARGING and turn.reason != RESTORED:
                AutopayTurn.objects.filter(pk=turn.pk).update(reason=RESTORED)
            else:
                continue
            stopped += 1
    return stopped
