"""The forms of «Абоненты и группы»."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from svet.accounts.queries import GroupView
from svet.accounts.rules import BillDelivery
from svet.cabinet.shell.forms import Form


class AddForm(Form):
    """«Добавить абонента»: the two numbers that stand in every bill."""

    account_number = forms.CharField(
        label=gettext_lazy("Номер абонента"),
        help_text=gettext_lazy("Это лицевой счёт: 10 цифр вверху квитанции."),
        required=False,
        strip=False,
    )
    meter_number = forms.CharField(
        label=gettext_lazy("Номер прибора учёта"),
        help_text=gettext_lazy(
            "Он стоит в квитанции и на самом счётчике, под штрихкодом. "
            "Если счётчик меняли, нужен номер нового."
        ),
        required=False,
        strip=False,
    )
    group = forms.CharField(required=False, widget=forms.HiddenInput)


class NameForm(Form):
    """The name of a group."""

    name = forms.CharField(label=gettext_lazy("Название группы"), required=False)


class AliasForm(Form):
    """The person's own name for an account, and its group."""

    alias = forms.CharField(
        label=gettext_lazy("Название для себя"),
        help_text=gettext_lazy("Например: «Мамина квартира». Видите его только вы."),
        required=False,
    )
    group = forms.ChoiceField(label=gettext_lazy("Группа"), required=False)

    def __init__(self, *args: Any, groups: list[GroupView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(group.public_id, group.name) for group in groups]
        field = self.fields["group"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class DeliveryForm(Form):
    """«Способ получения счета»."""

    delivery = forms.ChoiceField(
        label=gettext_lazy("Способ получения счета"),
        choices=[
            (BillDelivery.EMAIL.value, gettext_lazy("Получать счета на e-mail")),
            (BillDelivery.BOTH.value, gettext_lazy("Получать бумажные счета и счета на e-mail")),
            (BillDelivery.PAPER.value, gettext_lazy("Получать бумажные счета")),
        ],
        widget=forms.RadioSelect,
    )
