"""The participant's site."""

from __future__ import annotations

import os

from prakerja.config.settings.pages import *  # noqa: F403
from prakerja.config.settings.pages import INSTALLED_APPS, PACKAGE

INSTALLED_APPS = [*INSTALLED_APPS, "prakerja.portal"]
ROOT_URLCONF = "prakerja.config.portal_urls"
# One environment for each language: words and addresses are put in when a template is compiled, not at each visit.
TEMPLATES = [
    {
        "NAME": language,
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "portal" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": f"prakerja.portal.jinja2env.{function}"},
    }
    for language, function in (("id", "indonesian"), ("en", "english"))
]
# Cookies do not know ports: every site has its own names (decisions.md 36).
SESSION_COOKIE_NAME = "portal_session"
CSRF_COOKIE_NAME = "portal_csrf"
LANGUAGE_COOKIE_NAME = "portal_language"
SESSION_DOOR = "portal"
SESSION_OWNER = "person_id"
# An idle participant is signed out after an hour, and everybody after half a day: phones are shared.
SESSION_COOKIE_AGE = 60 * 60
SESSION_ABSOLUTE_AGE = 12 * 60 * 60
# So many joins a second are taken, by all doors together; whoever comes faster stands in line (`intake.lining`). A bit
# more than what the database of one machine makes durable, so that the line begins where taps would be kept waiting.
JOINS_A_SECOND = int(os.environ.get("PRAKERJA_JOINS_A_SECOND", "3000"))
# Said in our words, with what to do next.
CSRF_FAILURE_VIEW = "prakerja.portal.errors.expired_form"
# Photos: the server reads more at these addresses (2 MB, and the form around it), into memory and into no file, where a card would
# lie open. What is larger is said in our words (`portal.errors`).
LARGER_BODIES = {
    "/daftar/isi/foto-ktp": 2_200_000,
    "/daftar/petugas": 2_200_000,
    "/masuk/nomor-hilang/foto/ktp": 2_200_000,
    "/masuk/nomor-hilang/foto/kk": 2_200_000,
    # A new case, and one's own case by its id.
    "/kasus-saya/": 2_200_000,
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_200_000
