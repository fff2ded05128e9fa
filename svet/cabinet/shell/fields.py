"""Form fields of people's data: they judge by the rooms' rules and speak the rooms' texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from svet.cabinet.shell.forms import Form
from svet.kernel.refusals import Refused
from svet.look.forms import CodeInput
from svet.people import texts
from svet.people.operations.passwords import acceptable
from svet.people.rules import PasswordRefused, judge_password, normalise_code, normalise_phone


def as_error(refused: Refused) -> ValidationError:
    """A room's refusal as the error of a field."""
    return ValidationError(texts.explain(refused), code=str(refused.reason))


class PhoneField(forms.CharField):
    """A Russian mobile number in any usual spelling; the clean value is E.164."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, **kwargs)

    def clean(self, value: Any) -> str:
        """The number as ``+79XXXXXXXXX``. :raises ValidationError: with the room's sentence."""
        try:
            return normalise_phone(value or "")
        except Refused as refused:
            raise as_error(refused) from None


class PasswordField(forms.CharField):
    """A password: never trimmed, never shown back."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False, strip=False, widget=forms.PasswordInput(render_value=False), **kwargs
        )


class CodeField(forms.CharField):
    """The six digits of a message, however grouped."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, widget=CodeInput(), **kwargs)

    def clean(self, value: Any) -> str:
        """The six digits. :raises ValidationError: no try is spent on anything else."""
        try:
            return normalise_code(value or "")
        except Refused as refused:
            raise as_error(refused) from None


class PeopleForm(Form):
    """A form with passwords, whose every character is the rules' business and not the form's."""

    def _hostile(self, name: str, field: forms.Field) -> ValidationError | None:
        error = super()._hostile(name, field)
        spares = isinstance(field, PasswordField) and error is not None and error.code == "chars"
        return None if spares else error

    def judge_new_password(self, name: str, *, phone: str) -> str:
        """A new password that the rules permit. :raises ValidationError:"""
        try:
            return acceptable(self.cleaned_data.get(name) or "", phone=phone, field=name)
        except PasswordRefused as refused:
            raise as_error(refused) from None


@dataclass(frozen=True, slots=True)
class PasswordLineView:
    """One line of the checklist with its label."""

    reason: str
    ok: bool
    label: str | Promise


def checklist(form: forms.Form, name: str) -> list[PasswordLineView]:
    """«Требования к паролю» judged for what was sent; nothing before that, or when all are met.

    The field comes back empty: six ticks above it would speak of a password that is not there.
    """
    raw = form.data.get(form.add_prefix(name)) if form.is_bound else None
    if not raw:
        return []
    judged = judge_password(raw)
    if all(line.ok for line in judged):
        return []
    return [
        PasswordLineView(line.reason.value, line.ok, texts.PASSWORD_LINES[line.reason]) for line in judged
    ]
