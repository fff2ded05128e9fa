"""«Справка о потреблении и платежах»: asked for by whole months, for social protection; its files."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountNotFound, AccountView
from svet.bills import operations, queries, texts
from svet.bills.rules.certificates import CertificateNotFound
from svet.bills.rules.consumption import ConsumptionRefused, usual_months
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.kernel.periods import Month
from svet.look.forms import add_refusal

_REQUIRED = {"required": gettext_lazy("Выберите месяц.")}


class ConsumptionMonths(Form):
    """The first and the last month, of those that are over."""

    since = forms.CharField(
        label=gettext_lazy("Первый месяц"), max_length=7, widget=forms.Select, error_messages=_REQUIRED
    )
    until = forms.CharField(
        label=gettext_lazy("Последний месяц"), max_length=7, widget=forms.Select, error_messages=_REQUIRED
    )

    def offer(self, usual: tuple[Month, Month] | None, *, began: Month | None) -> None:
        """The months to choose from, newest first, and a month that was sent from elsewhere as it is."""
        if usual is None or began is None:
            return
        newest = usual[1]
        offered = [newest.plus(-back) for back in range(newest - began + 1)]
        choices = [(str(month), texts.month_label(month)) for month in offered]
        for (name, field), month in zip(self.fields.items(), usual, strict=True):
            field.initial = str(month)
            sent = str(self.data.get(name, ""))[:7] if self.is_bound else ""
            other = [(sent, sent)] if sent and sent not in dict(choices) else []
            field.widget.choices = [*other, *choices]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def consumption_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """The months to choose, the papers that were given; POST gives one or says beside the field why not."""
    account = _account(request, public_id)
    form = ConsumptionMonths(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            operations.give_consumption(
                actor=actor_of(request), account_public_id=public_id, now=now_of(request), **form.cleaned_data
            )
        except ConsumptionRefused as refused:
            add_refusal(form, refused, texts.explain(refused))
        else:
            messages.success(request, _("Справка готова: ссылка на неё на этой странице."))
            return redirect(f"{reverse('consumption', args=[public_id])}#papers")
    return _page(request, account, form)


def _page(request: HttpRequest, account: AccountView, form: ConsumptionMonths) -> HttpResponse:
    began = queries.began_in(account)
    usual = usual_months(began=began, today=account_queries.provider_today(account.provider, now_of(request)))
    form.offer(usual, began=began)
    context = {
        "form": form,
        "usual": usual,
        "public_id": account.public_id,
        "provider": account.provider.name,
        "number": account.number,
        "papers": [
            texts.consumption_row(
                row,
                pdf=reverse("consumption-pdf", args=[account.public_id, row.public_id]),
                xlsx=reverse("consumption-xlsx", args=[account.public_id, row.public_id]),
            )
            for row in queries.consumption_papers(actor=actor_of(request), account_id=account.account_id)
        ],
    }
    return render(request, "cabinet/consumption.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def consumption_file(
    request: HttpRequest, account_public_id: str, consumption_public_id: str, kind: str
) -> HttpResponse:
    """The paper as a file; the holder is masked for whoever is not confirmed."""
    try:
        file = operations.consumption_file(
            actor=actor_of(request),
            account_public_id=account_public_id,
            public_id=consumption_public_id,
            form=operations.ConsumptionForm(kind),
        )
    except CertificateNotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    name = f'attachment; filename="{file.name}"'
    return HttpResponse(file.content, content_type=file.media_type, headers={"Content-Disposition": name})


def _account(request: HttpRequest, public_id: str) -> AccountView:
    """The account if the person may see it; somebody else's is a 404."""
    try:
        return account_queries.account_for(actor_of(request), public_id=public_id)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=public_id)


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:public_id>/consumption/", consumption_page, name="consumption"),
    *(
        path(
            f"accounts/<public_id:account_public_id>/consumption/<public_id:consumption_public_id>.{kind}",
            consumption_file,
            {"kind": kind},
            name=f"consumption-{kind}",
        )
        for kind in ("pdf", "xlsx")
    ),
]
