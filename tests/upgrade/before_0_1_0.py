"""Steps of before 0.1.0 that need an excuse, and it: no released version has ever stood beside them.

From the release on nothing is added here; a migration says its own ``beside``.
"""

from __future__ import annotations

_TOGETHER = "this table came in the migrations just before: no version has it without this rule"

BEFORE_0_1_0: dict[str, dict[str, str]] = {
    "accounts.0008_services_known": {
        "AddConstraint provider_service_known": "the version before writes electricity only",
    },
    "billing.0003_a_charge_is_looked_up_once": {
        "RunSQL CREATE OR REPLACE FUNCTION billing_check": "asks what the former one asked, each charge once",
    },
    "bills.0003_a_guard_that_a_dump_restores": {
        "RunSQL CREATE FUNCTION bills_refuse_change() RE": "the guard refuses what the former one refused",
    },
    "exchange.0003_rows_checked_by_sets": {
        "RunSQL CREATE FUNCTION exchange_check_rows() RE": "asks what the foreign key asked before it",
        "AppendOnly exchange_file_not_deleted": "no version has ever deleted a register",
        "AppendOnly exchange_row_keeps_file": "no version has ever moved a row to another register",
    },
    "ledger.0004_a_book_between_suppliers": {
        "AddConstraint ledger_posting_book_known": "takes one book more than the rule before it",
    },
    "ledger.0006_the_month_a_payer_names": {
        "RunSQL CREATE OR REPLACE VIEW ledger_transactio": "the view has one column more, behind the others",
    },
    "metering.0004_moved_readings_by_hash": {
        "RunSQL ALTER FUNCTION metering_note_moved() SET": "tells the planner how to join",
    },
    "metering.0005_what_counts_no_more": {
        "RunSQL CREATE VIEW metering_gone_door AS SELECT": "a new view; the note tells of the same rows",
    },
    "payments.0002_money_between_suppliers": {
        "AddConstraint payments_act_transfer_has_two": "is wider by a kind of the new version",
        "AddConstraint payments_act_write_off_by_two": "asks more of that kind only",
    },
    "payments.0004_disputes_by_registers": {
        "AddConstraint payments_chargeback_above": "holds for 0, the default of that column",
    },
    "payments.0009_rows_checked_by_sets": {
        "RunSQL CREATE FUNCTION payments_check_register(": "asks what two foreign keys asked before it",
    },
    "payments.0013_asked_by_payers": {
        "AddConstraint payments_refund_three_people": "holds where first_by is left empty",
    },
    "payments.0019_accounts_by_the_number_of_their_bank": {
        "RunSQL UPDATE payments_accountbinding SET refer": _TOGETHER,
        "AddConstraint payments_binding_forgotten": _TOGETHER,
    },
    "payments.0023_receipts_of_lost_disputes": {
        "AddConstraint payments_receipt_due_of_its_way": "nothing new is asked of the two old kinds",
    },
    "payments.0024_prove_the_lost_disputes": {
        "RunSQL INSERT INTO payments_receiptdue (name, k": "adds rows of a kind of the new version",
    },
    "payments.0026_receipts_of_banks_closed": {
        "AddConstraint payments_bank_receipt_closed_by": "asks of a word of the new version",
    },
    "penalties.0002_guards": {
        "AppendOnly penalties_shownpenalty_append_only": _TOGETHER,
    },
    "site.0005_cares_that_went_well": {
        "RunSQL UPDATE site_carenote SET well_at = at WH": "fills a column that no old version reads",
    },
}
