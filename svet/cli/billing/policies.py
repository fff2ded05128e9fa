"""The rules of a provider's charging as the command line shows and sets them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from svet.billing import operations as billing
from svet.billing import queries
from svet.billing.rules import Proration, Rules
from svet.cli.billing import Say, name_one, parse_month, providers
from svet.config.failures import Failure
from svet.kernel.actors import Actor
from svet.look.formats import day, month, number, roubles
from svet.penalties import texts as penalty_texts
from svet.penalties.operations import PenaltyPolicyOutcome, set_penalty_policy
from svet.penalties.queries import choices_of, last_runs
from svet.penalties.rules.policies import PenaltyMode, choice_on
from svet.penalties.rules.streams import AllocationOrder
from svet.tariffs.texts import explain as explain_law


def show_policies(*, code: str, today: date, say: Say) -> None:
    """The rules of a provider or of all, row by row. :raises Failure: no such provider"""
    for provider in providers(code):
        say(f"{provider.code}  {provider.name}")
        rows = queries.policies(provider_id=provider.provider_id)
        if not rows:
            say("  " + _("ничего не задано: {rules}").format(rules=_rules(Rules())))
        for place, row in enumerate(rows):
            last = place + 1 == len(rows)
            holds = row.valid_from <= today and (last or today < rows[place + 1].valid_from)
            since = _("с {day} (действует): {rules}") if holds else _("с {day}: {rules}")
            say("  " + since.format(day=day(row.valid_from), rules=_rules(row.rules)))


def set_policy(
    *,
    code: str,
    since: str,
    norm: Decimal | None,
    proration: Proration | None,
    average_periods: int | None,
    average_base_months: int | None,
    average_base_least: int | None,
    problems_percent: Decimal | None,
    movers_percent: Decimal | None = None,
    release_required: bool | None = None,
    decision_kopecks: int | None = None,
    brake_kopecks: int | None = None,
    brake_months: int | None = None,
    totals_percent: Decimal | None = None,
    movers_share: Decimal | None = None,
    now: datetime,
    say: Say,
) -> None:
    """Let rules hold from a month. :raises Failure: no such month or provider, or several to choose from

    :raises PolicyRefused: the rules cannot be, or the month is charged
    """
    chosen = providers(code)
    if len(chosen) > 1:
        raise Failure(name_one(chosen))
    report = billing.set_policy(
        provider_id=chosen[0].provider_id,
        valid_from=parse_month(since).first,
        norm_kwh_per_person=norm,
        proration=proration,
        average_periods=average_periods,
        average_base_months=average_base_months,
        average_base_least=average_base_least,
        problems_percent=problems_percent,
        movers_percent=movers_percent,
        release_required=release_required,
        decision_kopecks=decision_kopecks,
        brake_kopecks=brake_kopecks,
        brake_months=brake_months,
        totals_percent=totals_percent,
        movers_share=movers_share,
        by=Actor.system("svet policy set"),
        now=now,
    )
    outcome = {
        billing.PolicyOutcome.ADDED: _("записано"),
        billing.PolicyOutcome.CHANGED: _("изменено"),
        billing.PolicyOutcome.UNCHANGED: _("так и было"),
    }[report.outcome]
    since_day = _("с {day}").format(day=day(report.valid_from))
    say(f"{chosen[0].code}  {since_day}, {outcome}: {_rules(report.rules)}")


def _rules(rules: Rules) -> str:
    """The rules as a line: what stands without a name there is a norm, and so on."""
    norm = rules.norm_kwh_per_person
    by_day = rules.proration is Proration.BY_DAY
    parts = [
        _("норматив не задан")
        if norm is None
        else _("норматив {kwh} кВт·ч на человека").format(kwh=number(norm)),
        _("смена цен по дням") if by_day else _("смена цен по показанию"),
        _("по среднему месяцев подряд: {periods}, за {months} месяцев, не меньше {least}").format(
            periods=rules.average_periods, months=rules.average_base_months, least=rules.average_base_least
        ),
        _("счета не выставляются, если не начислено больше {percent} %").format(
            percent=number(rules.problems_percent)
        ),
        _("заметное изменение — больше {percent} %").format(percent=number(rules.movers_percent)),
        _("решение больше {sum} подписывают двое").format(sum=roubles(rules.decision_kopecks)),
        _("пересчёт счёта больше {sum} или старше {months} месяцев ждёт человека").format(
            sum=roubles(rules.brake_kopecks), months=rules.brake_months
        ),
        _(
            "счета ждут человека, если сумма месяца изменилась больше чем на {sum} % или заметно изменились"
            " больше {accounts} % счетов"
        ).format(sum=number(rules.totals_percent), accounts=number(rules.movers_share)),
        _("начисляют после выпуска вторым сотрудником")
        if rules.release_required
        else _("ВТОРАЯ ПОДПИСЬ НЕ ТРЕБУЕТСЯ: начисляют без выпуска"),
    ]
    return "; ".join(parts)


def show_penalty_policies(*, code: str, today: date, say: Say) -> None:
    """What suppliers do about penalties, and how their months ran. :raises Failure: no such provider"""
    for provider in providers(code):
        choices = choices_of(provider.provider_id)
        now = penalty_texts.choice_words(choice_on(choices, today))
        say(f"{provider.code}  {provider.name}: {now}")
        for row in choices:
            since = _("с {day}: {rules}").format(
                day=day(row.since), rules=penalty_texts.choice_words(row.choice)
            )
            say("  " + since)
        for run in last_runs(provider.provider_id, limit=12):
            said = _("{month}: лицевых счетов {accounts}, проведено {sum}, не сказано {untold}").format(
                month=month(run.period),
                accounts=number(run.accounts),
                sum=roubles(run.kopecks, sign=True),
                untold=number(run.untold),
            )
            say(f"  {said}" + (f". {explain_law(run.missing)}" if run.untold and run.missing else ""))


def choose_penalties(
    *,
    code: str,
    since: str,
    mode: PenaltyMode | None,
    order: AllocationOrder | None,
    now: datetime,
    say: Say,
) -> None:
    """Let a choice about penalties hold from a month.

    :raises Failure: no such month or provider, or several to choose from
    :raises PenaltyPolicyRefused: bills of the month are out
    """
    chosen = providers(code)
    if len(chosen) > 1:
        raise Failure(name_one(chosen))
    first = parse_month(since).first
    outcome = set_penalty_policy(
        provider_id=chosen[0].provider_id,
        since=first,
        mode=mode,
        order=order,
        by=Actor.system("svet policy penalties"),
        now=now,
    )
    said = {
        PenaltyPolicyOutcome.ADDED: _("записано"),
        PenaltyPolicyOutcome.CHANGED: _("изменено"),
        PenaltyPolicyOutcome.UNCHANGED: _("так и было"),
    }[outcome]
    held = penalty_texts.choice_words(choice_on(choices_of(chosen[0].provider_id), first))
    since_day = _("с {day}").format(day=day(first))
    say(f"{chosen[0].code}  {since_day}, {said}: {held}")
