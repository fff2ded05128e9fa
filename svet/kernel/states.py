"""The life of a thing in states: one table of legal moves. Pure; ``kernel.moving`` makes the moves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import TypeVar

State = TypeVar("State", bound=Enum)


class IllegalMove(RuntimeError):
    """The table does not have the move: the thing stands elsewhere than its caller believed."""


class Moves(Mapping[State, frozenset[State]]):
    """From each state the states that may follow; one that nothing follows is an end.

    :raises ValueError: a state of the enumeration stands nowhere in the table
    """

    def __init__(self, table: Mapping[State, Collection[State]]) -> None:
        self._table = {before: frozenset(afters) for before, afters in table.items()}
        missing = set(type(next(iter(table)))) - set(self._table)
        if missing:
            raise ValueError(f"what follows these states is not said: {sorted(map(str, missing))}")

    def __getitem__(self, state: State) -> frozenset[State]:
        return self._table[state]

    def __iter__(self) -> Iterator[State]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def state(self, word: object) -> State:
        """The state that a column names. :raises ValueError: it names none"""
        states: type[State] = type(next(iter(self._table)))
        return states(word)

    def allows(self, before: State, after: State) -> bool:
        """Whether the table has this move."""
        return after in self._table[before]

    def require(self, before: State, after: State) -> None:
        """Stop a move that the table does not have. :raises IllegalMove:"""
        if not self.allows(before, after):
            raise IllegalMove(f"{type(before).__name__}: {before} → {after}")
