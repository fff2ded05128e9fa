"""What the reversals of a register take back: found for all of them at once, each payment once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from svet.kernel.moving import LostRace, move_standing
from svet.payments.models import ImportedPayment
from svet.payments.rules.registers import MOVES, NO_DAY, RegisterState, WaitReason

_AT_ONCE: Final = 5_000
#: Where what a reversal takes back goes: off an account; what never reached one leaves suspense.
_ENDS: Final = {
    RegisterState.CREDITED: RegisterState.REVERSED,
    RegisterState.SUSPENSE: RegisterState.RETURNED,
}
#: By account and sum, the newest first.
_Bodies = Mapping[tuple[str, int], Sequence[ImportedPayment]]


def take_back(reversals: Sequence[ImportedPayment], *, source: str, now: datetime) -> None:
    """Find what each takes back, in their order, and mark it; one that finds nothing waits.

    The reversals are those of one register and are not written here.
    """
    looking = [one for one in reversals if not (one.state == RegisterState.DIFFERS or one.reason in NO_DAY)]
    bodies = _locked(source, looking)
    taken: dict[RegisterState, list[int]] = defaultdict(list)
    for reversal in looking:
        found = _undone(reversal, bodies.get((reversal.account_text, -reversal.kopecks), ()))
        if found is None:
            if not reversal.reason:
                reversal.reason = WaitReason.STORNO
            reversal.state, reversal.account_id = RegisterState.SUSPENSE, None
            continue
        before = RegisterState(found.state)
        taken[before].append(found.pk)
        found.state = _ENDS[before]
        reversal.undoes, reversal.reason = found, ""
        # What never reached an account leaves suspense together with its reversal.
        credited = before is RegisterState.CREDITED
        reversal.state = RegisterState.CREDITED if credited else RegisterState.RETURNED
        reversal.account_id = found.account_id if credited else None
    for before, keys in taken.items():
        rows = ImportedPayment.objects.filter(pk__in=keys)
        moved = move_standing(rows, moves=MOVES, before=before, to=_ENDS[before], changes={"settled_at": now})
        if moved != len(keys):
            raise LostRace(f"{len(keys) - moved} payments are not {before} any more")


def _locked(source: str, reversals: Sequence[ImportedPayment]) -> _Bodies:
    """Every payment of the source with an account and sum of a reversal, each locked until the end.

    The money desk decides such rows too, without the lock of registers.
    """
    wanted = sorted({(one.account_text, -one.kopecks) for one in reversals})
    found: dict[tuple[str, int], list[ImportedPayment]] = defaultdict(list)
    for start in range(0, len(wanted), _AT_ONCE):
        accounts, sums = zip(*wanted[start : start + _AT_ONCE], strict=True)
        for row in ImportedPayment.objects.raw(
            "SELECT p.* FROM payments_importedpayment p"
            " JOIN unnest(%s::text[], %s::bigint[]) AS body (account_text, kopecks)"
            " ON p.account_text = body.account_text AND p.kopecks = body.kopecks"
            " WHERE p.source = %s ORDER BY p.id FOR UPDATE OF p",
            [list(accounts), list(sums), source],
        ):
            found[row.account_text, row.kopecks].append(row)
    for alike in found.values():
        alike.sort(key=lambda row: (row.paid_on, row.pk), reverse=True)
    return found


def _undone(reversal: ImportedPayment, alike: Sequence[ImportedPayment]) -> ImportedPayment | None:
    """The payment a reversal names by its number, else the newest of its provider, account and sum.

    A reversal that names a payment we know takes back that one or waits: never another of the same sum.
    """
    named = [one for one in alike if one.external_id == reversal.external_id]
    for one in named or alike:
        if (
            one.state in _ENDS
            and one.provider_id == reversal.provider_id
            and one.effective_on <= reversal.effective_on
        ):
            return one
    return None
