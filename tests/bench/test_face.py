"""The pure parts of the face's benchmark: goals, table, links, reports."""

from __future__ import annotations

import importlib

import pytest

from bench.face.goals import Row, Scores, Visit, median_scores, median_visit, table
from bench.face.lighthouse import cookie_header, read_report
from bench.face.pages import NOT_IN_THE_TOWN, first_link, ids_of, name_of, pattern_of
from bench.face.visitor import forms_of, links_in
from bench.face.visits import of_a_new_device
from bench.face.ways import WAYS, one_time_code
from tests.face.routes import page_rows

GOOD = Visit(60 * 1024, 15 * 1024, 6, 1, 1500, 0.0004, 100)
FULL = Scores(98, 100, 100, 100)


@pytest.mark.parametrize("module", ["__main__", "browser", "shots", "standing", "traces", "visits", "ways"])
def test_every_part_imports(module: str) -> None:
    importlib.import_module(f"bench.face.{module}")


def test_the_last_allowed_number_keeps_the_goal() -> None:
    assert Row("page", True, GOOD, FULL).misses() == []


def test_every_goal_can_be_missed() -> None:
    bad = Visit(60 * 1024 + 1, 15 * 1024 + 1, 9, 9, 1501, 0.001, 104)
    misses = Row("page", True, bad, Scores(97, 99, 99, 99)).misses()
    assert [line.split()[0] for line in misses] == [
        "first", "next", "LCP", "CLS", "INP", "performance", "accessibility", "best", "SEO",
    ]  # fmt: skip


def test_only_public_pages_are_to_be_found_by_search_engines() -> None:
    assert Row("page", False, GOOD, Scores(98, 100, 100, 60)).misses() == []
    assert "noindex" in table([Row("page", False, GOOD, Scores(98, 100, 100, 60))])


def test_a_mark_that_was_not_given_is_a_miss() -> None:
    assert len(Row("page", True, GOOD, Scores(-1, -1, -1, -1)).misses()) == 4


def test_medians_are_taken_number_by_number() -> None:
    other, third = Visit(1, 2, 3, 4, 5.0, 0.5, 300.0), Visit(2, 3, 4, 5, 2000.0, 0.0, 16.0)
    assert median_visit([GOOD, other, third]) == Visit(2, 3, 4, 4, 1500, 0.0004, 100)
    assert median_scores([FULL, Scores(50, 50, 50, 50), Scores(99, 90, 100, 100)]) == Scores(98, 90, 100, 100)


def test_a_link_must_be_of_the_routes_shape_from_end_to_end() -> None:
    links = ["/accounts/add/", "/accounts/a1/charges/", "/accounts/b2/"]
    assert first_link(links, pattern_of("accounts/<account_id>/")) == "/accounts/b2/"
    assert first_link(links, pattern_of("accounts/<account_id>/charges/")) == "/accounts/a1/charges/"
    assert first_link(links, pattern_of("bills/<bill_id>/")) == ""


def test_an_address_tells_its_ids_by_the_names_of_every_route_of_its_shape() -> None:
    routes = ["payment/orders/<order_id>/", "staff/billing/<code>/<period>/", "bills/<bill_id>/"]
    assert list(ids_of("/staff/billing/ues/2026-11/", routes)) == [("code", "ues"), ("period", "2026-11")]
    assert list(ids_of("/payment/orders/k3/", routes)) == [("order_id", "k3")]
    assert list(ids_of("/payment/orders/k3/back/", routes)) == []


def test_a_page_tells_where_it_leads_and_what_its_forms_would_send() -> None:
    html = """<a class="x" href="/bills/?a=1&amp;b=2#c">a</a><a href="../two/">b</a><a href="https://bank.example/">c</a>
      <form method="post" action="/go/"><input type="hidden" name="key" value="k"><input name="empty">
      <input type="checkbox" name="tick" value="1" checked><input type="checkbox" name="tick" value="2">
      <input type="radio" name="kind" value="a"><input type="radio" name="kind" value="b" checked>
      <select name="month"><option value="10"><option value="11" selected></select>
      <select name="first"><option value="x"><option value="y"></select>
      <textarea name="words"> so </textarea><button name="act" value="show">Show</button></form>"""
    assert links_in(html, address="http://here/one/") == ["/bills/", "/two/"]
    (form,) = forms_of(html)
    assert (form.action, form.posts, form.buttons) == ("/go/", True, {"act": "show"})
    assert form.values == {
        "key": ["k"], "empty": [""], "tick": ["1"], "kind": ["b"], "month": ["11"], "first": ["x"],
        "words": ["so"],
    }  # fmt: skip
    assert {*form.values, "act"} == form.names


def test_a_name_of_a_page_is_the_name_of_a_file() -> None:
    assert name_of("accounts/<account_id>/charges/") == "accounts-account_id-charges"
    assert name_of("/entrance/?tab=sign-in") == "entrance-tab-sign-in"


def test_ways_and_excuses_are_of_pages_that_exist() -> None:
    routes = {row.route for row in page_rows()}
    assert set(WAYS) <= routes
    assert set(NOT_IN_THE_TOWN) <= routes


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_the_authenticator_shows_what_the_standard_says(at: int, code: str) -> None:
    """Vectors of RFC 6238, appendix B, cut to six digits."""
    assert one_time_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", at=at) == code


def test_nobody_has_no_cookies() -> None:
    assert cookie_header(None) == ""
    assert (
        cookie_header({"cookies": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]}) == "a=1; b=2"
    )


def test_a_report_names_what_cost_marks_and_forgives_what_has_no_weight() -> None:
    audits = {
        "slow": {"id": "slow", "score": 0.4, "displayValue": "3 s"},
        "light": {"id": "light", "score": 0.1},
        "unknown": {"id": "unknown", "score": None},
    }
    refs = [{"id": "slow", "weight": 5}, {"id": "light", "weight": 0}, {"id": "unknown", "weight": 1}]
    categories = {
        name: {"score": score, "auditRefs": refs if name == "performance" else []}
        for name, score in (
            ("performance", 0.874),
            ("accessibility", 1),
            ("best-practices", 1),
            ("seo", None),
        )
    }
    environment = {"benchmarkIndex": 1234.5}
    report = read_report({"categories": categories, "audits": audits, "environment": environment})
    assert report.scores == Scores(87, 100, 100, -1)
    assert report.failed == ("performance: slow 3 s",)
    assert report.machine == 1234.5


def test_an_empty_cache_comes_without_the_word_of_what_is_in_it() -> None:
    """Who was signed in on the way here was given the shared sheet; the browser measured has nothing."""
    kept = [{"name": "__Host-svet-sheet", "value": "1"}, {"name": "svet-sheet", "value": "1"}]
    own = [{"name": "svet", "value": "2"}, {"name": "svet-csrf", "value": "3"}]
    state = {"cookies": kept + own, "origins": []}
    assert of_a_new_device(state) == {"cookies": own, "origins": []}
    assert of_a_new_device(None) is None
