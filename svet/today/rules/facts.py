"""What is known of a cabinet on a day, and what follows from it: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from svet.bills.rules.arrears import PromisedPart
from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month
from svet.kernel.places import Place
from svet.metering.rules import Window


class DayState(StrEnum):
    """What the sentence is about."""

    NEW = "new"
    OVERDUE = "overdue"
    DUE = "due"
    TRANSIT = "transit"
    READINGS = "readings"
    CALM = "calm"


class DutyKind(StrEnum):
    """What there is to do."""

    MONEY = "money"  # a payment stands still until the person says something
    UNFINISHED = "unfinished"  # the bank has not said whether the money came
    PAY = "pay"
    BILL = "bill"  # a new bill to look at
    READINGS = "readings"
    READINGS_FOR = "readings_for"  # of an account whose owner has let the person in
    INVITATION = "invitation"
    VERIFICATION = "verification"


@dataclass(frozen=True, slots=True)
class BillFacts:
    """A bill: kopecks it closes with, and what it took in that lessened the debt it found."""

    public_id: str
    month: Month
    issued_on: date
    due_on: date
    closing: int
    taken: int


@dataclass(frozen=True, slots=True)
class MeterFacts:
    """A standing meter; ``waits`` for the readings of the window its account is in, a ``smart`` one never."""

    waits: bool
    verify_by: date | None
    smart: bool = False


@dataclass(frozen=True, slots=True)
class PlanAsk:
    """What the next part of an account's instalments asks, with the bills until its day."""

    until: date
    money: Money


@dataclass(frozen=True, slots=True)
class AccountFactsOfDay:
    """An account on a day of its provider; ``bills`` are the newest first.

    ``away``: an absence stands until the window is over, which sees to the readings by itself.
    ``of_another``: its owner has let the person in, who may help them. ``plan``: its debt is paid in parts.
    ``promised``: somebody has promised to pay so much of it by a day. ``charged_here``: or its supplier's own
    billing does, whose days nobody here knows.
    """

    public_id: str
    title: str
    today: date
    balance: Money
    transit: Money
    bills: tuple[BillFacts, ...]
    meters: tuple[MeterFacts, ...]
    window: Window
    may_pay: bool
    may_submit: bool
    away: bool = False
    of_another: bool = False
    plan: PlanAsk | None = None
    promised: PromisedPart | None = None
    charged_here: bool = True


@dataclass(frozen=True, slots=True)
class StuckPayment:
    """A payment that asks its payer something; ``place`` is where."""

    money: Money
    place: Place
    #: Only the bank is waited for.
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class MovingPayment:
    """Money of the person's that the bank has taken; ``checked``: a member of the staff looks at it."""

    public_id: str
    number: str
    money: Money
    checked: bool


@dataclass(frozen=True, slots=True)
class PlannedCharge:
    """What autopay takes ``on`` a day by what is owed now, maybe nothing; ``told``: the person was warned."""

    public_id: str
    on: date
    money: Money
    card: str
    told: bool


@dataclass(frozen=True, slots=True)
class PromisedPayment:
    """Somebody has promised that what an account owes is paid by a day."""

    account_public_id: str
    title: str
    until: date
    money: Money


@dataclass(frozen=True, slots=True)
class RunningPlan:
    """An account's debt is paid in parts, or waits to be: the words of where that stands."""

    account_public_id: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class ComingOutage:
    """Houses of the person are without light, now or soon: the words of when, and of which accounts."""

    title: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """Somebody lets the person into an account until a day."""

    public_id: str
    address: str
    until: date


@dataclass(frozen=True, slots=True)
class CabinetFacts:
    """All that is known of one person's cabinet."""

    today: date
    accounts: tuple[AccountFactsOfDay, ...] = ()
    stuck: tuple[StuckPayment, ...] = ()
    moving: tuple[MovingPayment, ...] = ()
    invitations: tuple[OpenInvitation, ...] = ()
    planned: tuple[PlannedCharge, ...] = ()
    promised: tuple[PromisedPayment, ...] = ()
    plans: tuple[RunningPlan, ...] = ()
    outages: tuple[ComingOutage, ...] = ()
    #: What payments of the person to these accounts come to whose bank has not said whether it has the money.
    unsure: Money = ZERO


@dataclass(frozen=True, slots=True)
class Duty:
    """One task: what, by which day, for how many things, over which accounts, and where it is done.

    ``count`` are meters, bills or accounts by the kind; ``done`` of ``of`` readings that are sent already.
    """

    kind: DutyKind
    on: date
    place: Place
    count: int = 1
    money: Money = ZERO
    titles: tuple[str, ...] = ()
    late: bool = False
    window: Window | None = None
    month: Month | None = None
    done: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The day: ``lead`` is the duty the sentence speaks of, ``duties`` the others in the order of their days.

    ``free_until``: paid by then, being late costs nothing; None where that day has passed.
    ``coming``: what is asked by which day that is not over, ``due_on`` the nearest; ``undated`` has no day
    yet, ``undated_elsewhere`` of it is charged by suppliers themselves.
    ``others``: somebody else's accounts in the cabinet owe, which the person may only look at.
    """

    state: DayState
    today: date
    lead: Duty | None
    duties: tuple[Duty, ...]
    accounts: int
    owed: Money
    late: Money
    late_since: date | None
    late_titles: tuple[str, ...]
    free_until: date | None
    due_on: date | None
    titles: tuple[str, ...]
    transit: Money
    moving: tuple[MovingPayment, ...]
    over: Money
    window: Window | None
    sent: bool
    others: bool
    planned: tuple[PlannedCharge, ...] = ()
    promised: tuple[PromisedPayment, ...] = ()
    plans: tuple[RunningPlan, ...] = ()
    outages: tuple[ComingOutage, ...] = ()
    #: Somewhere something is late about which nothing was agreed yet.
    may_agree: bool = False
    #: A debt is paid in parts and the next is not asked yet: nothing to pay now, yet not everything is paid.
    in_parts: bool = False
    #: This may have been paid already: the bank has not said so yet.
    unsure: Money = ZERO
    coming: tuple[tuple[date, Money], ...] = ()
    undated_elsewhere: Money = ZERO

    @property
    def undated(self) -> Money:
        """What is owed by no day: it stands on no bill yet, or is charged elsewhere."""
        return self.owed - self.late - Money.total(asked for _on, asked in self.coming)

    @property
    def of_one_day(self) -> bool:
        """Whether all that is asked and not late is asked by the one day."""
        return len(self.coming) == 1 and not self.undated

    @property
    def all_duties(self) -> tuple[Duty, ...]:
        """Every duty, that of the sentence first."""
        return self.duties if self.lead is None else (self.lead, *self.duties)
