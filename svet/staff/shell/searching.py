"""What the staff look for is about people: it goes in a body and stays in the session, never in an address.

Addresses are kept by browsers, proxies and logs. A search is sent by POST, kept in the member's session, and
shown at an address with a key that means nothing elsewhere; so «Back» and a reload show it again.
"""

from __future__ import annotations

import secrets
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

_KEPT: Final = "searches"
#: Searches one session remembers; «Back» beyond them shows the empty desk.
MOST: Final = 30
_LONGEST: Final = 200
_FIELDS: Final = 10


def keep_search(request: HttpRequest) -> HttpResponse:
    """Keep what was posted and lead to the page that shows its answer."""
    sent = [
        (name[:40], value[:_LONGEST])
        for name, value in request.POST.items()
        if name != "csrfmiddlewaretoken" and isinstance(value, str)
    ]
    if not any(value for _, value in sent):
        return redirect(request.path)
    key = secrets.token_urlsafe(16)
    kept = [*_kept(request).items(), (key, urlencode(sent[:_FIELDS]))]
    request.session[_KEPT] = dict(kept[-MOST:])
    return redirect(f"{request.path}?{urlencode({'s': key})}")


def asked_of(request: HttpRequest) -> QueryDict:
    """What the search of this address asked; nothing where there is none, or it is another session's."""
    return QueryDict(_kept(request).get(request.GET.get("s", ""), ""))


def _kept(request: HttpRequest) -> dict[str, str]:
    kept = request.session.get(_KEPT)
    return kept if isinstance(kept, dict) else {}
