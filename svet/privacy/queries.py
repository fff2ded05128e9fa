"""Everything kept about a person, and nothing about anybody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from svet.accounts.queries import copies as account_copies
from svet.journal import queries as journal
from svet.metering import copies as metering
from svet.notices import queries as notices
from svet.office import queries as office_queries
from svet.payments import copies as payments
from svet.people import factors, queries, sealing
from svet.people.queries import PersonView
from svet.support import copies as support

Row = Mapping[str, Any]
#: No section is longer: who needs more than this asks the office.
MOST_ROWS = 5_000
_OWN = frozenset({"token", "passkey"})


def everything(*, person_id: int, now: datetime) -> dict[str, Any]:
    """All of it as plain values; keys are the words of the API."""
    person = queries.person(person_id)
    factor = factors.second_factor(person_id=person_id)
    return {
        "made_at": now,
        "profile": _profile(person),
        "second_factor": {
            "application_since": factor.app_since,
            "passkeys": [{"name": one.name, "added_at": one.added_at} for one in factor.passkeys],
            "recovery_codes_left": factor.codes_left,
        },
        "consents": [
            _fields(row, "kind", "version", "channel", "address", "given_at", "withdrawn_at")
            for row in queries.consents(person_id=person_id)
        ],
        "devices": [
            _fields(row, "name", "address", "first_seen_at", "last_seen_at", "trusted_until")
            for row in queries.devices(person_id=person_id)
        ],
        "browsers": [
            {"name": row.label, "since": row.created_at} for row in notices.browsers(person.recipient_id)
        ],
        "tokens": [
            _fields(row, "name", "scopes", "created_at", "last_used_at")
            for row in queries.tokens(person_id=person_id)
        ],
        "office_requests": [
            _fields(row, "number", "kind", "phone", "comment", "state", "asked_at", "decided_at", "decision")
            for row in office_queries.office_requests(person_id=person_id)
        ],
        "accounts": account_copies.links_of(person_id=person_id)[:MOST_ROWS],
        "readings": metering.sent_by(person_id=person_id, limit=MOST_ROWS),
        "payments": payments.made_by(person_id=person_id, limit=MOST_ROWS),
        "cards": payments.cards_named_by(person_id=person_id),
        "appeals": support.written_by(person_id=person_id)[:MOST_ROWS],
        "notices": notices.told_to(recipient_id=person.recipient_id, limit=MOST_ROWS),
        "acts": _acts(person),
    }


def sections(copy: Mapping[str, Any]) -> list[tuple[str, str, Sequence[Row]]]:
    """The same, as tables to read, each with its name and title."""
    titles = {
        "profile": _("Личные данные"),
        "second_factor": _("Второй шаг входа"),
        "consents": _("Соглашения"),
        "devices": _("Устройства"),
        "browsers": _("Уведомления на устройствах"),
        "tokens": _("Ключи для программ"),
        "office_requests": _("Заявки в офис"),
        "accounts": _("Лицевые счета в кабинете"),
        "readings": _("Переданные показания"),
        "payments": _("Платежи"),
        "cards": _("Карты"),
        "appeals": _("Обращения"),
        "notices": _("Уведомления"),
        "acts": _("Ваши действия"),
    }
    return [
        (key, title, [copy[key]] if isinstance(copy[key], Mapping) else copy[key])
        for key, title in titles.items()
    ]


def _profile(person: PersonView) -> dict[str, Any]:
    names = ("phone", "first_name", "patronymic", "last_name", "birth_on", "sex", "email")
    more = ("email_confirmed_at", "language", "created_at", "password_changed_at")
    return _fields(person, *names, *more)


def _fields(row: object, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _acts(person: PersonView) -> list[Row]:
    """What the person did. What was changed is shown of their own row only: others' names stay theirs."""
    shown: list[Row] = []
    for entry in journal.acts_of(person_id=person.person_id, limit=MOST_ROWS):
        own = entry.subject in _OWN or (entry.subject == "person" and entry.subject_id == person.public_id)
        after = sealing.opened(entry.after, person_id=person.person_id) if own else None
        shown.append(
            {"at": entry.at, "action": entry.action, "address": entry.address, "changed": after or {}}
        )
    return shown
