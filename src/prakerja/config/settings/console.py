"""The operators' site: password and authenticator, then browsing; nothing can be changed by the browsing pages."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_EVAL
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy

from prakerja.config.settings.operators import *  # noqa: F403
from prakerja.config.settings.pages import *  # noqa: F403
from prakerja.config.settings.pages import INSTALLED_APPS, MIDDLEWARE, PACKAGE

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "unfold",
    "django.contrib.admin",
    "django.contrib.messages",
    "prakerja.console",
]
MIDDLEWARE = [
    *MIDDLEWARE,
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "prakerja.console.urls"
LOGIN_URL = reverse_lazy("sign_in")
LOGIN_REDIRECT_URL = "/"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "console" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "prakerja.console.context.demo",
            ]
        },
    }
]
# A list of another office, a list of results: into memory and into no file, where NIKs would lie open. Longer ones are imported by
# the command.
LARGER_BODIES = {"/rosters/import/": 8_100_000, "/results/upload/": 32_100_000, "/results/go-on/": 32_100_000}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 32_100_000
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_NAME = "console_session"
CSRF_COOKIE_NAME = "console_csrf"
LANGUAGE_COOKIE_NAME = "console_language"
CSRF_FAILURE_VIEW = "prakerja.console.errors.expired_form"
SESSION_DOOR = "console"
SESSION_OWNER = "_auth_user_id"
# Ends with the browser, after an idle half hour, and after a working day whatever happens.
SESSION_COOKIE_AGE = 30 * 60
SESSION_ABSOLUTE_AGE = 10 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# unfold's pages run Alpine, which evaluates the expressions that unfold wrote into them (ADR 0028). Nothing else is looser.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
UNFOLD = {
    "SITE_TITLE": "Prakerja",
    "SITE_HEADER": "Konsol Prakerja",
    "SITE_SYMBOL": "visibility",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": True,
        "navigation": [
            {
                "items": [
                    {
                        "title": gettext_lazy("Pembayaran tertahan dan gagal"),
                        "icon": "payments",
                        "link": reverse_lazy("console_payments"),
                    },
                    {
                        "title": gettext_lazy("Perlu perhatian"),
                        "icon": "notification_important",
                        "link": reverse_lazy("console_attention"),
                    },
                    {
                        "title": gettext_lazy("Daftar lembaga lain"),
                        "icon": "fact_check",
                        "link": reverse_lazy("console_rosters"),
                    },
                    {
                        "title": gettext_lazy("Ulasan"),
                        "icon": "reviews",
                        "link": reverse_lazy("console_reviews"),
                    },
                    {
                        "title": gettext_lazy("Peristiwa keamanan"),
                        "icon": "shield",
                        "link": reverse_lazy("console_security"),
                    },
                    {
                        "title": gettext_lazy("Versi"),
                        "icon": "info",
                        "link": reverse_lazy("console_versions"),
                        "permission": "prakerja.console.versions.may_look",
                    },
                    {
                        "title": gettext_lazy("Sesi saya"),
                        "icon": "devices",
                        "link": reverse_lazy("sessions"),
                    },
                ]
            }
        ],
    },
    "COLORS": {
        "primary": {
            "50": "236 247 250",
            "100": "207 234 241",
            "200": "160 212 224",
            "300": "106 184 203",
            "400": "55 150 174",
            "500": "22 121 146",
            "600": "11 95 115",
            "700": "9 78 95",
            "800": "7 60 73",
            "900": "5 45 55",
            "950": "3 30 37",
        }
    },
}
