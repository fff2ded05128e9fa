"""A provider's month around its charge, as the command line tells of it: checks, dry run, release, retry."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.billing import operations as billing
from svet.billing import queries, texts
from svet.billing.operations.confirming import confirm_totals
from svet.billing.operations.rehearsing import rehearse
from svet.billing.operations.releasing import release as release_month
from svet.billing.queries import dry_runs
from svet.billing.queries.dry_runs import ChargeTotals, DryRunAccountView, DryRunView
from svet.billing.queries.months import checked_month, month_view
from svet.billing.rules.month_checks import CheckState
from svet.billing.texts import month_tables
from svet.billing.texts import months as words
from svet.cli.billing import Say, chosen_month, name_one, parse_month, providers
from svet.config.failures import Failure
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.kernel.words import explain
from svet.look.formats import month, number, roubles

Clock = Callable[[], datetime]
#: So many movers are told; a file has every account.
SHOWN = 10


def check_month(*, period: str, code: str, now: datetime, say: Say) -> bool:
    """Tell each point of the month's check; says whether nothing is in the way.

    :raises Failure: no such month or provider
    """
    parsed, chosen = chosen_month(period=period, code=code)
    done = [_check(provider, parsed, now, say) for provider in chosen]
    return all(done)


def dry_run_month(
    *, period: str, code: str, author: str, seed: int | None, file: Path | None, clock: Clock, say: Say
) -> bool:
    """Make and tell the dry run of one provider or all; says whether each was made.

    :raises Failure: no such month or provider, a file for several providers
    """
    parsed, chosen = chosen_month(period=period, code=code)
    if file is not None and len(chosen) > 1:
        raise Failure(name_one(chosen))
    done = [_dry_run(provider, parsed, author, seed, file, clock, say) for provider in chosen]
    return all(done)


def release(*, period: str, code: str, author: str, clock: Clock, say: Say) -> None:
    """Let a month be charged, as its second person. :raises Failure: no such month or provider

    :raises MonthRefused: the month may not be released, or not by this person
    """
    parsed, provider = parse_month(period), _one(code)
    release_month(
        provider_id=provider.provider_id,
        period=parsed,
        by=Actor.system(author[:100]),
        clock=clock,
        published_only=settings.ENV == "production",
    )
    say(
        _("{title}: выпущено к начислению, подпись: {name}. Теперь: svet bill --period {period}").format(
            title=_title(provider, parsed), name=author, period=parsed
        )
    )


def confirm(*, period: str, code: str, author: str, now: datetime, say: Say) -> None:
    """Say that a month unlike the one before is right. :raises Failure: no such month or provider

    :raises MonthRefused: nothing waits for a word
    """
    parsed, provider = parse_month(period), _one(code)
    confirm_totals(provider_id=provider.provider_id, period=parsed, by=Actor.system(author[:100]), now=now)
    say(
        _("{title}: итоги подтверждены, подпись: {name}. Теперь: svet bill --period {period}").format(
            title=_title(provider, parsed), name=author, period=parsed
        )
    )


def retry(*, period: str, code: str, numbers: Sequence[str], clock: Clock, say: Say) -> bool:
    """Try chosen accounts of a charged month again; says whether all of them are charged.

    :raises Failure: no such month, provider or account
    :raises BillingRefused: the month is not charged yet
    """
    parsed, provider = parse_month(period), _one(code)
    known = [
        each for each in account_queries.account_keys(numbers) if each.provider_id == provider.provider_id
    ]
    missing = sorted(set(numbers) - {each.number for each in known})
    if missing:
        raise Failure(_("Таких лицевых счетов нет: {numbers}").format(numbers=", ".join(missing)))
    billing.run(
        provider_id=provider.provider_id,
        period=parsed,
        now=clock(),
        published_only=settings.ENV == "production",
        accounts=[each.account_id for each in known],
    )
    of_month = queries.problems(provider_ids=[provider.provider_id], period=parsed)
    left = [each for each in of_month if each.account_number in numbers]
    for each in left:
        say(f"{each.account_number}  {texts.problem(each.reason, each.details)}")
    say(
        _("{title}: начислено выбранных счетов: {done} из {of}").format(
            title=_title(provider, parsed), done=number(len(known) - len(left)), of=number(len(known))
        )
    )
    return not left


def _check(provider: ProviderView, period: Month, now: datetime, say: Say) -> bool:
    view = month_view(provider_id=provider.provider_id, period=period)
    alone = not queries.rules_for(provider.provider_id, period).release_required
    say(f"{_title(provider, period)}: {words.state_name(view.state, alone=alone)}")
    points = checked_month(
        provider=provider,
        period=period,
        today=account_queries.provider_today(provider, now),
        published_only=settings.ENV == "production",
    )
    for each in points:
        state, name = words.check_name(each.state), words.point_name(each.point)
        say(f"  {state:>9}  {name}: {words.point_text(each)}")
    return all(each.state is not CheckState.BLOCKED for each in points)


def _dry_run(
    provider: ProviderView,
    period: Month,
    author: str,
    seed: int | None,
    file: Path | None,
    clock: Clock,
    say: Say,
) -> bool:
    title = _title(provider, period)
    try:
        rehearse(
            provider_id=provider.provider_id,
            period=period,
            by=Actor.system(author[:100]),
            clock=clock,
            seed=seed,
        )
    except Refused as refused:
        say(f"{title}: {explain(refused)}")
        return False
    view = dry_runs.dry_run_of(provider_id=provider.provider_id, period=period)
    assert view is not None
    _tell(view, title, say)
    if file is not None:
        _write(file, view)
        say(_("{title}: все лицевые счета записаны в {file}").format(title=title, file=file))
    return True


def _tell(view: DryRunView, title: str, say: Say) -> None:
    say(_("{title}: пробный расчёт, ничего не начислено").format(title=title))
    say("  " + _("было бы начислено: {totals}").format(totals=_totals(view.now)))
    say("  " + _("месяцем раньше: {totals}").format(totals=_totals(view.before)))
    for part in view.parts:
        say(
            f"    {words.part_name(part.part)}: "
            + _("{sum}, {kwh} кВт·ч, лицевых счетов: {accounts}").format(
                sum=roubles(part.kopecks), kwh=number(part.kwh), accounts=number(part.accounts)
            )
        )
    say("  " + _("не начислить: {count}").format(count=number(view.problem_count)))
    for reason, count in view.problems.items():
        say(f"    {number(count):>6}  {texts.problem(reason, {})}")
    say(
        "  "
        + _("изменились больше чем на {percent} %: {count}").format(
            percent=number(view.movers_percent), count=number(view.mover_count)
        )
    )
    for each in dry_runs.movers_of(dry_run_id=view.dry_run_id, limit=SHOWN):
        say(f"    {_account(each)}")
    say("  " + _("посмотрите эти лицевые счета (выбор № {seed}):").format(seed=view.seed))
    for each in dry_runs.sample_of(dry_run_id=view.dry_run_id):
        say(f"    {_account(each)}")
    say("  " + _("отпечаток: {sha256}").format(sha256=view.sha256))


def _totals(totals: ChargeTotals) -> str:
    return _(
        "{sum}, {kwh} кВт·ч, лицевых счетов: {accounts}, без показаний: {estimated} ({percent} %)"
    ).format(
        sum=roubles(totals.kopecks),
        kwh=number(totals.kwh),
        accounts=number(totals.accounts),
        estimated=number(totals.estimated),
        percent=number(totals.estimated_percent),
    )


def _account(each: DryRunAccountView) -> str:
    if each.reason is not None:
        return f"{each.account_number}  {texts.problem_name(each.reason)}"
    said = _("{account}  {sum}, {kwh} кВт·ч, было {former}, {percent}").format(
        account=each.account_number,
        sum=roubles(each.kopecks),
        kwh=number(each.kwh),
        former="—" if each.former_kopecks is None else roubles(each.former_kopecks),
        percent=words.percent(each.moved_percent),
    )
    return said if each.mover is None else f"{said}: {words.mover_name(each.mover)}"


def _write(file: Path, view: DryRunView) -> None:
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
            writer.writerow(month_tables.dry_run_heads())
            for each in dry_runs.accounts_of_dry_run(dry_run_id=view.dry_run_id):
                writer.writerow(month_tables.dry_run_cells(each))
    except OSError as error:
        raise Failure(_("Файл {file} не записать: {error}").format(file=file, error=error.strerror)) from None


def _one(code: str) -> ProviderView:
    chosen = providers(code)
    if len(chosen) > 1:
        raise Failure(name_one(chosen))
    return chosen[0]


def _title(provider: ProviderView, period: Month) -> str:
    return f"{provider.name}, {month(period)}"
