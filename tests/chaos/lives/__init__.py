"""What happens to one payment: a life is a list of acts, with pauses in which others act."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.chaos.lives import disputed, failing, given_back, office, parts, registers, returned, told
from tests.chaos.play import Play

Life = Callable[[Play], Iterator[None]]

LIVES: tuple[Life, ...] = (
    told.paid_over_several_accounts,
    told.told_a_hundred_times,
    told.never_told,
    told.declined_then_paid_anew,
    told.told_before_our_create_returned,
    told.forged,
    told.relatives_at_once,
    told.two_payees,
    told.second_payee_declined,
    parts.parts_in_a_row,
    parts.killed_between_parts,
    parts.second_part_of_a_row_declined,
    parts.relative_pays_between_parts,
    parts.card_unbound_between_parts,
    failing.create_without_an_answer,
    failing.status_without_an_answer,
    failing.killed_after_the_banks_yes,
    failing.pressed_again_after_a_death,
    failing.the_database_hangs_up,
    failing.overtaken,
    failing.another_sum_credited,
    failing.another_sum_sent_back,
    returned.returned_before_our_credit,
    returned.returned_and_never_told,
    returned.returned_in_parts_told_backwards,
    returned.refund_beside_a_callback,
    given_back.sent_without_an_answer,
    given_back.killed_while_giving_back,
    given_back.told_before_our_refund_returned,
    given_back.given_back_by_the_bank_first,
    given_back.given_back_by_the_bank_while_ours_is_unknown,
    given_back.called_back,
    disputed.won,
    disputed.lost_by_a_register,
    disputed.told_by_two_at_once,
    disputed.above_what_is_left,
    disputed.beside_our_refund,
    registers.one_number_at_two_banks,
    registers.storno_twice,
    registers.storno_before_its_payment,
    registers.unknown_payer_found,
    registers.unknown_payer_gets_it_back,
    registers.killed_in_a_register,
    office.a_month_charged_and_billed,
    office.the_database_stops_at_once,
    office.everybody_on_the_last_day,
)
