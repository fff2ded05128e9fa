"""What the journal keeps of members and of what they sign for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "jobs.retried": gettext_lazy("Фоновая работа запущена снова"),
    "limits.unblocked": gettext_lazy("Снято ограничение"),
    "staff.added": gettext_lazy("Принят сотрудник"),
    "staff.disabled": gettext_lazy("Сотрудник отключён"),
    "staff.enabled": gettext_lazy("Сотрудник снова работает"),
    "staff.factor_forgotten": gettext_lazy("Второй шаг сотрудника сброшен"),
    "staff.identity_bound": gettext_lazy("Служба входа привязана к сотруднику"),
    "staff.identity_forgotten": gettext_lazy("Служба входа отвязана от сотрудника"),
    "staff.password_changed": gettext_lazy("Сотрудник сменил свой пароль"),
    "staff.password_set": gettext_lazy("Сотруднику задан пароль"),
    "staff.provider.refused": gettext_lazy("Вход через службу входа не удался"),
    "staff.role_changed": gettext_lazy("Сотруднику дана другая роль"),
    "staff.sign_in.refused": gettext_lazy("Вход сотрудника не удался"),
}
