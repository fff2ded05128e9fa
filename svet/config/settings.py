"""One settings file: everything comes from the environment, every default works.

Variables are listed in docs/settings.md. ``SVET_ENV`` is ``demo`` (default: sandbox installed, made-up
secrets kept under SVET_DATA), ``test`` or ``production`` (refuses to start with the sandbox or weak secrets).
"""

from __future__ import annotations

import os
from pathlib import Path

from svet.config.environment import (
    database_settings,
    environment_name,
    host_of,
    integer,
    mail_port,
    names,
    networks,
    push_key,
    retired_keys,
    secret,
    secret_key,
    term,
    time_zone,
    traces_url,
    trusted_origins,
)
from svet.config.logs import logging_settings
from svet.kernel import push_keys, starting

starting.begin()  # RoofConfig.ready says that it is over

ENV = environment_name()
PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SVET_DATA", ".svet")).resolve()

DEBUG = False
SECRET_KEY = secret_key(ENV, DATA)
SECRET_KEY_FALLBACKS = retired_keys(SECRET_KEY)
ALLOWED_HOSTS = names("SVET_HOSTS", "127.0.0.1,localhost,[::1],testserver")
BASE_URL = os.environ.get("SVET_BASE_URL", "http://127.0.0.1:8000")
# A host of the desks' own: docs/adr/0199.
STAFF_URL = os.environ.get("SVET_STAFF_URL", "").rstrip("/")
STAFF_HOST = host_of(STAFF_URL) if STAFF_URL else ""
if STAFF_HOST:
    ALLOWED_HOSTS.append(STAFF_HOST)
LAW_FOLDER = os.environ.get("SVET_LAW_FOLDER", "")
CSRF_TRUSTED_ORIGINS = trusted_origins(site=BASE_URL, desks=STAFF_URL)
# Threads of one web process that make pages, and seconds a request may wait for one of them.
WEB_THREADS = max(1, integer("SVET_WEB_THREADS", 4))
# Jobs of a worker for which somebody waits before a page, at once: beside all others, never behind them.
HURRIED_JOBS = max(1, integer("SVET_HURRIED_JOBS", 8))
QUEUE_SECONDS = integer("SVET_QUEUE_SECONDS", 5)
TRUSTED_PROXIES = networks("SVET_TRUSTED_PROXIES")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "svet.look",
    "svet.site",
    "svet.journal",
    "svet.limits",
    "svet.files",
    "svet.gateways",
    "svet.notices",
    "svet.people",
    "svet.staffing",
    "svet.office",
    "svet.accounts",
    "svet.ledger",
    "svet.metering",
    "svet.outages",
    "svet.tariffs",
    "svet.billing",
    "svet.penalties",
    "svet.bills",
    "svet.payments",
    "svet.autopay",
    "svet.fiscal",
    "svet.arrangements",
    "svet.support",
    "svet.history",
    "svet.today",
    "svet.usage",
    "svet.webhooks",
    "svet.privacy",
    "svet.exchange",
    "svet.setup",
    "svet.cabinet",
    "svet.staff",
    "svet.api",
    "svet.config",
]
SANDBOX = os.environ.get("SVET_SANDBOX", "0" if ENV == "production" else "1") == "1"
if SANDBOX:
    INSTALLED_APPS.append("svet.sandbox")

