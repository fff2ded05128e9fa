"""Values made quickly are those that their class makes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field

import pytest

from svet.kernel.making import quickly


@dataclass(frozen=True, slots=True)
class _Stone:
    weight: int
    place: str = "river"
    marks: tuple[str, ...] = ()

    @property
    def heavy(self) -> bool:
        return self.weight > 10


_stone = quickly(_Stone)


def test_a_value_made_quickly_is_one_of_its_class() -> None:
    made, usual = _stone(12, marks=("a",)), _Stone(12, marks=("a",))
    assert (made, hash(made), repr(made)) == (usual, hash(usual), repr(usual))
    assert type(made) is _Stone
    assert (made.heavy, made.place) == (True, "river")
    with pytest.raises(FrozenInstanceError):
        made.weight = 1  # type: ignore[misc]


def test_what_the_class_refuses_is_refused() -> None:
    with pytest.raises(TypeError):
        _stone()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        _stone(1, colour="grey")  # type: ignore[call-arg]


@dataclass(frozen=True, slots=True)
class _Judged:
    weight: int

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ValueError("no stone")


@dataclass(frozen=True, slots=True)
class _Filled:
    marks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Loose:
    weight: int


@pytest.mark.parametrize("made_otherwise", [_Judged, _Filled, _Loose])
def test_a_class_with_a_say_in_its_values_is_not_passed_over(made_otherwise: type[object]) -> None:
    with pytest.raises(TypeError, match="makes its values itself"):
        quickly(made_otherwise)
