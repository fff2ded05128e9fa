"""How long each table of the schema is kept, and why: the list behind docs/operations.md.

A row of the document is a ``Term``. Each table stands in exactly one term of its rows; terms of a part of
them (``part``) come beside it. ``SVET_WRITE_TERMS=1`` with ``test_terms.py`` beside writes the document.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """What is kept ``days`` (a setting's name, or words), ``because``; ``by`` whom it is forgotten.

    ``by`` is a kind of ``svet.config.jobs.retention`` where the term is a setting, else "module:function"
    of what ends it; empty where nothing does, for ever.
    """

    what: str
    days: str
    because: str
    tables: str = ""
    by: tuple[str, ...] = ()
    part: bool = False


EVER = "for ever"
TERMS = (
    Term(
        "SMS, letters, pushes with their words",
        "SVET_KEEP_MESSAGES_DAYS",
        "somebody asks whether a letter came; longer they only name people. Codes are wiped when they"
        " have left,"
        " PDFs too",
        "notices_delivery",
        ("messages",),
    ),
    Term(
        "lines under the bell",
        "SVET_KEEP_BELL_DAYS",
        "people look back over two winters",
        "notices_notice",
        ("bell",),
    ),
    Term(
        "texts that people send by SMS, and their phones",
        "SVET_KEEP_TEXTS_DAYS",
        "an answer is disputed within the month; the row stays, naming nobody, so that a text is"
        " answered once",
        "notices_incomingsms",
        ("texts",),
        part=True,
    ),
    Term(
        "what people did to the messenger's bot",
        "SVET_KEEP_TEXTS_DAYS",
        "its words and name go when they are read, within seconds; the row stays, so that the same told"
        " again is"
        " one",
        "notices_messengerupdate",
        ("bot updates",),
    ),
    Term(
        "of what somebody who helps was told, and whose limit was told to be passed",
        "SVET_KEEP_TOLD_DAYS",
        "a row keeps the same from being told twice, and says why nothing was said; counted from the day that"
        " ended, so none is forgotten before it. A winter is compared with the one before",
        "today_helptold usage_budgettold",
        ("help told", "budgets told"),
    ),
    Term(
        "of what windows, days to pay by, outages and verifications people were told",
        "SVET_KEEP_TOLD_DAYS",
        "as above. Of a meter that has lapsed and was neither verified nor taken away it stays",
        "metering_windowreminder bills_duereminder outages_outagetold metering_verificationreminder",
        ("windows told", "due days told", "outages told", "verifications told"),
    ),
    Term(
        "invitations that were taken, refused or ran out",
        "SVET_KEEP_ENDED_DAYS",
        "they name phones of people who never came; who was let in stands with the access and in the journal",
        "accounts_invitation",
        ("invitations",),
    ),
    Term(
        "browsers that nobody has come with since",
        "SVET_KEEP_ENDED_DAYS",
        "their kind and address; no browser keeps our cookie longer, so none comes back as known",
        "people_device",
        ("browsers",),
    ),
    Term(
        "lines of registers as they came, and the rejected ones that the page keeps",
        "SVET_KEEP_RAW_LINES_DAYS",
        "a year is closed with its partners; they hold names and addresses. What became of each line stays",
        "exchange_importrow exchange_loadedfile",
        ("raw lines", "rejected lines"),
        part=True,
    ),
    Term(
        "of them those that wait for somebody's word",
        "SVET_KEEP_WAITING_LINES_DAYS",
        "whose money it is may be asked in court for three years, and a line is the way to find out; payer,"
        " account and sum stay in the books",
        "exchange_importrow",
        ("waiting lines",),
        part=True,
    ),
    Term(
        "the bytes of a register that was loaded by page",
        "SVET_KEEP_RAW_LINES_DAYS",
        "until somebody takes it or throws it away; one that nobody decided is thrown away then, and the"
        " journal"
        " says so",
        "exchange_loadedpart",
        ("undecided registers",),
    ),
    Term(
        "files for the print house in `SVET_DATA/print` (PDF, register, control sheet)",
        "SVET_KEEP_PRINT_DAYS",
        "the month after is printed and nobody asks for a lost pile any more; a batch is drawn again by"
        " `svet bills print --again`. On each machine whose worker has that folder; `svet doctor` counts"
        " those"
        " that stay. Folders named by `--out` are yours",
        by=("print files",),
    ),
    Term(
        "failed jobs",
        "SVET_KEEP_FAILED_JOBS_DAYS",
        "somebody must have looked; done ones go within an hour",
        "procrastinate_jobs procrastinate_events",
        ("svet.config.jobs:sweep_finished",),
    ),
    Term(
        "sessions",
        "14 without a page",
        "staff: 15 minutes, 12 hours",
        "django_session",
        ("svet.people.jobs:forget_old",),
    ),
    Term(
        "codes of sign-ins, buckets of limits, codes that connect a messenger, errands to a bank",
        "until they end",
        "they are of no use then",
        "people_code limits_bucket notices_messengercode payments_bankerrand",
        (
            "svet.people.operations.codes:forget_codes",
            "svet.limits.operations.spending:sweep",
            "svet.notices.operations.messengers:forget_codes",
            "svet.payments.operations.errands:forget_errands",
        ),
    ),
    Term(
        "calls of people's webhooks",
        "30",
        "while they are repeated and looked at; without personal data",
        "webhooks_webhookcall",
        ("svet.webhooks.jobs:forget_old",),
    ),
    Term(
        "keys for programs that ended",
        "30",
        "their owner sees which ended",
        "people_token",
        ("svet.people.operations.tokens:sweep_tokens",),
    ),
    Term(
        "kept answers of the API",
        "7",
        "the keys of money and readings stay taken for ever all the same",
        "api_idempotentcall",
        ("svet.api.shell.idempotency:forget_old",),
    ),
    Term(
        "photos that no reading came with",
        "1",
        "those sent with one, or with an appeal, are its proof and stay",
        "files_photo",
        ("svet.files.operations:forget_unused",),
        part=True,
    ),
    Term(
        "accounts of a dry run of a month",
        "until the next",
        "the newest is what somebody signs; its sums and its hash stay",
        "billing_dryrunaccount",
        ("svet.billing.operations.rehearsing:rehearse",),
    ),
    Term(
        "what is in hand: problems of a run and of houses, ranges of a run, readings that came to count, who"
        " has taken"
        " what, a bank's silence",
        "until it is done",
        "each says what is still to do; who did it stands in the journal",
        "billing_problem billing_houseproblem billing_runrange metering_readingtouch payments_claim"
        " payments_banksilence",
    ),
    Term(
        "a person, their ways in, browsers that are called, groups, wishes, limits, cards and webhooks",
        "until they leave",
        "their own, taken back by them at any time; a person who leaves leaves an empty row, by which"
        " what they"
        " did stays somebody's",
        "people_person mfa_authenticator notices_recipient notices_subscription notices_messengerchat"
        " accounts_group accounts_link today_helpwish usage_usagebudget usage_alikehidden webhooks_webhook"
        " payments_boundcard payments_accountbinding payments_payerchoice",
        ("svet.privacy.operations:delete_cabinet",),
    ),
    Term(
        "appeals with their answers, requests to the office, consents, outages, texts people agreed to",
        EVER,
        "what was asked and promised is asked for in court for three years; a person's leaving takes the"
        " words"
        " away",
        "support_appeal support_appealchange support_message support_messagephoto files_photo"
        " office_officerequest office_officesignature people_consent outages_outage outages_outagechange"
        " outages_outageplace site_agreement",
    ),
    Term(
        "readings, meters, acts, absences, disputes, decisions and what waits for a second hand, houses",
        EVER,
        "what a bill was made of, and by whom",
        "metering_meter metering_meterscale metering_readingset metering_readingvalue metering_readingphoto"
        " metering_setstatechange metering_officeact metering_absence metering_absencestep metering_dispute"
        " metering_disputechange metering_textanswer notices_incomingsms billing_factdraft billing_override"
        " billing_house billing_housemeter billing_housemonth billing_housereading billing_houseshare"
        " billing_housestay billing_houseterms",
    ),
    Term(
        "accounts with their terms, ends and holders, suppliers, staff, prices, norms, law and rules",
        EVER,
        "each is dated, and a bill of any month is computed again by what held then",
        "accounts_account accounts_contractend accounts_handover accounts_linkproof accounts_premises"
        " accounts_provider accounts_terms staffing_staffmember tariffs_lawentry tariffs_normrow"
        " tariffs_tariffcorrection tariffs_tariffrow billing_policy penalties_penaltypolicy"
        " arrangements_moneylimitspolicy setup_supplierdraft site_installation",
    ),
    Term(
        "charges, bills, postings, payments, receipts, the bank's messages and statements, acts",
        EVER,
        "books; the law keeps primary documents for five years and claims for three",
        "billing_billingmonth billing_billingrun billing_charge billing_chargeline billing_dryrun"
        " billing_monthtask bills_bill bills_billfile bills_billpaper bills_consumptioncertificate"
        " bills_debtcertificate bills_printbatch bills_printedbill ledger_transaction ledger_posting"
        " ledger_accountbalance fiscal_cashbox fiscal_receipt fiscal_receiptline payments_bankreceipttold"
        " payments_bankstatement payments_callback payments_chargeback payments_chargebackline"
        " payments_daydifference payments_daysettlement payments_daytotals payments_importedpayment"
        " payments_laterline payments_moneyact payments_moneysending payments_order payments_orderline"
        " payments_paymentrefund payments_paymentseries payments_receiptdue payments_refundline"
        " payments_refundrequest payments_reserveshop payments_servedprovider payments_shop"
        " payments_shopreceipts payments_source payments_sourcereceipts payments_statechange"
        " payments_statementrow penalties_penaltyrun penalties_shownpenalty arrangements_instalmentplan"
        " arrangements_instalmentpart arrangements_paymentpromise autopay_agreementchange"
        " autopay_autopayagreement autopay_autopaytry autopay_autopayturn autopay_turnchange"
        " exchange_importfile exchange_importrow exchange_loadedfile",
    ),
    Term(
        "the journal and its seals",
        EVER,
        "a seal covers what is before it",
        "journal_entry journal_seal journal_sealhead",
    ),
    Term(
        "how far `svet verify` has come, medians of a month, when the house was last kept",
        EVER,
        "a row for a thing, written over; of nobody",
        "billing_provedaccount bills_provedblock site_provedpiece usage_alikemonth site_carenote"
        " site_databasehome",
    ),
    Term(
        "tables of the libraries: kinds of rows, migrations made, workers, when a job last came due; some are"
        " empty",
        EVER,
        "a handful of rows that name nobody",
        "django_content_type django_migrations auth_group auth_group_permissions auth_permission"
        " account_emailaddress account_emailconfirmation procrastinate_workers"
        " procrastinate_periodic_defers",
    ),
)