MIDDLEWARE = [
    "svet.config.requests.RequestNumberMiddleware",
    "svet.config.requests.SchemeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Below WhiteNoise, whose files are compressed already; why this is safe: docs/adr/0013.
    "django.middleware.gzip.GZipMiddleware",
    "svet.look.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "svet.look.language.LanguageMiddleware",
    "svet.config.maintenance.MaintenanceMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "svet.config.hosts.DeskHostMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # The library of second factors does not start without it; it does nothing here: docs/adr/0024.
    "allauth.account.middleware.AccountMiddleware",
    "svet.api.shell.answers.AnswersMiddleware",
    # Last, so that no page is shown past it: docs/adr/0198.
    "svet.config.looking.CustomerViewMiddleware",
    # Behind it: what a page could not do for a lock is told by a page that anybody may see: docs/adr/0246.
    "svet.config.errors.BusyMiddleware",
]
ROOT_URLCONF = "svet.config.urls"
WSGI_APPLICATION = "svet.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted(str(folder) for folder in PACKAGE.glob("*/*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"members": "svet.staff.shell.naming"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "svet.cabinet.shell.frame.context",
                "svet.staff.menu.frame.context",
            ],
        },
    },
]

DATABASES = {"default": database_settings(DATA)}
AUTH_USER_MODEL = "people.Person"
PASSWORD_HASHERS = ["svet.people.models.hashing.PasswordHasher"]
# Second factors are kept by django-allauth; its pages and addresses are not used: docs/adr/0024.
MFA_ADAPTER = "svet.people.models.secrets.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODE_DIGITS = 10
ACCOUNT_USER_MODEL_USERNAME_FIELD = "phone"
ACCOUNT_EMAIL_VERIFICATION = "none"
SESSION_ENGINE = "svet.people.operations.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_SAVE_EVERY_REQUEST = False
# The longest life of a key for programs, in days.
TOKEN_DAYS = integer("SVET_TOKEN_DAYS", 365)
# More than a step around would be codes of minutes, which no setting may make of them.
TOTP_TOLERANCE = min(1, max(0, integer("SVET_TOTP_TOLERANCE", 1)))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = os.environ.get("SVET_HTTPS", "1" if BASE_URL.startswith("https:") else "0") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Of every cookie: behind TLS no other host, and nobody without TLS, can set one for us.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}svet"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}svet-csrf"
MESSAGE_STORAGE = "svet.look.flashes.FlashStorage"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "svet.config.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = os.environ.get("SVET_HSTS_SUBDOMAINS", "1") == "1"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LOGIN_URL = "/entrance/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "svet.files.uploads.PhotoUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}svet-language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = time_zone(ENV)

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("SVET_STATIC_ROOT", DATA / "static"))
# Sheets of style within pages (docs/adr/0219). In tests pages link to theirs, but where browsers open them:
# what a test looks for in a page's words is not to be found in its looks.
SHEETS_WITHIN = ENV != "test"
if ENV == "test":
    WHITENOISE_USE_FINDERS = True
else:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# Background work: every room's jobs.py is found by itself; the connection is Django's own, so a job is
# enqueued in the caller's transaction.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["svet.config.jobs"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

# The outer world. The defaults are the ports of `svet sandbox`; the demo overrides them when taken.
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("SVET_SMTP_HOST", "127.0.0.1")
SMTP_TLS = os.environ.get("SVET_SMTP_TLS", "0")
EMAIL_PORT = mail_port(env=ENV, encryption=SMTP_TLS)
EMAIL_HOST_USER = os.environ.get("SVET_SMTP_USER", "")
EMAIL_HOST_PASSWORD = secret("SVET_SMTP_PASSWORD")
EMAIL_USE_TLS, EMAIL_USE_SSL = SMTP_TLS == "1", SMTP_TLS == "ssl"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("SVET_MAIL_FROM", "svet@portal.example")
SMS_URL = secret("SVET_SMS_URL", "smpp://svet:sandbox@127.0.0.1:8775?sender=SVET")
SMS_FALLBACK_URL = secret("SVET_SMS_FALLBACK_URL")
# Whether a password alone opens no portal: customers connect a second step before anything else.
SECOND_STEP_FOR_ALL = os.environ.get("SVET_SECOND_STEP_FOR_ALL", "0") == "1"
# Who looks through the files that people send; without it nobody does.
CLAMD_URL = os.environ.get("SVET_CLAMD_URL", "")
# The retailer's own sign-in service, for members of staff; without an issuer nobody is offered it.
OIDC_ISSUER = os.environ.get("SVET_OIDC_ISSUER", "")
OIDC_CLIENT_ID = os.environ.get("SVET_OIDC_CLIENT_ID", "svet")
OIDC_CLIENT_SECRET = secret("SVET_OIDC_CLIENT_SECRET")
OIDC_NAME = os.environ.get("SVET_OIDC_NAME", "")
OIDC_STRONG = os.environ.get("SVET_OIDC_STRONG", "").split()
OIDC_PHONE_CLAIM = os.environ.get("SVET_OIDC_PHONE_CLAIM", "phone_number")
# Notices in the browser; without a key nobody is offered any.
SANDBOX_BOT = "max+http://svet_bot:sandbox@127.0.0.1:8780/max?page=/sandbox/messenger/"
MESSENGER_URL = secret("SVET_MESSENGER_URL", "" if ENV == "production" else SANDBOX_BOT)
PUSH_KEY = push_key(ENV, DATA)
PUSH_PUBLIC_KEY = push_keys.public_key_of(PUSH_KEY) if PUSH_KEY else ""
# Origins inside the house at which people's programs may be called; a demonstration has the recipe's.
WEBHOOK_ORIGINS = os.environ.get(
    "SVET_WEBHOOK_ORIGINS", "" if ENV == "production" else "http://127.0.0.1:9009"
).split()
PUSH_HOSTS = os.environ.get(
    "SVET_PUSH_HOSTS",
    "fcm.googleapis.com *.push.services.mozilla.com *.push.apple.com *.notify.windows.com",
).split()
ACQUIRING_URL = secret("SVET_ACQUIRING_URL", "yookassa+http://100500:test_sandbox@127.0.0.1:8780/v3?sbp=yes")
BANK_PAGE_ORIGINS = os.environ.get("SVET_BANK_PAGE_ORIGINS", "http://127.0.0.1:8780").split()
SANDBOX_CONTROL_URL = os.environ.get("SVET_SANDBOX_URL", "http://127.0.0.1:8780")
# Calendar days in which an appeal is answered; shown to the person who writes it.
APPEAL_ANSWER_DAYS = integer("SVET_APPEAL_ANSWER_DAYS", 10)
# Days that rows are kept which nothing rests on: docs/operations.md, «How long what is kept».
KEEP_MESSAGES_DAYS = term("SVET_KEEP_MESSAGES_DAYS", 180)
KEEP_BELL_DAYS = term("SVET_KEEP_BELL_DAYS", 730)
KEEP_TEXTS_DAYS = term("SVET_KEEP_TEXTS_DAYS", 90)
KEEP_TOLD_DAYS = term("SVET_KEEP_TOLD_DAYS", 400)
KEEP_RAW_LINES_DAYS = term("SVET_KEEP_RAW_LINES_DAYS", 400)
KEEP_WAITING_LINES_DAYS = term("SVET_KEEP_WAITING_LINES_DAYS", 1_200)
KEEP_PRINT_DAYS = term("SVET_KEEP_PRINT_DAYS", 60)
KEEP_ENDED_DAYS = term("SVET_KEEP_ENDED_DAYS", 400)
KEEP_FAILED_JOBS_DAYS = term("SVET_KEEP_FAILED_JOBS_DAYS", 14)
NIGHTLY_VERIFY = os.environ.get("SVET_NIGHTLY_VERIFY", "0" if ENV == "test" else "1") == "1"
# Who may read /metrics: whoever has the token, or comes from these networks without a proxy between.
METRICS_TOKEN = secret("SVET_METRICS_TOKEN")
METRICS_NETWORKS = networks("SVET_METRICS_NETWORKS")
TRACES_URL = traces_url()
TRACES_PERCENT = min(100, max(0, integer("SVET_TRACES_PERCENT", 100)))
TRACES_TOKEN = secret("SVET_TRACES_TOKEN")
if TRACES_URL:
    # Above whatever makes a page, below what only gives files out.
    _place = MIDDLEWARE.index("django.middleware.gzip.GZipMiddleware")
    MIDDLEWARE.insert(_place, "svet.config.front.traces.TracesMiddleware")
# Only for load tests and demonstrations: every limit this many times as wide, and no pauses.
LIMITS_FACTOR = integer("SVET_LIMITS_FACTOR", 1)
SMS_DAY_LIMIT = integer("SVET_SMS_DAY_LIMIT", 20_000)
# In money: what one part costs (kopecks) and what a day's codes may cost (roubles); 0 is unknown.
SMS_PRICE = integer("SVET_SMS_PRICE", 0)
SMS_DAY_BUDGET = integer("SVET_SMS_DAY_BUDGET", 0)
PAYMENT_OLDEST_DAYS = integer("SVET_PAYMENT_OLDEST_DAYS", 1096)
# What payers get back of an overpayment by themselves: roubles in thirty days, times a day, age of a payment.
REFUND_ALONE = integer("SVET_REFUND_ALONE", 5_000)
REFUND_TIMES = integer("SVET_REFUND_TIMES", 3)
REFUND_DAYS = integer("SVET_REFUND_DAYS", 365)
# Promises to pay: how many days ahead at most (0: none are taken), how long none after a broken one.
PROMISE_DAYS = integer("SVET_PROMISE_DAYS", 14)
PROMISE_PAUSE_DAYS = integer("SVET_PROMISE_PAUSE_DAYS", 60)
# Instalments: most months (below 2: none), debts in roubles, above which two members sign, months of a pause.
INSTALMENT_MONTHS = integer("SVET_INSTALMENT_MONTHS", 12)
INSTALMENT_LEAST = integer("SVET_INSTALMENT_LEAST", 1_000)
INSTALMENT_ALONE = integer("SVET_INSTALMENT_ALONE", 30_000)
INSTALMENT_MOST = integer("SVET_INSTALMENT_MOST", 300_000)
INSTALMENT_PAUSE_MONTHS = integer("SVET_INSTALMENT_PAUSE_MONTHS", 12)

LOGGING = logging_settings(env=ENV, level=os.environ.get("SVET_LOG_LEVEL", "INFO").upper())
