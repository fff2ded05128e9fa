"""What the office has to enter before people can be served: the retailer, suppliers, prices, staff, law."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from svet.accounts.queries import ProviderView, provider_today, providers
from svet.billing.queries.policies import rules_for
from svet.cli.doctor.findings import Finding, Findings, Health
from svet.fiscal.operations.cashboxes import has_secret
from svet.fiscal.queries import cashboxes, lacking_cashboxes, tills_to_enter, unmade_count
from svet.fiscal.rules.vat import RATES
from svet.kernel.periods import Month
from svet.look.formats import day, number
from svet.look.formats import month as month_name
from svet.look.services import service_name
from svet.payments.operations.receipts import shops_without_receipts
from svet.payments.queries.bank_receipts import late_bank_receipt_count
from svet.payments.queries.receipts import makers
from svet.payments.rules.receipts import ReceiptMaker
from svet.penalties.queries import untold_runs
from svet.site.queries import is_set_up
from svet.staffing.queries import members
from svet.staffing.rules import Role
from svet.tariffs.queries.law import law_in_force
from svet.tariffs.queries.norms import loaded_norms
from svet.tariffs.queries.tariffs import demonstration_groups, group_codes, group_tariffs
from svet.tariffs.rules.law import Law, LawMissing
from svet.tariffs.rules.tariffs import PriceMissing
from svet.tariffs.texts import explain

#: How long before the end of a table of law one is told.
SOON = timedelta(days=45)
#: The table of VAT comes with the program: a newer one takes longer than a line typed here.
VAT_SOON = timedelta(days=120)
_REQUISITES = ("legal_name", "inn", "settlement_account", "bank_name", "bic", "correspondent_account")


def look_at_set_up() -> Findings:
    """Who runs the portal, and who of the staff can work."""
    if is_set_up():
        yield Finding(Health.WELL, _("Компания"), _("Название и горячая линия заданы."))
    else:
        yield Finding(Health.ILL, _("Компания"), _("Не сказано, чей это портал."), "svet setup")
    staff = [member for member in members() if member.disabled_at is None]
    for role, name in (
        (Role.SECURITY, _("Администратор безопасности")),
        (Role.BILLING, _("Инженер расчётов")),
        (Role.OPERATOR, _("Оператор")),
    ):
        if any(member.role is role for member in staff):
            yield Finding(Health.WELL, name, _("Есть."))
        else:
            health = Health.ILL if role is Role.SECURITY else Health.SOON
            yield Finding(health, name, _("Такого сотрудника нет."), "svet staff add")


def look_at_suppliers(*, now: datetime, production: bool) -> Findings:
    """Requisites, prices and the rules of each supplier, today and next month."""
    found = providers()
    if not found:
        yield Finding(Health.ILL, _("Поставщики"), _("Нет ни одного поставщика услуг."), "svet setup")
    for provider in found:
        yield from _supplier(provider, today=provider_today(provider, now), production=production)


def _supplier(provider: ProviderView, *, today: date, production: bool) -> Findings:
    what = provider.name
    if any(not getattr(provider, name) for name in _REQUISITES):
        yield Finding(
            Health.ILL, what, _("Реквизиты неполны: платить ему нельзя, счёт не печатается."), "svet setup"
        )
    if not provider.service.charged_here:
        said = _("%(service)s: суммы приходят реестрами поставщика.") % {
            "service": service_name(provider.service)
        }
        yield Finding(Health.WELL, what, said)
        return
    month = Month.of(today)
    if not provider.region or not group_codes(provider.region):
        yield Finding(Health.ILL, what, _("Нет цен его региона."), "svet tariffs load FILE")
        return
    for period, health in ((month, Health.ILL), (month.plus(1), Health.SOON)):
        lacking = [
            code
            for code in group_codes(provider.region)
            if not _has_prices(provider.region, code, on=period.first)
        ]
        if lacking:
            said = _("На {since} нет цен групп: {groups}.").format(
                since=day(period.first), groups=", ".join(lacking[:5])
            )
            yield Finding(health, what, said, "svet tariffs load FILE")
            break
    if production and (invented := demonstration_groups(region=provider.region, period=month)):
        said = _("Цены групп {groups} придуманы для примера.").format(groups=", ".join(invented[:5]))
        yield Finding(Health.ILL, what, said, "svet tariffs load FILE")
    if rules_for(provider.provider_id, month).norm_kwh_per_person is None and not loaded_norms(
        [provider.region], on=today
    ):
        yield Finding(
            Health.SOON,
            what,
            _("Норматив не задан: без показаний не будет начислено ничего, только замечено."),
            "svet policy set --norm",
        )
    yield Finding(Health.WELL, what, _("Поставщик внесён."))


def _has_prices(region: str, code: str, *, on: date) -> bool:
    try:
        group_tariffs(region, code, on=on).on(on)
    except PriceMissing:
        return False
    return True


def look_at_law(*, now: datetime) -> Findings:
    """How far the tables of law reach: behind their end nothing is guessed, so somebody waits."""
    known, today = law_in_force(), now.date()
    for what, behind, ask, mend in _asked(known):
        ends = _end(ask, today)
        if ends is None:
            yield Finding(Health.WELL, what, _("Известно на полгода вперёд."))
        elif ends < today:
            said = _("Известно только по {until}: расчёт позже этого дня будет отклонён.").format(
                until=day(ends)
            )
            yield Finding(behind, what, said, mend)
        else:
            health = Health.SOON if ends - today <= SOON else Health.WELL
            said = _("Известно по {until}.").format(until=day(ends))
            yield Finding(health, what, said, mend if health is Health.SOON else "")
    for run in untold_runs():
        said = _("За {month} не показаны на {accounts} л/с. {why}").format(
            month=month_name(run.period),
            accounts=number(run.untold),
            why=explain(run.missing) if run.missing else "",
        )
        yield Finding(Health.SOON, _("Пени"), said.strip(), "svet law enter")


def look_at_receipts(*, now: datetime) -> Findings:
    """Tills of suppliers whose payments want one, whether their secrets are there, how far VAT is known."""
    tills = [till for till in cashboxes() if till.off_at is None]
    for till in tills:
        what = _("Онлайн-касса {code}").format(code=till.code)
        if not has_secret(till.secret):
            said = _("Пароля нет там, где сказано: {place}.").format(place=till.secret)
            yield Finding(Health.ILL, what, said, till.secret)
        else:
            yield Finding(Health.WELL, what, _("Внесена."))
    wants = ReceiptMaker.CASHBOX in makers().values()
    if wants and not tills:
        yield Finding(
            Health.ILL,
            _("Кассовые чеки"),
            _("Чеки должна делать онлайн-касса, а её нет ни у одного поставщика."),
            "svet cashbox add",
        )
    for code in shops_without_receipts():
        said = _("Банк договора {code} чеков не делает, и не сказано, кто делает.").format(code=code)
        yield Finding(Health.ILL, _("Кассовые чеки"), said, f"svet shop receipts {code} cashbox|nobody")
    waiting = lacking_cashboxes()
    for code in waiting:
        said = _("Чеки поставщика {code} ждут кассы.").format(code=code)
        yield Finding(Health.ILL, _("Кассовые чеки"), said, "svet cashbox add")
    for code in tills_to_enter() if tills else ():
        if code not in waiting:
            said = _("У поставщика {code} нет онлайн-кассы, а чеки его платежей должна делать она.")
            yield Finding(Health.ILL, _("Кассовые чеки"), said.format(code=code), "svet cashbox add")
    if unmade := unmade_count(now=now):
        said = _("Чеков, которые не удалось подготовить: {count}. Причина в журнале программы.").format(
            count=number(unmade)
        )
        yield Finding(Health.ILL, _("Кассовые чеки"), said)
    if untold := late_bank_receipt_count(now=now):
        said = _("Чеков, о которых не сказал банк: {count}. Они перечислены в «Деньгах».").format(
            count=number(untold)
        )
        yield Finding(Health.SOON, _("Кассовые чеки"), said)
    if wants and RATES[-1].until - now.date() <= VAT_SOON:
        said = _("Ставка НДС известна по {until}: чеков позже этого дня не будет.").format(
            until=day(RATES[-1].until - timedelta(days=1))
        )
        yield Finding(Health.SOON, _("НДС в чеках"), said, _("обновите программу"))


def _asked(known: Law) -> tuple[tuple[str, Health, Callable[[date], object], str], ...]:
    """Without a calendar no bill has its day; without a rate only penalties are not counted."""
    return (
        (_("Рабочий календарь"), Health.ILL, known.is_working, "SVET_LAW_FOLDER"),
        (_("Ключевая ставка"), Health.SOON, known.rate_on, "svet law enter"),
        (_("Предел ставки пеней"), Health.SOON, known.cap_on, "svet law enter"),
    )


def _end(ask: Callable[[date], object], today: date) -> date | None:
    """The last day that is known before half a year from now; None when all of it is."""
    horizon = today + timedelta(days=182)
    for back in range(3000):
        try:
            ask(horizon - timedelta(days=back))
        except LawMissing:
            continue
        return None if back == 0 else horizon - timedelta(days=back)
    return date.min
