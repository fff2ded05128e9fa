"""«Помощь»: questions and answers made from the guide, a search that works everywhere, the hotline."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_safe

from svet.cabinet.help import standing
from svet.cabinet.help.faq import QUESTIONS, find

LONGEST_QUERY = 100


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Every question, or those that hold all the words of ``?q=``."""
    query = " ".join(request.GET.get("q", "")[:LONGEST_QUERY].replace("\x00", "").split())
    found = find(query) if query else list(QUESTIONS)
    return render(request, "cabinet/help.html", {"query": query, "questions": found})


urlpatterns: list[URLPattern] = [path("help/", help_page, name="help"), *standing.urlpatterns]
