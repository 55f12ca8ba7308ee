"""What every door with pages for people shares: cookies, headers, static files, language."""

from __future__ import annotations

from csp.constants import NONCE, NONE, SELF

from prakerja.config.settings.base import *  # noqa: F403
from prakerja.config.settings.base import INSTALLED_APPS, IS_DEMO

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.staticfiles", "csp"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "prakerja.config.static_files.StaticFiles",
    # Inside the static files, which are packed when they are built. Forms' tokens are masked anew for every answer.
    "prakerja.config.packing.PackedPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "prakerja.config.language.ChosenLanguage",
    "django.middleware.csrf.CsrfViewMiddleware",
    "prakerja.config.content_policy.ContentPolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# Found in the packages at start and then served from memory of where they are: nothing to collect, nothing to forget. Pages
# name them under the release's own folder, where they are kept for a year; this is for the plain names.
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "prakerja.config.static_files.NamedForTheRelease"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 300

# Sessions stand in the database, so that signing out ends them everywhere (a signed cookie would go on working for
# whoever copied it), and each process remembers one for five seconds: a page then costs its own query only.
SESSION_ENGINE = "prakerja.access.session_store"
SESSION_SAVE_EVERY_REQUEST = False
SESSION_CACHE_ALIAS = "default"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# The demo speaks plain HTTP on 127.0.0.1; everywhere else a cookie that may travel unencrypted is a leak.
SESSION_COOKIE_SECURE = not IS_DEMO
CSRF_COOKIE_SECURE = not IS_DEMO
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0 if IS_DEMO else 31_536_000
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
