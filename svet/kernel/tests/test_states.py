"""States: the table, the compare-and-set, and what becomes of whoever comes second."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from svet.kernel.moving import LostRace, Trail, move_many, move_row, move_standing
from svet.kernel.states import IllegalMove, Moves
from svet.people.tests.factories import make_person
from svet.support.models import Appeal, AppealChange
from svet.support.rules import MOVES, AppealState
from svet.support.tests.factories import make_appeal

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TRAIL = Trail(AppealChange, subject="appeal")
STEP = {"at": NOW, "by_kind": "system", "by_person_id": None}


@pytest.fixture
def appeal(db: None) -> Appeal:
    made = make_appeal(person=make_person(), now=NOW)
    AppealChange.objects.all().delete()
    return made


def steps() -> list[tuple[str, str]]:
    return list(AppealChange.objects.order_by("pk").values_list("from_state", "to_state"))


def test_a_table_that_leaves_a_state_out_is_refused() -> None:
    with pytest.raises(ValueError, match="closed"):
        Moves({state: frozenset() for state in AppealState if state is not AppealState.CLOSED})


def test_a_row_moves_and_every_move_is_written_down(appeal: Appeal) -> None:
    later = NOW.replace(hour=10)
    changes = {"touched_at": later}
    before = move_row(appeal, moves=MOVES, to=AppealState.TAKEN, changes=changes, trail=TRAIL, step=STEP)
    assert before is AppealState.NEW
    assert (appeal.state, appeal.touched_at) == ("taken", later)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.touched_at) == ("taken", later)
    assert steps() == [("new", "taken")]


def test_who_comes_second_changes_nothing_and_is_told(appeal: Appeal) -> None:
    theirs = Appeal.objects.get(pk=appeal.pk)
    move_row(appeal, moves=MOVES, to=AppealState.CLOSED, trail=TRAIL, step=STEP)
    with pytest.raises(LostRace):
        move_row(theirs, moves=MOVES, to=AppealState.TAKEN, trail=TRAIL, step=STEP)
    theirs.refresh_from_db()
    assert theirs.state == "closed"
    assert steps() == [("new", "closed")]


def test_a_move_that_the_table_does_not_have_is_refused(appeal: Appeal) -> None:
    move_row(appeal, moves=MOVES, to=AppealState.CLOSED)
    with pytest.raises(IllegalMove):
        move_row(appeal, moves=MOVES, to=AppealState.NEW)
    with pytest.raises(IllegalMove):
        move_standing(Appeal.objects.all(), moves=MOVES, before=AppealState.CLOSED, to=AppealState.NEW)


def test_many_move_at_once_and_only_those_that_still_stand(appeal: Appeal) -> None:
    other = make_appeal(person=make_person(), now=NOW)
    AppealChange.objects.all().delete()
    move_row(other, moves=MOVES, to=AppealState.CLOSED)
    moved = move_many(
        [appeal.pk, other.pk],
        model=Appeal,
        moves=MOVES,
        before=AppealState.NEW,
        to=AppealState.TAKEN,
        trail=TRAIL,
        step=STEP,
    )
    assert moved == [appeal.pk]
    assert steps() == [("new", "taken")]
    rows = Appeal.objects.all()
    assert move_standing(rows, moves=MOVES, before=AppealState.TAKEN, to=AppealState.CLOSED) == 1


@pytest.mark.django_db(transaction=True)
def test_a_move_needs_a_transaction() -> None:
    appeal = make_appeal(person=make_person(), now=NOW)
    with pytest.raises(RuntimeError, match="must run inside"):
        move_row(appeal, moves=MOVES, to=AppealState.TAKEN)
    with transaction.atomic():
        move_row(appeal, moves=MOVES, to=AppealState.TAKEN)
