import re
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from svet.look.csp import ContentSecurityPolicyMiddleware, policy

TEMPLATES = sorted(Path(settings.PACKAGE).glob("**/templates/**/*.html"))


def answer(page: str = "", *, ask_nonce: bool = False) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(request.csp_nonce) if ask_nonce else page)  # type: ignore[attr-defined]

    return ContentSecurityPolicyMiddleware(view)(RequestFactory().get("/"))


def test_the_policy_allows_our_own_files_and_the_banks_form_only() -> None:
    given = answer()["Content-Security-Policy"]
    assert "default-src 'none'" in given
    assert "script-src 'self';" in given
    assert "style-src 'self';" in given
    assert "unsafe" not in given
    for origin in settings.BANK_PAGE_ORIGINS:
        assert origin in given.split("form-action")[1].split(";")[0]


def test_a_nonce_appears_only_when_a_page_asks_for_it() -> None:
    first, second = answer(ask_nonce=True), answer(ask_nonce=True)
    nonce = first.content.decode()
    assert f"'nonce-{nonce}'" in first["Content-Security-Policy"]
    assert nonce != second.content.decode()
    assert "nonce" not in answer()["Content-Security-Policy"]


def test_pages_are_not_kept_by_shared_computers() -> None:
    assert answer()["Cache-Control"] == "private, no-store"


def test_the_policy_names_every_origin_it_was_given() -> None:
    assert "form-action 'self' https://a.example https://b.example" in policy(
        form_action=["https://a.example", "https://b.example"]
    )


def test_no_template_has_inline_code_or_foreign_hosts() -> None:
    assert TEMPLATES
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        if "notices" in path.parts:  # letters are not pages: mail programs know no style sheets
            continue
        assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), f"{path} has an inline handler"
        assert not re.search(r"\sstyle\s*=", text), f"{path} has an inline style"
        assert not re.search(r"<style\b", text), f"{path} has a style element"
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), f"{path} has an inline script"
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), f"{path} loads from another host"


def test_the_style_sheet_names_no_other_host() -> None:
    sheet = Path(settings.PACKAGE, "look/static/look/svet.css").read_text("utf-8")
    assert "url(" not in sheet
    assert "@import" not in sheet
