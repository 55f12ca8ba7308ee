"""The Jinja2 environment of the pages: gettext, the formats, links and the addresses of the other sites."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from jinja2 import Environment, PackageLoader, StrictUndefined

from prakerja.portal import formats


def asset(path: str) -> str:
    """The address of a static file."""
    return static(path)


def language() -> str:
    """`id` or `en`: the language of this request."""
    return "en" if get_language() == "en" else "id"


def environment(**options: Any) -> Environment:
    """Called once by Django's Jinja2 backend with the options of the settings."""
    options["loader"] = PackageLoader("prakerja.portal")
    options.pop("autoescape", None)
    options["undefined"] = StrictUndefined
    options["trim_blocks"] = True
    options["lstrip_blocks"] = True
    options["extensions"] = [*options.get("extensions", []), "jinja2.ext.i18n"]
    env = Environment(autoescape=True, **options)
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        {
            "asset": asset,
            "url": reverse,
            "language": language,
            "is_demo": settings.IS_DEMO,
            "platform_urls": settings.PLATFORM_URLS,
            "institution_url": settings.INSTITUTION_URL,
            "phone_url": settings.PHONE_URL if settings.IS_DEMO else "",
        }
    )
    env.filters.update(
        {
            "rupiah": formats.rupiah,
            "instant": formats.instant,
            "until": formats.until,
            "day": formats.day,
            "weekday": formats.weekday,
            "wib_day": formats.wib_day,
            "hour": formats.hour,
            "grouped": formats.grouped,
            "thousands": formats.thousands,
            "masked": formats.masked,
        }
    )
    return env
