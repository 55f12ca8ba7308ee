"""The sandbox's small site: the front door, the clock, the demo accounts, the authenticator. Serves on a sandbox database only."""

from __future__ import annotations

from prakerja.config.settings import portal
from prakerja.config.settings.pages import *  # noqa: F403
from prakerja.config.settings.pages import INSTALLED_APPS, MIDDLEWARE, PACKAGE

INSTALLED_APPS = [
    *INSTALLED_APPS,
    # For its style sheet, and the names in a session of its pages.
    "prakerja.portal",
    "prakerja.sandbox",
]
MIDDLEWARE = [name for name in MIDDLEWARE if "SessionMiddleware" not in name]
ROOT_URLCONF = "prakerja.sandbox.site.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "sandbox" / "site" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.template.context_processors.i18n",
            ]
        },
    }
]
# This site has no sessions. What its front door writes is the portal's, for one of the demo's people (ADR 0035).
SESSION_COOKIE_NAME = portal.SESSION_COOKIE_NAME
SESSION_DOOR = portal.SESSION_DOOR
SESSION_OWNER = portal.SESSION_OWNER
SESSION_COOKIE_AGE = portal.SESSION_COOKIE_AGE
SESSION_ABSOLUTE_AGE = portal.SESSION_ABSOLUTE_AGE
CSRF_COOKIE_NAME = "sandbox_csrf"
LANGUAGE_COOKIE_NAME = "sandbox_language"
CSRF_FAILURE_VIEW = "prakerja.sandbox.site.views.expired_form"
