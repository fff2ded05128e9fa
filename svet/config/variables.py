"""Every environment variable, what it does and its default; ``docs/settings.md`` is written from here."""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from svet.config import checks


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the environment; a secret's default is never shown."""

    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable("SVET_ENV", "demo", "`demo`, `test` or `production`; production refuses unsafe settings"),
    Variable("SVET_DATA", ".svet", "the folder of the embedded database, logs, keys, static files"),
    Variable("SVET_DATABASE_URL", "the embedded server", "`postgresql://user:password@host:5432/name`"),
    Variable("SVET_WEB_THREADS", "4", "threads of a web process that make pages"),
    Variable("SVET_HURRIED_JOBS", "8", "jobs of `svet worker` at once for which a page waits"),
    Variable("SVET_QUEUE_SECONDS", "5", "seconds a request may wait for a thread before it is told 503"),
    Variable("SVET_DATABASE_POOL", "as threads in `svet web`, else 0", "connections kept; 0: one per use"),
    Variable("SVET_DATABASE_MAX_AGE", "0", "seconds a connection is kept without a pool"),
    Variable("SVET_DATABASE_PREPARE", "3", "uses after which a statement is prepared; 0: never"),
    Variable("SVET_SECRET_KEY", "made once under SVET_DATA", "signs sessions; must be given in production"),
    Variable("SVET_SECRET_KEY_FALLBACKS", "", "former keys, by blanks, that open what they closed"),
    Variable("SVET_HOSTS", "127.0.0.1,localhost,[::1]", "host names the site answers to, by commas"),
    Variable("SVET_ORIGINS", "", "origins beside SVET_BASE_URL whose forms are trusted, by commas"),
    Variable("SVET_TRUSTED_PROXIES", "", "networks whose X-Forwarded-For and -Proto are believed, by commas"),
    Variable("SVET_HTTPS", "as SVET_BASE_URL says", "secure cookies and HSTS"),
    Variable("SVET_HSTS_SUBDOMAINS", "1", "HSTS speaks for names below the site's own too"),
    Variable("SVET_BASE_URL", "http://127.0.0.1:8000", "the site's own address: in letters, origin, scheme"),
    Variable("SVET_STAFF_URL", "", "the desks' https address: they are on its host alone, nothing else is"),
    Variable("SVET_TIME_ZONE", "the sample town's", "the installation's zone, such as `Europe/Moscow`"),
    Variable("SVET_LAW_FOLDER", "", "a folder with rows of law newer than this version"),
    Variable("SVET_STATIC_ROOT", "static under SVET_DATA", "where collected static files lie"),
    Variable("SVET_LOG_LEVEL", "INFO", "how much is said on standard error"),
    Variable("SVET_KEEP_MESSAGES_DAYS", "180", "days SMS and letters are kept after their end; 0: for ever"),
    Variable("SVET_KEEP_BELL_DAYS", "730", "days a line under the bell is kept; 0: for ever"),
    Variable("SVET_KEEP_TEXTS_DAYS", "90", "days texts that people send are kept; 0: for ever"),
    Variable("SVET_KEEP_TOLD_DAYS", "400", "days it is kept of what a helper or a limit told; 0: for ever"),
    Variable("SVET_KEEP_RAW_LINES_DAYS", "400", "days lines of registers are kept as they came; 0: for ever"),
    Variable("SVET_KEEP_WAITING_LINES_DAYS", "1200", "days lines that wait are kept so; 0: for ever"),
    Variable("SVET_KEEP_PRINT_DAYS", "60", "days files for the print house are kept; 0: for ever"),
    Variable("SVET_KEEP_ENDED_DAYS", "400", "days of ended invitations and browsers unused; 0: for ever"),
    Variable("SVET_KEEP_FAILED_JOBS_DAYS", "14", "days a failed job waits for a look; 0: for ever"),
    Variable("SVET_NIGHTLY_VERIFY", "1", "0: the worker does not run `svet verify --since` every night"),
    Variable("SVET_METRICS_TOKEN", "", "opens /metrics, as `Authorization: Bearer TOKEN`"),
    Variable("SVET_METRICS_NETWORKS", "", "networks that may read /metrics without a proxy, by commas"),
    Variable("SVET_TRACES_URL", "", "where OTLP/HTTP takes traces: `http://collector:4318/v1/traces`"),
    Variable("SVET_TRACES_PERCENT", "100", "how many requests and jobs of a hundred are traced"),
    Variable("SVET_TRACES_TOKEN", "", "opens it, as `Authorization: Bearer TOKEN`"),
    Variable("SVET_SMTP_HOST", "127.0.0.1", "the mail server"),
    Variable("SVET_SMTP_PORT", "25, 587 or 465 by `SVET_SMTP_TLS`", "its port; the demo's own is 8025"),
    Variable("SVET_SMTP_USER", "", "its user"),
    Variable("SVET_SMTP_PASSWORD", "", "its password"),
    Variable("SVET_SMTP_TLS", "0", "`1` for STARTTLS, `ssl` for TLS from the first byte"),
    Variable("SVET_MAIL_FROM", "svet@portal.example", "the sender of letters"),
    Variable("SVET_SMS_URL", "the sandbox's SMS centre", "`smpp://user:password@host:port?sender=NAME` or `smsc+https://…`"),
    Variable("SVET_SMS_FALLBACK_URL", "", "a second SMS centre, for when the first fails or is slow"),
    Variable("SVET_MESSENGER_URL", "nothing; in a demonstration the sandbox's bot", "`max://bot:token@platform-api2.max.ru?ca=FILE`"),
    Variable(
        "SVET_CLAMD_URL",
        "",
        "ClamAV's daemon that looks through files sent: `unix:///run/clamav/clamd.ctl`, `tcp://host:3310`",
    ),
    Variable("SVET_PUSH_KEY", "made once under SVET_DATA", "signs notices in browsers; from `svet push-key`"),
    Variable("SVET_PUSH_HOSTS", "those of the great browsers", "push services that may be called, by spaces"),
    Variable(
        "SVET_WEBHOOK_ORIGINS",
        "nothing; in a demonstration `http://127.0.0.1:9009`",
        "origins in your own network to which messages for programs may go, by spaces",
    ),
    Variable("SVET_OIDC_ISSUER", "", "the retailer's own sign-in service, for members of staff"),
    Variable("SVET_OIDC_CLIENT_ID", "svet", "what Svet is called there"),
    Variable("SVET_OIDC_CLIENT_SECRET", "", "its secret there; without one it is a public client"),
    Variable("SVET_OIDC_NAME", "", "what members call the service, on the button"),
    Variable("SVET_OIDC_STRONG", "", "values of `acr` or `amr` that mean a second factor, by spaces"),
    Variable("SVET_OIDC_PHONE_CLAIM", "phone_number", "the claim with a member's phone"),
    Variable(
        "SVET_ACQUIRING_URL",
        "the sandbox's bank",
        "`yookassa+https://shop:key@host/v3`, `tbank+https://terminal:password@host/v2` or"
        " `sber+https://login:password%20key@host/payment/rest`",
    ),
    Variable("SVET_BANK_PAGE_ORIGINS", "the sandbox's bank", "origins a payment form may lead to, by spaces"),
    Variable("SVET_SMS_DAY_LIMIT", "20000", "code SMS a day to strangers; as many again to known browsers"),
    Variable("SVET_SMS_PRICE", "0", "what one SMS costs, in kopecks; shown to the staff as money"),
    Variable("SVET_SMS_DAY_BUDGET", "0", "roubles a day for each of the two; with a price it caps them too"),
    Variable(
        "SVET_PAYMENT_OLDEST_DAYS", "1096", "days: an older payment of a register waits for a person"
    ),
    Variable("SVET_REFUND_ALONE", "5000", "roubles of overpayments a payer gets back in 30 days unsigned"),
    Variable("SVET_REFUND_TIMES", "3", "how often a day a payer may ask for an overpayment back"),
    Variable("SVET_REFUND_DAYS", "365", "days: an older payment is not given back without the staff"),
    Variable("SVET_PROMISE_DAYS", "14", "how many days ahead a payment may be promised; 0: no promises"),
    Variable("SVET_PROMISE_PAUSE_DAYS", "60", "days in which who broke a promise may make no new one"),
    Variable("SVET_INSTALMENT_MONTHS", "12", "the most monthly parts of a debt; below 2: no instalments"),
    Variable("SVET_INSTALMENT_LEAST", "1000", "roubles: a smaller debt is not paid in instalments"),
    Variable("SVET_INSTALMENT_ALONE", "30000", "roubles: a greater debt needs two members' signatures"),
    Variable("SVET_INSTALMENT_MOST", "300000", "roubles: above it instalments are a matter for the staff"),
    Variable("SVET_INSTALMENT_PAUSE_MONTHS", "12", "months without instalments after broken ones"),
    Variable("SVET_TOKEN_DAYS", "365", "the longest life of a key for programs, in days"),
    Variable("SVET_SECOND_STEP_FOR_ALL", "0", "1: customers connect a second step before anything opens"),
    Variable("SVET_TOTP_TOLERANCE", "1", "steps of 30 s around its own in which a code is taken: 1 or 0"),
    Variable("SVET_APPEAL_ANSWER_DAYS", "10", "calendar days in which an appeal is answered"),
    Variable("SVET_LIMITS_FACTOR", "1", "widens every limit, for load tests only; production refuses it"),
    Variable("SVET_SANDBOX", "0 in production, else 1", "installs the sandbox pages; not in production"),
    Variable("SVET_SANDBOX_URL", "http://127.0.0.1:8780", "where the sandbox's outer world is controlled"),
    Variable(
        "SVET_SANDBOX_TILL_PASSWORD",
        "nothing; in a demonstration that of its tills",
        "lets the sample town's suppliers have their receipts made by the sandbox's tills",
    ),
    Variable("SVET_TOWN_SEED", "svet", "another word, another town"),
    Variable("SVET_TOWN_ANCHOR", "this month", "the town's last month, `YYYY-MM`"),
    Variable("SVET_TOWN_ACCOUNTS", "2000", "accounts of the town's first supplier"),
    Variable("SVET_PASSWORD", "", "the password for `svet person add` and `svet staff add`"),
    Variable("SVET_POSTGRES_PROGRAMS", "found", "the folder of `pg_dump` and `pg_restore` for backups"),
    Variable("SVET_TEST_DATABASE_URL", "an embedded server", "the server tests make their databases on"),
)  # fmt: skip

