"""A month of a provider, from consumption to bills, as the command line does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.billing import operations as billing
from svet.billing import queries, texts
from svet.billing.operations.turnstile import somebody_charges, told_while_waiting
from svet.billing.rules import BillingReason
from svet.bills import operations as bills
from svet.config.failures import Failure
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.kernel.words import explain
from svet.look.formats import month, number, roubles

#: So many accounts of a reason are named by the run; `svet bill problems` names all.
SHOWN = 5
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Insisting:
    """What the operator asks for by name although it is usually refused."""

    before_cut_off: bool = False
    over_gap: bool = False
    issue_anyway: bool = False


def bill_month(*, period: str, code: str, issue: bool, now: datetime, say: Say, insisting: Insisting) -> bool:
    """Charge and issue for one provider or all; says whether nothing is left to do.

    What one provider is refused stops no other.
    :raises Failure: no such month or provider
    """
    parsed, chosen = chosen_month(period=period, code=code)
    done = [
        _bill(provider, parsed, issue=issue, now=now, say=say, insisting=insisting) for provider in chosen
    ]
    return all(done)


def chosen_month(*, period: str, code: str) -> tuple[Month, list[ProviderView]]:
    """The month and the providers a command names. :raises Failure: no such month or provider"""
    return parse_month(period), providers(code)


def parse_month(text: str) -> Month:
    """:raises Failure: not YYYY-MM"""
    try:
        return Month.parse(text)
    except ValueError:
        raise Failure(
            _("{given}: месяц пишется ГГГГ-ММ, с 2000-01 по 2199-12").format(given=text[:20])
        ) from None


def providers(code: str, *, all_services: bool = False) -> list[ProviderView]:
    """The provider with this code, or all of those that are charged here. :raises Failure: there is none"""
    known_here = account_queries.providers() if all_services else account_queries.charging_providers()
    found = sorted(known_here, key=lambda one: one.code)
    chosen = [provider for provider in found if code in ("", provider.code)]
    if not chosen:
        if not found:
            raise Failure(_("Поставщиков ещё нет: svet setup"))
        known = ", ".join(provider.code for provider in found)
        raise Failure(_("Поставщика с кодом {code} нет; есть {known}").format(code=code, known=known))
    return chosen


def name_one(chosen: Sequence[ProviderView]) -> str:
    """What is said where one provider must be named and there are several."""
    codes = ", ".join(provider.code for provider in chosen)
    return _("Назовите поставщика: --provider; есть {codes}").format(codes=codes)


def waiting_line(title: str) -> str:
    """What whoever charges says while a register is before it."""
    return _("{title}: ждём конца загрузки реестра, дальше пойдёт само").format(title=title)


def _once(tell: Callable[[], object]) -> Callable[[], None]:
    told: list[object] = []

    def first() -> None:
        if not told:
            told.append(tell())

    return first


def _bill(
    provider: ProviderView, period: Month, *, issue: bool, now: datetime, say: Say, insisting: Insisting
) -> bool:
    title = f"{provider.name}, {month(period)}"
    if somebody_charges(provider.provider_id):
        say(
            _(
                "{title}: этого поставщика сейчас начисляет другая команда или строится история демонстрации;"
                " ждём её"
            ).format(title=title)
        )
    try:
        with told_while_waiting(_once(lambda: say(waiting_line(title)))):
            report = billing.run(
                provider_id=provider.provider_id,
                period=period,
                now=now,
                before_cut_off=insisting.before_cut_off,
                over_gap=insisting.over_gap,
                # People must never be asked for money at prices that were made up for a demonstration.
                published_only=settings.ENV == "production",
            )
    except Refused as refused:
        say(f"{title}: {explain(refused)}")
        return False
    say(
        _(
            "{title}: начислено {sum}, лицевых счетов: {charges}, строк: {lines}, без показаний: {estimated},"
            " не начислено: {problems}"
        ).format(
            title=title,
            sum=roubles(report.total_kopecks),
            charges=number(report.charges),
            lines=number(report.lines),
            estimated=number(report.estimated),
            problems=number(report.problems),
        )
    )
    _tell_problems(report.run_id, say)
    earlier = queries.open_months(provider_id=provider.provider_id, before=period)
    for found in earlier:
        say(
            _("{title}: за {month} остаётся не начислено: {problems} (svet bill problems)").format(
                title=title, month=month(found.period), problems=number(found.problems)
            )
        )
    issued = not issue or _issue(provider, period, title, now=now, say=say, insisting=insisting)
    return issued and not report.problems and not earlier


def _tell_problems(run_id: int, say: Say) -> None:
    """How many accounts for what reason, and the first of them."""
    for found in queries.problem_counts(run_id=run_id, first=SHOWN):
        say(f"{number(found.count):>8}  {texts.problem(found.reason, {})}")
        rest = "" if found.count <= len(found.accounts) else " …"
        say(f"{'':>8}  {', '.join(found.accounts)}{rest}")


def _issue(
    provider: ProviderView, period: Month, title: str, *, now: datetime, say: Say, insisting: Insisting
) -> bool:
    try:
        report = bills.issue(
            provider_id=provider.provider_id, period=period, now=now, despite_problems=insisting.issue_anyway
        )
    except Refused as refused:
        say(f"{title}: {explain(refused)}")
        return False
    say(
        _("{title}: выставлено счетов: {issued}, были раньше: {already}").format(
            title=title, issued=number(report.issued), already=number(report.already)
        )
    )
    warn_of_issue(report, title=title, say=say)
    return True


def warn_of_issue(report: bills.IssueReport, *, title: str, say: Say) -> None:
    """What is wrong with bills that were issued all the same, and what was shown of penalties on them."""
    shown = report.penalties
    if shown.accounts:
        say(
            _("{title}: пени показаны на {accounts} л/с, проведено {sum}").format(
                title=title, accounts=number(shown.accounts), sum=roubles(shown.kopecks, sign=True)
            )
        )
    if shown.untold and shown.missing is not None:
        say(
            _("{title}: пени не сказаны на {accounts} л/с: {why} (svet law enter)").format(
                title=title, accounts=number(shown.untold), why=explain(shown.missing)
            )
        )
    if report.without_code:
        say(
            _(
                "{title}: без QR-кода для оплаты: {bills}. Заполните реквизиты поставщика (счёт, БИК, банк,"
                " корреспондентский счёт)"
            ).format(title=title, bills=number(report.without_code))
        )
    if report.overtaken:
        say(
            _("{title}: у {accounts} л/с уже есть более поздний счёт, начисленное войдёт в следующий").format(
                title=title, accounts=number(report.overtaken)
            )
        )


def list_problems(*, period: str, code: str, reason: str, say: Say) -> None:
    """Every account that could not be charged, with the reason and what to do.

    Without a month those of all months that are still open. :raises Failure: no such month or provider
    """
    found = queries.problems(
        provider_ids=[provider.provider_id for provider in providers(code)],
        period=parse_month(period) if period else None,
        reason=BillingReason(reason) if reason else None,
    )
    count = 0
    for problem in found:
        count += 1
        words = texts.problem(problem.reason, problem.details)
        say(f"{problem.provider_code}  {problem.period}  {problem.account_number}  {words}")
    say(_("Не начислено: {count}").format(count=number(count)))


def list_differences(*, code: str, say: Say) -> None:
    """Accounts whose charges are not what all their readings, days and prices give together; changes nothing.

    :raises Failure: no such provider
    """
    for provider in providers(code):
        checked = found = kopecks = 0
        for difference in queries.differences(provider_id=provider.provider_id):
            checked += 1
            if difference is not None:
                found += 1
                kopecks += difference.more_kopecks
                say(f"{provider.code}  {difference.account_number}  {_difference(difference)}")
        say(
            _("{provider}: сверено лицевых счетов: {checked}, расходятся: {found}, всего {sum}").format(
                provider=provider.name,
                checked=number(checked),
                found=number(found),
                sum=roubles(kopecks, sign=True),
            )
        )


def _difference(found: queries.DifferenceView) -> str:
    cause = texts.difference_cause(found.cause)
    if found.kwh is None or found.kopecks is None:
        why = texts.problem_name(found.reason) if found.reason else ""
        return f"{cause}: {why}"
    return _("начислено {charged} кВт·ч, {sum}, по всем данным {kwh} кВт·ч, {should}: {cause}").format(
        charged=number(found.charged_kwh),
        sum=roubles(found.charged_kopecks),
        kwh=number(found.kwh),
        should=roubles(found.kopecks),
        cause=cause,
    )
