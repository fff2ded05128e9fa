"""Which pieces a look is due at: with news, broken, or in their turn; two looks at once."""

from __future__ import annotations

import pytest

from svet.site.operations import note_pieces
from svet.site.queries import next_turn, piece_notes
from svet.site.rules import PieceNote, is_lost, pieces_due


def notes(*rows: tuple[int, int, int, bool]) -> dict[int, PieceNote]:
    return {row[0]: PieceNote(*row) for row in rows}


def test_news_and_what_is_broken_are_due_and_of_the_rest_those_of_longest_ago() -> None:
    known = notes((0, 10, 3, False), (1, 10, 1, False), (2, 10, 2, False), (3, 10, 9, True), (4, 9, 9, False))
    marks = dict.fromkeys(range(6), 10)
    assert pieces_due(marks, known, again=0) == [3, 4, 5]
    assert pieces_due(marks, known, again=1) == [1, 3, 4, 5]
    assert pieces_due(marks, known, again=2) == [1, 2, 3, 4, 5]
    assert pieces_due(marks, known, again=9) == [0, 1, 2, 3, 4, 5]
    assert pieces_due({}, known, again=9) == []


def test_every_piece_comes_to_its_turn_however_often_one_looks() -> None:
    marks = dict.fromkeys(range(7), 1)
    known = notes(*((piece, 1, 0, False) for piece in marks))
    seen: list[int] = []
    for turn in range(1, 5):
        due = pieces_due(marks, known, again=2)
        seen += due
        known |= notes(*((piece, 1, turn, False) for piece in due))
    assert seen == [0, 1, 2, 3, 4, 5, 0, 6]


def test_fewer_rows_than_there_were_are_lost_rows() -> None:
    known = notes((0, 10, 1, False), (1, 5, 1, False))
    assert not is_lost({0: 10, 1: 5, 2: 1}, known)
    assert not is_lost({0: 11, 1: 5}, known)
    assert is_lost({0: 9, 1: 5}, known)
    assert is_lost({0: 10}, known)


@pytest.mark.django_db
def test_of_two_looks_at_once_the_later_stands_and_of_the_same_turn_what_is_broken() -> None:
    assert next_turn() == 1
    note_pieces(name="readings", notes=[PieceNote(1, 10, 5, False), PieceNote(0, 10, 5, True)])
    note_pieces(name="readings", notes=[])
    assert next_turn() == 6
    # Began with the first, and ended after it.
    note_pieces(name="readings", notes=[PieceNote(0, 10, 5, False), PieceNote(1, 10, 5, True)])
    assert piece_notes("readings") == notes((0, 10, 5, True), (1, 10, 5, True))
    # Began before it.
    note_pieces(name="readings", notes=[PieceNote(0, 9, 4, False)])
    assert piece_notes("readings")[0] == PieceNote(0, 10, 5, True)
    note_pieces(name="readings", notes=[PieceNote(0, 11, 6, False)])
    assert piece_notes("readings")[0] == PieceNote(0, 11, 6, False)
    assert piece_notes("bills") == {}
