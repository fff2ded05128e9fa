"""Reads: members of the retailer's staff."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from svet.kernel.actors import Actor
from svet.kernel.frozen import frozen
from svet.staffing.models import StaffMember
from svet.staffing.rules import ROLES, Permission, Role


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of staff as desks and the journal know them; ``seal`` changes when sessions must end.

    ``former_seals`` are the same under retired keys of the installation.
    ``password_due``: somebody else gave the password. ``identity``: one of the retailer's own sign-in service
    is bound to them.
    """

    person_id: int
    public_id: str
    name: str
    phone: str
    role: Role
    added_at: datetime
    disabled_at: datetime | None
    last_seen_at: datetime | None
    seal: str
    former_seals: tuple[str, ...]
    identity: bool
    password_due: bool

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the member may do: nothing once disabled."""
        return ROLES[self.role] if self.disabled_at is None else frozenset()

    def actor(self, *, address: str) -> Actor:
        """The member as the author of an act; the journal keeps the name beside the key."""
        return Actor.staff(self.person_id, name=f"{self.name} ({self.role.value})", address=address)


def view(row: StaffMember) -> MemberView:
    """A row as the desks see it."""
    person = row.person
    names = [part for part in (person.last_name, person.first_name, person.patronymic) if part]
    return MemberView(
        person_id=person.pk,
        public_id=row.public_id,
        name=" ".join(names) or person.phone,
        phone=person.phone,
        role=Role(row.role),
        added_at=row.added_at,
        disabled_at=row.disabled_at,
        last_seen_at=row.last_seen_at,
        # Of the password's hash and not the hash: what stands in a session must not help to guess it.
        seal=f"{row.session_epoch}:{person.get_session_auth_hash()[:32]}",
        former_seals=tuple(
            f"{row.session_epoch}:{retired[:32]}" for retired in person.get_session_auth_fallback_hash()
        ),
        identity=bool(row.identity_digest),
        password_due=row.password_due,
    )


def member_of(*, person_id: int) -> MemberView | None:
    """The membership of a person who may sign in to the desks now, or nothing."""
    row = _at_work.first(person_id)
    return None if row is None else view(row)


@frozen
def _at_work(person_id: int) -> QuerySet[StaffMember]:
    rows = StaffMember.objects.filter(person_id=person_id, disabled_at__isnull=True, person__is_active=True)
    return rows.select_related("person")


def names_of(person_ids: Collection[int]) -> dict[int, str]:
    """What these people of the staff, past ones too, are called; by their keys as persons."""
    rows = StaffMember.objects.select_related("person").filter(person_id__in=person_ids)
    return {row.person_id: view(row).name for row in rows}


def members() -> list[MemberView]:
    """Everybody who is or was of the staff: those at work first, by name."""
    rows = StaffMember.objects.select_related("person")
    return sorted(map(view, rows), key=lambda one: (one.disabled_at is not None, one.name))
