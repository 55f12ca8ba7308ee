"""Settings of every door. Environment in, no logic: what a door adds stands in its own module beside this one."""

from __future__ import annotations

import os
from pathlib import Path

from prakerja.config.settings.certificates import certificates_in
from prakerja.config.settings.database import database_from_environment
from prakerja.config.settings.proxies import proxies_from_environment
from prakerja.kernel.errors import CannotRun
from prakerja.kernel.secrets import keys

PACKAGE = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ("production", "sandbox", "test")
# Unset means production. `make run` and `journey` say "sandbox"; what may be done is still asked of the database.
ENVIRONMENT = os.environ.get("PRAKERJA_ENV") or "production"
if ENVIRONMENT not in ENVIRONMENTS:
    # A word that was mistyped would make a demo of an installation, or the other way round.
    raise CannotRun(
        f"PRAKERJA_ENV={ENVIRONMENT} tidak dikenal. Pilih satu: {', '.join(ENVIRONMENTS)}.",
        f"PRAKERJA_ENV={ENVIRONMENT} is not known. Choose one of {', '.join(ENVIRONMENTS)}.",
    )
IS_DEMO = ENVIRONMENT != "production"

SECRET_KEY, *SECRET_KEY_FALLBACKS = keys().django_secrets()
DEBUG = False
# The names that a door answers to, checked before everything else (`config/wsgi/doorstep.py`). `@addresses`, for a sandbox that
# listens everywhere: any address in digits, which no stranger's name can pretend to be.
HOSTS = os.environ.get("PRAKERJA_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
ALLOWED_HOSTS = ["*"] if "@addresses" in HOSTS else HOSTS
PROXIES = proxies_from_environment()
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
USE_I18N = True
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [str(PACKAGE / name / "locale") for name in ("portal", "console", "partner_api", "developer_site")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "access.User"

CONTEXTS = [
    "kernel",
    "audit",
    "ledger",
    "notifications",
    "access",
    "programmes",
    "people",
    "partners",
    "catalogue",
    "wallets",
    "surveys",
    "disbursements",
    "grants",
    "registrations",
    "sittings",
    "rosters",
    "awards",
    "intake",
    "draw",
    "checkpoints",
    "vouchers",
    "purchases",
    "training",
    "incentives",
    "webhooks",
    "privacy",
    "cases",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    *(f"prakerja.{name}" for name in CONTEXTS),
]
MIDDLEWARE: list[str] = []
DATABASES = {"default": database_from_environment(pool_size=int(os.environ.get("PRAKERJA_POOL", "2")))}

# Argon2 with the costs of OWASP's second profile: Django's default takes 100 MiB a sign-in (decisions.md 77).
PASSWORD_HASHERS = ["prakerja.access.hashers.LeanArgon2"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(request)s%(message)s"},
        "json": {"()": "prakerja.kernel.logs.JsonLines"},
    },
    "filters": {"redact": {"()": "prakerja.kernel.logs.Redact"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line" if IS_DEMO else "json", "filters": ["redact"]}
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
}

PHONE_URL = os.environ.get("PRAKERJA_PHONE_URL", "")
CALLBACKS_URL = os.environ.get("PRAKERJA_CALLBACKS_URL", "")
# A name of `training.verification.VERIFIERS`, for schemes that verify faces. Empty: in a sandbox the simulated one, else none
# passes.
FACE_VERIFIER = os.environ.get("PRAKERJA_FACE_VERIFIER", "")
PORTAL_URL = os.environ.get("PRAKERJA_PORTAL_URL", "")
CONSOLE_URL = os.environ.get("PRAKERJA_CONSOLE_URL", "")
PARTNER_API_URL = os.environ.get("PRAKERJA_PARTNER_API_URL", "")
SANDBOX_URL = os.environ.get("PRAKERJA_SANDBOX_URL", "")
INSTITUTION_URL = os.environ.get("PRAKERJA_INSTITUTION_URL", "")
# {"tokopedia": "http://…", …}: where the portal sends a person who wants to buy.
PLATFORM_URLS = dict(
    pair.split("=", 1) for pair in os.environ.get("PRAKERJA_PLATFORM_URLS", "").split(",") if "=" in pair
)
# Who answers for people's data under the law, and how to reach them: what the privacy page says (docs/how-to/run-it.md).
_INVENTED = ("Penyelenggara demo Prakerja (rekaan)", "Jalan Rekaan 1, Jakarta", "privasi@contoh.example", "")
_NAMED = ("PRAKERJA_PRIVACY_CONTROLLER", "PRAKERJA_PRIVACY_ADDRESS", "PRAKERJA_PRIVACY_EMAIL", "PRAKERJA_PRIVACY_PHONE")
PRIVACY_CONTROLLER, PRIVACY_ADDRESS, PRIVACY_EMAIL, PRIVACY_PHONE = (
    os.environ.get(name, invented if IS_DEMO else "") for name, invented in zip(_NAMED, _INVENTED, strict=True)
)
# How people reach a human: a telephone and when it is answered, by weekdays from 1 (Monday) and WIB. Empty: by the form only.
HELP_PHONE = os.environ.get("PRAKERJA_HELP_PHONE", "0800 000 0000" if IS_DEMO else "")
HELP_HOURS = os.environ.get("PRAKERJA_HELP_HOURS", "1-5 08:00-17:00")
# A name of `notifications.gateways.GATEWAYS`.
MESSAGE_GATEWAY = os.environ.get("PRAKERJA_MESSAGE_GATEWAY", "log_only")
GATEWAY_KEY = os.environ.get("PRAKERJA_GATEWAY_KEY", "")
# The same for one channel alone, where it is another; and how telephone companies and the mail server are spoken to
# (docs/how-to/send-sms-and-email.md). The second company takes over while the first cannot be trusted.
SMS_GATEWAY = os.environ.get("PRAKERJA_SMS_GATEWAY", "")
EMAIL_GATEWAY = os.environ.get("PRAKERJA_EMAIL_GATEWAY", "")
_OF_COMPANY = [
    "NAME",
    "HOST",
    "PORT",
    "SYSTEM_ID",
    "PASSWORD",
    "SYSTEM_TYPE",
    "SENDER",
    "WINDOW",
    "RATE",
    "IDS",
    "INSTANT_TAG",
]
SMPP = [
    {name: os.environ.get(f"{prefix}{name}", "") for name in _OF_COMPANY}
    for prefix in ("PRAKERJA_SMPP_", "PRAKERJA_SMPP_SECOND_")
]
_OF_SERVER = ["HOST", "PORT", "SENDER", "USER", "PASSWORD", "SECURITY"]
SMTP = {name: os.environ.get(f"PRAKERJA_SMTP_{name}", "") for name in _OF_SERVER}
# Who owes money and has it paid by disbursements: the kind that its payments carry → a `disbursements.payers.Payer`.
PAYERS = {"incentives": "prakerja.incentives.payer.INCENTIVES"}
# The rail of new payments: a name of `disbursements.rails.RAILS`.
PAYOUT_RAIL = os.environ.get("PRAKERJA_PAYOUT_RAIL", "sandbox")
BANK_URL = os.environ.get("PRAKERJA_BANK_URL", "")
BANK_KEY = os.environ.get("PRAKERJA_BANK_KEY", "")
# A name of `registrations.registry.REGISTRIES`, and how it is spoken to: its address, our name there, user, password and the
# address that it knows us by; how alike a name must be (0-100). Empty: none is connected.
CIVIL_REGISTRY = os.environ.get("PRAKERJA_CIVIL_REGISTRY", "none")
REGISTRY_URL = os.environ.get("PRAKERJA_REGISTRY_URL", "")
REGISTRY_INSTITUTION = os.environ.get("PRAKERJA_REGISTRY_INSTITUTION", "prakerja")
REGISTRY_USER = os.environ.get("PRAKERJA_REGISTRY_USER", "")
REGISTRY_PASSWORD = os.environ.get("PRAKERJA_REGISTRY_PASSWORD", "")
REGISTRY_ADDRESS = os.environ.get("PRAKERJA_REGISTRY_ADDRESS", "")
REGISTRY_THRESHOLD = int(os.environ.get("PRAKERJA_REGISTRY_THRESHOLD", "90"))
# What a draw's signatures call this site, and where rounds of drand are asked for (draw.md 6, 7). Empty: they are entered by hand.
DRAW_ORIGIN = os.environ.get("PRAKERJA_DRAW_ORIGIN", "prakerja.example")
# An authority of time (RFC 3161) and the file with the root certificates under which its answers count.
TIME_STAMP_URL = os.environ.get("PRAKERJA_TIME_STAMP_URL", "")
TIME_STAMP_ROOTS = certificates_in(os.environ.get("PRAKERJA_TIME_STAMP_ROOTS", ""))
DRAND_URL = os.environ.get("PRAKERJA_DRAND_URL", "").rstrip("/")
# The NIST beacon's certificates whose pulses count, each by the SHA-512 of its DER in hex; one that was used stays. Empty: no pulse does.
NIST_CERTIFICATES = os.environ.get("PRAKERJA_NIST_CERTIFICATES", "").lower().replace(",", " ").split()
if any(len(one) != 128 or set(one) - set("0123456789abcdef") for one in NIST_CERTIFICATES):
    raise CannotRun(
        "PRAKERJA_NIST_CERTIFICATES menyebut setiap sertifikat dengan SHA-512-nya: 128 angka heksadesimal.",
        "PRAKERJA_NIST_CERTIFICATES names each certificate by its SHA-512: 128 hex digits.",
    )
