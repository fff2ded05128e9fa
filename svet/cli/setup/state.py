"""The answers of a set-up, and what of them is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from svet.site.rules import AgreementKind


@dataclass(frozen=True, slots=True)
class SetupState:
    """What stands: the retailer's answers, of suppliers, limits and shops by code, phones of the staff."""

    retailer: Mapping[str, str]
    suppliers: Mapping[str, Mapping[str, str]]
    members: frozenset[str]
    shops: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """A text people agree to."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """What is wanted, every answer judged. What is absent stays as it is.

    ``members`` hold a password beside the answers; it is never printed and never kept in a file.
    """

    retailer: Mapping[str, str] = field(default_factory=dict)
    suppliers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    agreements: Mapping[AgreementKind, Text] = field(default_factory=dict)
    members: tuple[Mapping[str, str], ...] = ()
    shops: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that will be another: ``place`` is how the file names it."""

    place: str
    before: str
    after: str


def changes(plan: SetupPlan, state: SetupState) -> Iterator[Change]:
    """What of the plan differs from what stands."""
    yield from _different("retailer", plan.retailer, state.retailer)
    for code, wanted in plan.suppliers.items():
        yield from _different(f"suppliers.{code}", wanted, state.suppliers.get(code, {}))
    for code, wanted in plan.limits.items():
        yield from _different(f"limits.{code}", wanted, state.limits.get(code, {}))
    for code, wanted in plan.shops.items():
        yield from _different(f"shops.{code}", wanted, state.shops.get(code, {}))


def _different(place: str, wanted: Mapping[str, str], standing: Mapping[str, str]) -> Iterator[Change]:
    for key, value in wanted.items():
        if value != standing.get(key, ""):
            yield Change(f"{place}.{key}", standing.get(key, ""), value)
