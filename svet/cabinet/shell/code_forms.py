"""The forms of a code and of a passkey: the entrance and the profile ask both."""

from __future__ import annotations

import json

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from svet.cabinet.shell.fields import CodeField, PeopleForm
from svet.people import texts
from svet.people.rules.factors import FactorReason, FactorRefused


class CodeForm(PeopleForm):
    """One code."""

    code = CodeField(label=_("Код из СМС-сообщения"))


class PasskeyForm(PeopleForm):
    """What the browser's script sends of a passkey; the name only when one is added."""

    credential = forms.CharField(required=False, widget=forms.Textarea, label=_("Ключ доступа"))
    name = forms.CharField(required=False, max_length=40, label=_("Название ключа"), initial=_("Мой ключ"))

    def clean_credential(self) -> dict[str, object]:
        try:
            found = json.loads(str(self.cleaned_data.get("credential") or ""))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ValidationError(
                texts.explain(FactorRefused(FactorReason.PASSKEY)), code=FactorReason.PASSKEY.value
            )
        return found
