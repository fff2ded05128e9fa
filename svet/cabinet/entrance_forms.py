"""The forms of the entrance: registration, sign-in, codes, recovery."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from svet.cabinet.fields import CodeField, PasswordField, PeopleForm, PhoneField
from svet.people import texts
from svet.people.operations.registration import RegistrationReason
from svet.people.rules import PasswordReason, PasswordRefused
from svet.people.rules.passwords import LONGEST_PASSWORD


class RegistrationForm(PeopleForm):
    """«Регистрация»."""

    phone = PhoneField(label=_("Телефон"))
    password = PasswordField(label=_("Пароль"))
    agreed = forms.BooleanField(required=False, label=_("Я принимаю пользовательское соглашение"))
    consented = forms.BooleanField(required=False, label=_("Я даю согласие на обработку персональных данных"))

    def clean_password(self) -> str:
        return self.judge_new_password("password", phone=str(self.cleaned_data.get("phone") or ""))

    def _tick(self, name: str, reason: RegistrationReason) -> bool:
        if not self.cleaned_data.get(name):
            raise ValidationError(str(texts.AGREEMENTS[reason]), code=reason.value)
        return True

    def clean_agreed(self) -> bool:
        return self._tick("agreed", RegistrationReason.NOT_AGREED)

    def clean_consented(self) -> bool:
        return self._tick("consented", RegistrationReason.NOT_CONSENTED)


class SignInForm(PeopleForm):
    """«Вход»."""

    phone = PhoneField(label=_("Телефон"))
    password = PasswordField(label=_("Пароль"))

    def clean_password(self) -> str:
        password = str(self.cleaned_data.get("password") or "")
        if not password:
            raise ValidationError(
                texts.explain(PasswordRefused(PasswordReason.REQUIRED)), code=PasswordReason.REQUIRED.value
            )
        # What no password can be is no password of anybody's: the answer is the usual one.
        return password[: LONGEST_PASSWORD + 1]


class CodeForm(PeopleForm):
    """One code."""

    code = CodeField(label=_("Код из СМС-сообщения"))


class RecoveryForm(PeopleForm):
    """«Вспомнить пароль»: the phone."""

    phone = PhoneField(label=_("Телефон"))


class NewPasswordForm(PeopleForm):
    """«Вспомнить пароль»: the new password."""

    new = PasswordField(label=_("Новый пароль"))

    def clean_new(self) -> str:
        return self.judge_new_password("new", phone="")
