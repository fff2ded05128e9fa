"""Ordering the bank's faults by hand, on its page."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from svet.sandbox import outer
from svet.sandbox.outer import WorldDown
from svet.sandbox.pages import down
from svet.sandbox.trouble_words import APIS, TROUBLES


@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Let something go wrong from now on; a number that is none is taken for 1."""
    chosen = next((one for one in TROUBLES if one.name == request.POST.get("trouble")), None)
    if chosen is None:
        raise Http404
    typed = request.POST.get("n", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 3 else 1
    fields = chosen.fields(min(max(number, 1), 100))
    try:
        # A fault is ordered at each of the bank's APIs: which of them a shop speaks is the shop's affair.
        for path in APIS if chosen.order == "fault" else ("",):
            outer.trouble(chosen.order, **(fields | ({"path": path} if path else {})))
    except WorldDown:
        return down(request, "/sandbox/bank/")
    messages.success(request, _("Заказано: %(what)s.") % {"what": chosen.words})
    return redirect("/sandbox/bank/")
