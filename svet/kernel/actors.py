"""Who does a thing: a customer, a member of staff, a program, or nobody known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    PERSON = "person"
    STAFF = "staff"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of an act.

    ``person_id`` is the key of a row of ``people`` for customers and staff, ``name`` names the member of
    staff as the journal shows them, or a job or an import of the system, ``address`` is the client's
    network address where one is known.
    """

    kind: ActorKind
    person_id: int | None = None
    name: str = ""
    address: str = ""

    @classmethod
    def person(cls, person_id: int, *, address: str = "") -> Actor:
        """A signed-in customer."""
        return cls(ActorKind.PERSON, person_id, address=address)

    @classmethod
    def staff(cls, person_id: int, *, name: str = "", address: str = "") -> Actor:
        """A signed-in member of the retailer's staff."""
        return cls(ActorKind.STAFF, person_id, name=name[:100], address=address)

    @classmethod
    def system(cls, name: str) -> Actor:
        """A background job, a register import or a command; ``name`` says which."""
        return cls(ActorKind.SYSTEM, name=name)

    @classmethod
    def anonymous(cls, *, address: str = "") -> Actor:
        """Somebody who has not signed in."""
        return cls(ActorKind.ANONYMOUS, address=address)
