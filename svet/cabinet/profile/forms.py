"""The forms of the profile; each part is kept on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from svet.cabinet.shell.fields import CodeField, PasswordField, PeopleForm, PhoneField, as_error
from svet.kernel.refusals import Refused
from svet.people import texts
from svet.people.rules import (
    PasswordReason,
    PasswordRefused,
    ProfileReason,
    Scope,
    normalise_email,
    normalise_name,
    refuse_birth_date,
)
from svet.people.rules.names import FullName, ProfileRefused
from svet.people.rules.scopes import terms
from svet.webhooks import texts as hook_texts
from svet.webhooks.rules import HookEvent


class PersonForm(PeopleForm):
    """Name, day of birth, sex."""

    last_name = forms.CharField(required=False, label=_("Фамилия"))
    first_name = forms.CharField(required=False, label=_("Имя"))
    patronymic = forms.CharField(required=False, label=_("Отчество"))
    birth_on = forms.DateField(
        required=False,
        label=_("Дата рождения"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": "1900-01-01"}),
        error_messages={"invalid": _("Введите дату так: 01.07.1965.")},
    )
    sex = forms.ChoiceField(
        required=False,
        label=_("Пол"),
        choices=list(texts.SEXES.items()),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Выберите пол из списка.")},
    )

    @property
    def name(self) -> FullName:
        """The name as it was typed."""
        return FullName(
            first_name=self.cleaned_data["first_name"],
            patronymic=self.cleaned_data["patronymic"],
            last_name=self.cleaned_data["last_name"],
        )

    def _name(self, name: str) -> str:
        try:
            return normalise_name(str(self.cleaned_data.get(name) or ""), field=name)
        except Refused as refused:
            raise as_error(refused) from None

    def clean_last_name(self) -> str:
        return self._name("last_name")

    def clean_first_name(self) -> str:
        return self._name("first_name")

    def clean_patronymic(self) -> str:
        return self._name("patronymic")

    def clean_birth_on(self) -> object:
        born = self.cleaned_data.get("birth_on")
        try:
            refuse_birth_date(born, today=timezone.localdate())
        except Refused as refused:
            raise as_error(refused) from None
        return born


class EmailForm(PeopleForm):
    """A new e-mail address."""

    email = forms.CharField(
        required=False,
        strip=False,
        label=_("Электронная почта"),
        widget=forms.TextInput(attrs={"type": "email", "inputmode": "email"}),
    )

    def clean_email(self) -> str:
        try:
            return normalise_email(str(self.cleaned_data.get("email") or ""))
        except Refused as refused:
            raise as_error(refused) from None


class OtherEmailForm(EmailForm):
    """Another address in the place of a confirmed one; the password proves that it is the person who asks."""

    password = PasswordField(label=_("Ваш пароль"))

    def clean_password(self) -> str:
        return filled(self.cleaned_data, "password")


class EmailCodeForm(PeopleForm):
    """The code of the letter."""

    code = CodeField(label=_("Код из письма"))


class PhoneForm(PeopleForm):
    """A new phone; the password proves that it is the person who asks."""

    phone = PhoneField(label=_("Новый номер телефона"))
    password = PasswordField(label=_("Ваш пароль"))

    def clean_password(self) -> str:
        return filled(self.cleaned_data, "password")


class PhoneCodesForm(PeopleForm):
    """Both codes of a change of phone."""

    old_code = CodeField(label=_("Код с прежнего номера"))
    new_code = CodeField(label=_("Код с нового номера"))


class PasswordForm(PeopleForm):
    """«Изменить пароль»."""

    current = PasswordField(label=_("Текущий пароль"))
    new = PasswordField(label=_("Новый пароль"))
    repeat = PasswordField(label=_("Повтор пароля"))
    revoke_keys = forms.BooleanField(
        required=False, initial=True, label=_("Отозвать и ключи для программ: они перестанут действовать")
    )
    # The question stood on the page: without it an absent tick would not be a «no».
    keys_asked = forms.BooleanField(required=False, widget=forms.HiddenInput, initial=True)

    def __init__(self, data: Mapping[str, object] | None = None, *, phone: str = "") -> None:
        super().__init__(data)
        self._phone = phone

    @property
    def keep_keys(self) -> bool:
        """Whether the person was asked about their keys and lets them live."""
        return bool(self.cleaned_data["keys_asked"]) and not self.cleaned_data["revoke_keys"]

    def clean_current(self) -> str:
        return filled(self.cleaned_data, "current")

    def clean_new(self) -> str:
        return self.judge_new_password("new", phone=self._phone)

    def clean_repeat(self) -> str:
        repeat = str(self.cleaned_data.get("repeat") or "")
        if "new" in self.cleaned_data and repeat != self.cleaned_data["new"]:
            raise as_error(PasswordRefused(PasswordReason.DIFFERENT))
        return repeat


class ConfirmForm(PeopleForm):
    """The password once more, before a change of the way in."""

    password = PasswordField(label=_("Ваш пароль"))

    def clean_password(self) -> str:
        return filled(self.cleaned_data, "password")


class DeletionForm(ConfirmForm):
    """The password and a tick: a cabinet does not come back."""

    sure = forms.BooleanField(
        required=False, label=_("Понимаю, что кабинет не восстановить: удалить его навсегда")
    )

    def clean_sure(self) -> bool:
        if not self.cleaned_data.get("sure"):
            raise ValidationError(_("Поставьте отметку, если решили удалить кабинет."), code="required")
        return True


class PasskeyNameForm(PeopleForm):
    """Another name of a passkey."""

    name = forms.CharField(required=False, max_length=40, label=_("Название ключа"))


class LostPhoneForm(PhoneForm):
    """A new phone of somebody whose old one is lost: the office decides."""

    comment = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Что случилось с прежним номером (необязательно)"),
    )


class KeyReach(StrEnum):
    """How much of the cabinet a new key opens."""

    ALL = "all"
    ACCOUNTS = "accounts"
    METERS = "meters"


class TokenForm(PeopleForm):
    """A new key to the API; ``accounts`` and ``meters`` are what the person may bind it to."""

    name = forms.CharField(required=False, max_length=60, label=_("Для чего ключ"))
    reach = forms.ChoiceField(
        required=False,
        label=_("Что он открывает"),
        choices=[
            (KeyReach.ALL.value, _("Весь кабинет")),
            (KeyReach.ACCOUNTS.value, _("Только отмеченные лицевые счета")),
            (KeyReach.METERS.value, _("Только отмеченные приборы учёта")),
        ],
        initial=KeyReach.ALL.value,
        widget=forms.RadioSelect,
        help_text=_(
            "Прибору, который сам передаёт показания, хватит одного прибора учёта и одного разрешения: "
            "с таким ключом он не сможет ничего другого."
        ),
    )
    accounts = forms.MultipleChoiceField(
        required=False, label=_("Лицевые счета для ключа"), widget=forms.CheckboxSelectMultiple
    )
    meters = forms.MultipleChoiceField(
        required=False, label=_("Приборы учёта для ключа"), widget=forms.CheckboxSelectMultiple
    )
    scopes = forms.MultipleChoiceField(
        required=False,
        label=_("Что он разрешает"),
        choices=[(scope.value, texts.SCOPES[scope]) for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
    )
    expires_in_days = forms.TypedChoiceField(
        required=False,
        label=_("Сколько он действует"),
        coerce=int,
        empty_value=None,
        choices=lambda: [(days, days_of(days)) for days in terms(most_days=settings.TOKEN_DAYS)],
        initial=lambda: terms(most_days=settings.TOKEN_DAYS)[-1],
        widget=forms.RadioSelect,
    )
    password = PasswordField(label=_("Ваш пароль"))

    def clean_password(self) -> str:
        return filled(self.cleaned_data, "password")

    def __init__(
        self, data: object, *, accounts: Sequence[tuple[str, str]], meters: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        for name, choices in ((KeyReach.ACCOUNTS, accounts), (KeyReach.METERS, meters)):
            field = self.fields[name.value]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, object]:
        found: dict[str, object] = super().clean() or self.cleaned_data
        found["reach"] = found.get("reach") or KeyReach.ALL.value
        for name in (KeyReach.ACCOUNTS, KeyReach.METERS):
            ticked = bool(found.get(name))
            if name.value in self.errors:
                continue
            if found["reach"] == name and not ticked:
                self.add_error(name.value, texts.explain(ProfileRefused(ProfileReason.NO_BOUNDS)))
            elif found["reach"] != name and ticked:
                # A key that opens more than was meant is worse than one question more.
                self.add_error("reach", _("Вы отметили строки ниже, но выбрали другое. Выберите одно."))
        return found


class WebhookForm(PeopleForm):
    """An address for messages to a program."""

    url = forms.CharField(
        required=False,
        label=_("Адрес программы"),
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
    events = forms.MultipleChoiceField(
        required=False,
        label=_("О чём сообщать"),
        choices=[(event.value, hook_texts.EVENT_NAMES[event]) for event in HookEvent],
        widget=forms.CheckboxSelectMultiple,
    )
    password = PasswordField(label=_("Ваш пароль"))

    def clean_password(self) -> str:
        return filled(self.cleaned_data, "password")


def days_of(days: int) -> str:
    """A term as people say it."""
    if days == 365:
        return str(_("Год"))
    return ngettext("%(count)d день", "%(count)d дней", days) % {"count": days}


def filled(cleaned: Mapping[str, object], name: str) -> str:
    """A password that was typed at all. :raises ValidationError:"""
    value = str(cleaned.get(name) or "")
    if not value:
        reason = PasswordReason.REQUIRED
        raise ValidationError(texts.explain(PasswordRefused(reason)), code=reason.value)
    return value
