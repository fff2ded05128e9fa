"""«Кассовые чеки»: those that failed or are late, why, and sending one again, or all of one reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from svet.fiscal import operations, queries, texts
from svet.fiscal.queries import FiscalReceiptView
from svet.fiscal.rules.again import (
    LONGEST_DOCUMENT,
    MADE,
    AgainAs,
    again_as,
    may_be_absent,
    may_be_closed,
)
from svet.fiscal.rules.corrections import LONGEST_GROUND, CorrectionBasis, CorrectionConflict
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import SETTLED, ReceiptState
from svet.kernel.refusals import Refused
from svet.look.formats import number
from svet.look.forms import DayField, Form
from svet.look.requests import now_of
from svet.payments.operations.bank_receipts import ask_late_again
from svet.payments.queries.bank_receipts import late_bank_receipts
from svet.payments.rules.receipts import ToldState
from svet.staff.money.words import explain, how_long
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing.rules import Permission
from svet.staffing.texts import name_in_words

_BADGES = {
    ReceiptState.PENDING: "warning",
    ReceiptState.SENT: "info",
    ReceiptState.DONE: "success",
    ReceiptState.FAILED: "error",
    ReceiptState.CLOSED: "info",
}
#: So many receipts one press of the button tries.
MOST_AT_ONCE = 200
_TRIED = frozenset({ReceiptState.PENDING, ReceiptState.FAILED})


class ClosingForm(ReasonForm):
    """What stands for a receipt that no till makes, and why."""

    document = forms.CharField(
        label=gettext_lazy("Документ вместо чека"),
        help_text=gettext_lazy("Номер чека коррекции или другого документа, по которому расчёт оформлен."),
        max_length=LONGEST_DOCUMENT,
        required=False,
    )
    field_order = ["document", "reason"]


class CorrectionForm(Form):
    """On what ground a correction is made; the operation judges it."""

    basis = forms.ChoiceField(
        label=gettext_lazy("Почему исправляем"),
        choices=[
            (CorrectionBasis.SELF.value, gettext_lazy("Нашли сами")),
            (CorrectionBasis.INSTRUCTION.value, gettext_lazy("По предписанию налоговой")),
        ],
    )
    number = forms.CharField(
        label=gettext_lazy("Номер документа-основания"),
        help_text=gettext_lazy("Служебной записки, акта или предписания налоговой."),
        max_length=LONGEST_GROUND,
        required=False,
    )
    day = DayField(label=gettext_lazy("Дата документа-основания"))
    looked = forms.BooleanField(label=gettext_lazy("Чека этих денег нет ни в одной кассе"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def receipt(request: HttpRequest, receipt_public_id: str) -> HttpResponse:
    """One receipt: its lines, where it stands and why; POST sends it again, closes or corrects it."""
    found = queries.receipt_by_id(receipt_public_id)
    if found is None:
        deny_as_missing(request, subject="receipt", public_id=receipt_public_id)
    asked = request.POST.get("act", "") if request.method == "POST" else None
    if asked == "sign":
        _sign(request, found)
    elif asked is not None and asked not in ("close", "correct"):
        _send_again(request, found)
    if asked is not None and asked not in ("close", "correct"):
        return redirect("staff-money-receipt", receipt_public_id)
    form = ClosingForm(request.POST if asked == "close" else None)
    correcting = CorrectionForm(request.POST if asked == "correct" else None)

    def correct() -> HttpResponse:
        data = correcting.cleaned_data
        try:
            waits = operations.correct_receipt(
                public_id=found.public_id,
                basis=CorrectionBasis(data["basis"]),
                number=data["number"],
                day=data["day"],
                looked=data["looked"],
                by=actor_of(request),
                now=now_of(request),
            )
        except CorrectionConflict as refused:
            if refused.field:
                raise
            # Another was faster: the page has no such form any more.
            messages.error(request, explain(refused))
            return redirect("staff-money-receipt", receipt_public_id)
        said = _("Записано и ждёт второй подписи.") if waits else _("Чек коррекции уйдёт в кассу.")
        messages.success(request, said)
        return redirect("staff-money-receipt", receipt_public_id)

    def act() -> HttpResponse:
        operations.close_receipt(
            public_id=found.public_id,
            document=form.cleaned_data["document"],
            why=form.cleaned_data["reason"],
            by=actor_of(request),
            now=now_of(request),
        )
        messages.success(request, _("Чек закрыт: касса его больше не получит."))
        return redirect("staff-money-receipt", receipt_public_id)

    def context() -> dict[str, Any]:
        return {
            "row": shown_receipt(found, now=now_of(request)),
            "form": form,
            "correcting": correcting,
            "mine": member_at(request).person_id == found.written_by_id,
        }

    own, do = (correcting, correct) if asked == "correct" else (form, act)
    return answer(request, "staff/money_receipt.html", context, form=own, act=do, explain=explain)


def _sign(request: HttpRequest, found: FiscalReceiptView) -> None:
    shown = request.POST.get("shown", "")
    try:
        operations.sign_correction(
            public_id=found.public_id, shown=shown, by=actor_of(request), now=now_of(request)
        )
    except Refused as refused:
        messages.error(request, explain(refused))
    else:
        messages.success(request, _("Подписано: чек коррекции уйдёт в кассу."))


def _send_again(request: HttpRequest, found: FiscalReceiptView) -> None:
    absent = request.POST.get("act") == "absent"
    if absent and not request.POST.get("looked"):
        messages.error(request, _("Отметьте, что чека в кабинете кассы нет: иначе чеков может стать два."))
        return
    try:
        how = operations.try_again(
            public_id=found.public_id, by=actor_of(request), now=now_of(request), absent=absent
        )
    except (operations.ReceiptConflict, operations.ReceiptNotFound) as refused:
        messages.error(request, explain(refused))
    else:
        messages.success(request, texts.sent_again(how))


@require_POST
@desk_page(Permission.MONEY)
def again_all(request: HttpRequest) -> HttpResponse:
    """Send again what stands still for one reason, the oldest first and so many at a press.

    Or, of receipts that the bank's own till makes, ask the bank about the late ones once more.
    """
    if request.POST.get("act") == "bank":
        asked = ask_late_again(now=now_of(request), by=actor_of(request))
        if asked:
            messages.success(request, _("Банк спросим заново. Чеков: %(count)s.") % {"count": number(asked)})
        else:
            messages.info(request, _("Банк уже сказал обо всех чеках."))
        return redirect("staff-money")
    try:
        reason = ReceiptReason(request.POST.get("reason", "")[:40])
    except ValueError:
        messages.error(request, _("Выберите причину из списка."))
        return redirect("staff-money")
    try:
        done = operations.try_all_again(
            reason=reason, by=actor_of(request), now=now_of(request), limit=MOST_AT_ONCE
        )
    except operations.ReceiptConflict as refused:
        messages.error(request, explain(refused))
        return redirect("staff-money")
    if done.tried:
        said = ngettext(
            "Уйдёт в кассу заново %(count)s чек.", "Уйдут в кассу заново %(count)s чеков.", done.tried
        )
        messages.success(request, said % {"count": number(done.tried)})
    if done.refused:
        held = _("Чеков, которые отправить пока нельзя: %(count)s.")
        messages.warning(request, held % {"count": number(done.refused)})
    if not (done.tried or done.refused):
        messages.info(request, _("Чеков с такой причиной уже нет."))
    return redirect("staff-money")


def reasons(*, now: datetime) -> list[dict[str, Any]]:
    """Why receipts stand still, how many for each, and whether all may be sent again."""
    return [
        {"one": one, "why": texts.why(one.reason), "count": number(one.count)}
        for one in queries.reasons_standing(now=now)
    ]


def late_at_banks(*, limit: int, now: datetime) -> list[dict[str, Any]]:
    """Receipts of a bank's own till that it has not told of, the oldest first, in words."""
    return [
        {
            "one": one,
            "said": said_by_bank(one.state),
        }
        for one in late_bank_receipts(now=now, limit=limit)
    ]


