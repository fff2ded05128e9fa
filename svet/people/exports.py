"""The person's own part of the copy: profile, second step, consents, devices, keys, acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.journal import queries as journal
from svet.kernel.personal import MOST_ROWS, DataSubject, ExportSection, PersonalShare, Row
from svet.people import queries
from svet.people.operations import sealing
from svet.people.operations.leaving import forget_person
from svet.people.queries import factors

_PROFILE = (
    "phone",
    "first_name",
    "patronymic",
    "last_name",
    "birth_on",
    "sex",
    "email",
    "email_confirmed_at",
    "language",
    "created_at",
    "password_changed_at",
)
_CONSENT = ("kind", "version", "channel", "address", "given_at", "withdrawn_at")
_DEVICE = ("name", "address", "first_seen_at", "last_seen_at", "trusted_until")
_TOKEN = ("name", "scopes", "created_at", "last_used_at")
#: Subjects of the journal that are nobody's but the person's.
_OWN = frozenset({"token", "passkey"})
_NAMES: Final[Mapping[str, Mapping[str, Promise]]] = {
    "sex": {"male": gettext_lazy("Мужской"), "female": gettext_lazy("Женский")},
    "language": {"ru": gettext_lazy("русский"), "en": gettext_lazy("английский")},
    "kind": {
        "terms": gettext_lazy("Пользовательское соглашение"),
        "personal_data": gettext_lazy("Обработка персональных данных"),
    },
    "channel": {
        "web": gettext_lazy("личный кабинет"),
        "api": gettext_lazy("программа"),
        "office": gettext_lazy("офис"),
    },
}


def _profile(who: DataSubject) -> Row:
    return _fields(queries.person(who.person_id), _PROFILE)


def _second_factor(who: DataSubject) -> Row:
    factor = factors.second_factor(person_id=who.person_id)
    return {
        "application_since": factor.app_since,
        "passkeys": [{"name": one.name, "added_at": one.added_at} for one in factor.passkeys],
        "recovery_codes_left": factor.codes_left,
    }


def _consents(who: DataSubject) -> Sequence[Row]:
    return [_fields(row, _CONSENT) for row in queries.consents(person_id=who.person_id)]


def _devices(who: DataSubject) -> Sequence[Row]:
    return [_fields(row, _DEVICE) for row in queries.devices(person_id=who.person_id)]


def _tokens(who: DataSubject) -> Sequence[Row]:
    return [
        _fields(row, _TOKEN) | {"bounds": [each.meter or each.account for each in row.bounds or ()]}
        for row in queries.tokens(person_id=who.person_id)
    ]


def _acts(who: DataSubject) -> Sequence[Row]:
    """What the person did. What was changed is shown of their own row only: others' names stay theirs."""
    public_id = queries.person(who.person_id).public_id
    shown: list[Row] = []
    for entry in journal.acts_of(person_id=who.person_id, limit=MOST_ROWS):
        own = entry.subject in _OWN or (entry.subject == "person" and entry.subject_id == public_id)
        after = sealing.opened(entry.after, person_id=who.person_id) if own else None
        shown.append(
            {"at": entry.at, "action": entry.action, "address": entry.address, "changed": after or {}}
        )
    return shown


def _looks(who: DataSubject) -> Sequence[Row]:
    """When the staff looked at the cabinet and why; who, is on «Мои данные»: the copy names nobody else."""
    public_id = queries.person(who.person_id).public_id
    found = journal.views_of_cabinet(public_id, limit=MOST_ROWS)
    return [{"at": look.at, "reason": look.reason} for look in found]


def _fields(row: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _words(name: str, value: Any) -> str | Promise | None:
    return _NAMES.get(name, {}).get(value)


EXPORT = PersonalShare(
    sections=(
        ExportSection("profile", gettext_lazy("Личные данные"), 10, _profile, _words),
        ExportSection("second_factor", gettext_lazy("Второй шаг входа"), 11, _second_factor),
        ExportSection("consents", gettext_lazy("Соглашения"), 12, _consents, _words),
        ExportSection("devices", gettext_lazy("Устройства"), 13, _devices),
        ExportSection("tokens", gettext_lazy("Ключи для программ"), 15, _tokens),
        ExportSection("acts", gettext_lazy("Ваши действия"), 80, _acts),
        ExportSection("cabinet_looks", gettext_lazy("Когда сотрудники смотрели кабинет"), 81, _looks),
    ),
    forget=forget_person,
)
