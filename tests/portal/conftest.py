"""The portal's door over Django's test client, at an instant of wave 21."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from prakerja.config.settings import portal as door
from prakerja.kernel import clock
from prakerja.kernel.models import Clock
from prakerja.portal.throttle import forget_posts
from tests.builders import install
from tests.portal import world

TAKEN_OVER = (
    "ROOT_URLCONF",
    "SESSION_ENGINE",
    "SESSION_CACHE_ALIAS",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_AGE",
    "SESSION_ABSOLUTE_AGE",
    "SESSION_EXPIRE_AT_BROWSER_CLOSE",
    "SESSION_DOOR",
    "SESSION_OWNER",
    "CSRF_COOKIE_NAME",
    "LANGUAGE_COOKIE_NAME",
    "CACHES",
    "CONTENT_SECURITY_POLICY",
    "JOINS_A_SECOND",
    "DATA_UPLOAD_MAX_MEMORY_SIZE",
    "FILE_UPLOAD_HANDLERS",
    "FILE_UPLOAD_MAX_MEMORY_SIZE",
    "CSRF_FAILURE_VIEW",
    "X_FRAME_OPTIONS",
    "SECURE_REFERRER_POLICY",
    "STATIC_URL",
)


@pytest.fixture
def portal(db: None, settings: Any) -> Iterator[Client]:
    """A browser at the door with its own settings, in a demo."""
    settings.IS_DEMO = True
    settings.HELP_PHONE = "0800 000 0000"
    settings.PLATFORM_URLS = {"tokopedia": "http://127.0.0.1:8017"}
    settings.INSTITUTION_URL = "http://127.0.0.1:8005"
    for name in TAKEN_OVER:
        setattr(settings, name, getattr(door, name, False))
    settings.MIDDLEWARE = [name for name in door.MIDDLEWARE if "static_files" not in name]
    settings.TEMPLATES = door.TEMPLATES
    cache.clear()
    forget_posts()
    install()
    set_clock(world.BOUGHT)
    yield Client()
    clock.forget()


def set_clock(at: datetime) -> None:
    """Programme time is `at` from now on (and ticks)."""
    Clock.objects.update(offset_us=(at - clock.wall()) // timedelta(microseconds=1))
    clock.forget()


@pytest.fixture
def move() -> Callable[[datetime], None]:
    return set_clock


@pytest.fixture
def enter(portal: Client) -> Callable[[uuid.UUID], Client]:
    """Sign somebody in without the way through the phone, which has tests of its own."""

    def sign_in(person_id: uuid.UUID) -> Client:
        session = portal.session
        session["person_id"] = str(person_id)
        session.save()
        portal.cookies[door.SESSION_COOKIE_NAME] = session.session_key
        return portal

    return sign_in
