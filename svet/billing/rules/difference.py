"""From what stands to what should stand: whole lines are reversed and posted, none is ever changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from svet.billing.rules.lines import Line

Name = TypeVar("Name")


class Difference(NamedTuple, Generic[Name]):
    """Lines to take back, each with the name by which it stands, and lines to charge."""

    reverse: tuple[tuple[Name, Line], ...]
    post: tuple[Line, ...]

    @property
    def kopecks(self) -> int:
        """What posting it adds to the balance."""
        return sum(line.kopecks for line in self.post) - sum(line.kopecks for _, line in self.reverse)

    def __bool__(self) -> bool:
        return bool(self.reverse or self.post)


def difference(should: Sequence[Line], stands: Iterable[tuple[Name, Line]]) -> Difference[Name]:
    """Equal lines (by content) cancel out, one for one; the rest of both sides is what to do.

    Of equal lines that stand more than once the first ones stay. Done, it leaves nothing to do: afterwards
    what stands is what should.
    """
    missing: dict[tuple[object, ...], list[Line]] = {}
    for line in reversed(should):
        missing.setdefault(line.content, []).append(line)
    surplus: list[tuple[Name, Line]] = []
    for name, line in stands:
        same = missing.get(line.content)
        if same:
            same.pop()
        else:
            surplus.append((name, line))
    left = {id(line) for lines in missing.values() for line in lines}
    return Difference(tuple(surplus), tuple(line for line in should if id(line) in left))


def reversal(line: Line) -> Line:
    """The line that takes another one back: the same, negative, at its own price."""
    return line._replace(kwh=-line.kwh, kopecks=-line.kopecks)
