"""The content security policy: our own files and sheets, no inline code, forms only to us and the bank."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse  # noqa: TID251 a middleware is HTTP by its nature

from svet.look.sheets import KEPT_COOKIE, KEPT_SECONDS, PageStyles, edition

Answer = Callable[[HttpRequest], HttpResponse]


class Nonce:
    """A nonce made when a template first asks for it; pages that ask for none get none."""

    def __init__(self) -> None:
        self._value = ""

    def __str__(self) -> str:
        self._value = self._value or secrets.token_urlsafe(16)
        return self._value

    @property
    def used(self) -> bool:
        """Whether any template has written it."""
        return bool(self._value)


def policy(
    *, nonce: str = "", form_action: list[str], scripts: bool = True, styles: Sequence[str] = ()
) -> str:
    """The header's text; ``form_action`` are the origins, besides ours, a form may lead to.

    ``styles`` are the hashes of the sheets within the page.

    Without ``scripts`` none runs at all, whatever got into the page: it stands in a sandbox.
    """
    own = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    directives = {
        "default-src": "'none'",
        "script-src": own,
        "style-src": " ".join([own, *styles]),
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "form-action": " ".join(["'self'", *form_action]),
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }
    if not scripts:
        directives |= {"script-src": "'none'", "sandbox": "allow-same-origin allow-forms allow-popups"}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class ContentSecurityPolicyMiddleware:
    """Adds the policy and its sister headers; ``request.csp_nonce`` allows a script or style of ours."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = Nonce()
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        sheets = PageStyles(kept=request.COOKIES.get(KEPT_COOKIE, ""))
        if settings.SHEETS_WITHIN:
            request.svet_sheets = sheets  # type: ignore[attr-defined]
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = policy(
                nonce=str(nonce) if nonce.used else "",
                form_action=settings.BANK_PAGE_ORIGINS,
                # A customer's page before a member of the staff: what it says is not the member's to run.
                scripts=not hasattr(request, "svet_look"),
                styles=sheets.sources,
            )
        if sheets.gave_shared:
            response.set_cookie(
                KEPT_COOKIE,
                edition(),
                max_age=KEPT_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        response.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Pages hold personal data: a shared computer must not keep them. Files are cached by WhiteNoise.
        response.setdefault("Cache-Control", "private, no-store")
        return response
