"""The forms of the entrance: registration, sign-in, codes, recovery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from svet.cabinet.shell.fields import PasswordField, PeopleForm, PhoneField, as_error
from svet.kernel.refusals import Refused
from svet.look.forms import CodeInput
from svet.people import texts
from svet.people.rules import PasswordReason, PasswordRefused, normalise_code
from svet.people.rules.entrance import RegistrationReason
from svet.people.rules.factors import recovery_code_in
from svet.people.rules.passwords import LONGEST_PASSWORD


class NeededTick(forms.CheckboxInput):
    """A tick the browser asks for before it sends: a refused form would cost its password."""

    def __init__(self) -> None:
        super().__init__(attrs={"required": True, "data-missing": _("Чтобы продолжить, поставьте отметку.")})


class RegistrationForm(PeopleForm):
    """«Регистрация»."""

    phone = PhoneField(label=_("Телефон"))
    password = PasswordField(label=_("Пароль"))
    agreed = forms.BooleanField(
        required=False, label=_("Я принимаю пользовательское соглашение"), widget=NeededTick()
    )
    consented = forms.BooleanField(
        required=False, label=_("Я даю согласие на обработку персональных данных"), widget=NeededTick()
    )

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


class RecoveryForm(PeopleForm):
    """«Вспомнить пароль»: the phone."""

    phone = PhoneField(label=_("Телефон"))


class NewPasswordForm(PeopleForm):
    """«Вспомнить пароль»: the new password."""

    new = PasswordField(label=_("Новый пароль"))

    def clean_new(self) -> str:
        return self.judge_new_password("new", phone="")


class SecondStepForm(PeopleForm):
    """A code of the application, or one of the recovery sheet."""

    code = forms.CharField(required=False, strip=False, max_length=32, label=_("Код"), widget=CodeInput())

    def clean_code(self) -> str:
        typed = str(self.cleaned_data.get("code") or "")
        if recovery_code_in(typed) is not None:
            return typed
        try:
            return normalise_code(typed)
        except Refused as refused:
            raise as_error(refused) from None


class LostForm(PeopleForm):
    """What the office should know of somebody who has lost the second step."""

    comment = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Что случилось (необязательно)"),
    )


class AgreementsForm(PeopleForm):
    """One tick for each text of which a newer version is in force."""

    def __init__(self, data: Mapping[str, object] | None = None, *, kinds: Sequence[str]) -> None:
        super().__init__(data)
        for kind in kinds:
            self.fields[kind] = forms.BooleanField(
                label=_("Принимаю"), error_messages={"required": _("Чтобы продолжить, поставьте отметку.")}
            )