def said_by_bank(state: ToldState) -> str:
    """What the bank has said of a receipt that is late."""
    return _("банк говорит, что не пробит") if state is ToldState.FAILED else _("банк молчит")


def shown_receipt(one: FiscalReceiptView, *, now: datetime) -> dict[str, Any]:
    """A receipt in words."""
    return {
        "receipt": one,
        "kind": texts.kind_word(one.kind, corrects=one.corrects),
        "state": texts.state_word(one.state),
        "badge": _BADGES[one.state],
        "why": _why(one),
        "waits": "" if one.state in SETTLED else how_long(now - one.made_at),
        "lines": [(line, texts.line_word(line.kind, line.name)) for line in one.lines],
        "may_send": one.state in _TRIED and one.reason not in MADE,
        "anew": again_as(one.reason) is AgainAs.ANOTHER and one.state is ReceiptState.FAILED,
        "may_be_absent": one.state in _TRIED and may_be_absent(one.reason),
        "may_close": may_be_closed(one.state, one.reason),
        "basis": texts.basis_word(one.ground.basis) if one.ground else "",
        "to_sign": one.ground is not None and not one.corrects,
        "written_by": name_in_words(one.written_by) if one.written_by else "",
    }


def _why(one: FiscalReceiptView) -> str:
    """Why it stands here: whoever looks for what to sign finds that first."""
    if one.ground is not None and not one.corrects:
        return _("Чек коррекции записан и ждёт второй подписи.")
    return texts.why(one.reason) if one.reason else ""


def late(*, limit: int, now: datetime, text: str = "", kopecks: int | None = None) -> list[dict[str, Any]]:
    """What the desk lists, the longest waiting first; of a sum or a number, where asked."""
    found = queries.late_receipts(now=now, limit=limit, text=text, kopecks=kopecks)
    return [shown_receipt(one, now=now) for one in found]


urlpatterns: list[URLPattern] = [
    path("money/receipts/", again_all, name="staff-money-receipts"),
    path("money/receipts/<public_id:receipt_public_id>/", receipt, name="staff-money-receipt"),
]
