"""The forms' common ground: hostile input is refused before any field looks at it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.http import HttpRequest, HttpResponse  # noqa: TID251 the faces' common ground
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svet.kernel.locks import Busy
from svet.kernel.refusals import Refused

LONGEST_VALUE = 1_000
#: The code of the error of a password that was right and must be typed again.
AGAIN = "again"
#: What a page says when somebody else's work stands before it: a register, a month that is charged.
BUSY = _(
    "Сейчас с этими данными идёт большая работа: начисление или загрузка реестра. Ничего не записано."
    " Попробуйте через несколько минут."
)
LONGEST_TEXT = 10_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", re.ASCII)


class Form(forms.Form):
    """A Django form that answers duplicated, over-long and control-character input by itself.

    A value that fails here never reaches the field's own checks, so no pattern ever runs over a
    megabyte. Error codes are ``duplicate_parameter``, ``too_long`` and ``chars``.
    """

    use_required_attribute = True
    #: What the operation behind the form has said against it, once it was asked.
    refused: Refused | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        """Judge the raw values first; each field's own ``clean`` is asked only about what passed."""
        for name, field in self.fields.items():
            field.clean = partial(self._clean_unless_hostile, name, field)  # type: ignore[method-assign]
        super().full_clean()

    def _clean_unless_hostile(self, name: str, field: forms.Field, *value: Any) -> Any:
        error = None if field.disabled else self._hostile(name, field)
        if error is not None:
            raise error
        return type(field).clean(field, *value)

    def _hostile(self, name: str, field: forms.Field) -> ValidationError | None:
        """Why the raw value of a field is not even looked at, or nothing."""
        many = isinstance(field, forms.MultipleChoiceField) or isinstance(
            field.widget, (forms.SelectMultiple, forms.MultipleHiddenInput, forms.MultiWidget)
        )
        getlist = getattr(self.data, "getlist", None)
        key = self.add_prefix(name)
        values = getlist(key) if getlist is not None else [self.data[key]] if key in self.data else []
        if len(values) > 1 and not many:
            return ValidationError(
                _("Это значение пришло несколько раз. Обновите страницу и введите его ещё раз."),
                code="duplicate_parameter",
            )
        text = isinstance(field.widget, forms.Textarea)
        longest = LONGEST_TEXT if text else LONGEST_VALUE
        limit = getattr(field, "max_length", None)
        for value in values:
            if not isinstance(value, str):
                continue
            if len(value) > (max(limit * 4, 64) if limit else longest):
                return ValidationError(_("Слишком длинное значение."), code="too_long")
            if any(_is_control(sign, text=text) for sign in value):
                return ValidationError(
                    _("Здесь есть невидимые символы. Введите значение с клавиатуры."), code="chars"
                )
        return None


class CodeInput(forms.PasswordInput):
    """Where a code is typed: readable, and never shown back, so that a wrong one need not be rubbed out."""

    input_type = "text"


class DayField(forms.Field):
    """A day as browsers send it (2026-11-22) or as people write it (22.11.2026)."""

    def __init__(self, *, label: Any, required: bool = False) -> None:
        super().__init__(
            label=label, required=required, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        )

    def to_python(self, value: Any) -> date | None:
        text = str(value or "").strip()
        if not text:
            return None
        if len(text) > 10 or _DAY.fullmatch(text) is None:
            raise ValidationError(gettext("Введите дату, например 22.11.2026."), code="chars")
        form = "%Y-%m-%d" if "-" in text else "%d.%m.%Y"
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 a day has no zone
        except ValueError as wrong:
            raise ValidationError(gettext("Такого дня нет в календаре."), code="no_such_day") from wrong
        if not 2000 <= day.year < 2199:
            raise ValidationError(gettext("Такого дня нет в календаре."), code="no_such_day")
        return day


class SpanForm(Form):
    """The first and the last day of something; where nothing was sent yet the usual ones stand there."""

    since = DayField(label=_("Дата с"), required=True)
    until = DayField(label=_("Дата по"), required=True)

    def __init__(self, data: Mapping[str, Any] | None, *, usual: tuple[date, date]) -> None:
        super().__init__(data, initial=dict(zip(("since", "until"), usual, strict=True)))
        for field in self.fields.values():
            field.error_messages["required"] = _("Введите дату, например 22.11.2026.")


def _is_control(sign: str, *, text: bool) -> bool:
    """NUL and other control characters; a longer text may have line breaks and tabs."""
    if text and sign in "\r\n\t":
        return False
    return unicodedata.category(sign) == "Cc"


def add_refusal(form: forms.Form, refused: Refused, text: str) -> None:
    """Show an operation's refusal beside the field at fault, or above the form when there is none."""
    field = refused.field if refused.field in form.fields else None
    form.add_error(field, ValidationError(text, code=str(refused.reason)))


def first_error(errors: ErrorList | None) -> str:
    """The sentence to show when there is room for one."""
    return str(errors[0]) if errors else ""


def ask_secrets_again(form: forms.Form) -> None:
    """A refused form comes back without its passwords: say so beside each that was right."""
    if not form.is_bound or not form.errors:
        return
    for name, field in form.fields.items():
        secret = isinstance(field.widget, forms.PasswordInput) and not isinstance(field.widget, CodeInput)
        if secret and name not in form.errors and form.data.get(form.add_prefix(name)):
            form.add_error(name, ValidationError(_("Введите пароль ещё раз."), code=AGAIN))


def form_page(
    request: HttpRequest,
    template: str,
    context: Callable[[], dict[str, Any]],
    *,
    form: Form,
    explain: Callable[[Refused], str],
    act: Callable[[], HttpResponse | None] | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    """The whole dance of a page with a form: a form that was sent and is whole is acted on.

    ``act`` does it and answers where to go next; nothing, when it has put an error into the form itself. What
    it refuses stands beside the field at fault in the words of ``explain``, and the page comes again with
    status 422, or 429 and ``Retry-After`` when one must wait, or 409 when somebody holds a lock. ``refused``
    is a refusal that came before.
    ``context`` is built last; ``form.refused`` is known by then.
    """
    busy = False
    if act is not None and request.method == "POST" and form.is_valid():
        try:
            response = act()
        except Refused as error:
            refused = error
        except Busy:
            form.add_error(None, BUSY)
            busy = True
        else:
            if response is not None:
                return response
    form.refused = refused
    if refused is not None:
        add_refusal(form, refused, explain(refused))
    ask_secrets_again(form)
    status = 422 if form.is_bound and form.errors else 200
    response = told_to_wait(render(request, template, context(), status=status), refused)
    return told_busy(response) if busy else response


def told_busy(response: HttpResponse) -> HttpResponse:
    """The same answer as 409 with ``Retry-After``: somebody else's work ends by itself."""
    response.status_code = 409
    response.headers["Retry-After"] = "60"
    return response


def told_to_wait(response: HttpResponse, refused: Refused | None) -> HttpResponse:
    """The same answer as 429 with ``Retry-After`` when the refusal ends by itself after some seconds."""
    wait = getattr(refused, "retry_after", None)
    if wait is not None:
        response.status_code = 429
        response.headers["Retry-After"] = str(wait)
    return response