#: What may lie in a file instead, which ``NAME_FILE`` names.
SECRETS = frozenset(
    {
        "SVET_ACQUIRING_URL",
        "SVET_DATABASE_URL",
        "SVET_MESSENGER_URL",
        "SVET_METRICS_TOKEN",
        "SVET_OIDC_CLIENT_SECRET",
        "SVET_PUSH_KEY",
        "SVET_SECRET_KEY",
        "SVET_SECRET_KEY_FALLBACKS",
        "SVET_SMS_FALLBACK_URL",
        "SVET_SMS_URL",
        "SVET_SMTP_PASSWORD",
        "SVET_TRACES_TOKEN",
    }
)


def document() -> str:
    """The text of docs/settings.md."""
    marked = {v.name: f"`{v.name}`{' ◆' * (v.name in SECRETS)}" for v in VARIABLES}
    rows = [f"| {marked[v.name]} | {v.default or 'empty'} | {v.meaning} |" for v in VARIABLES]
    refusals = re.findall(r'refuse\("(E\d{3})", "([^"]+)"\)', inspect.getsource(checks))
    return "\n".join(
        [
            "# Settings",
            "",
            "Written by `make settings` from `svet/config/variables.py` and `svet/config/checks.py`.",
            "Everything comes from the environment, and every default works for the demo. What is marked",
            "with ◆ may lie in a file instead, named by the same variable with `_FILE`:",
            "`SVET_SECRET_KEY_FILE=/etc/svet/secret-key`. Both at once are refused.",
            "",
            "| variable | default | meaning |",
            "|---|---|---|",
            *rows,
            "",
            "## What production refuses",
            "",
            "`svet web` and `svet worker` do not start with `SVET_ENV=production` while one of these holds.",
            "",
            "| id | reason |",
            "|---|---|",
            *(f"| `svet.{number}` | {text} |" for number, text in refusals),
            "",
        ]
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), "utf-8")
