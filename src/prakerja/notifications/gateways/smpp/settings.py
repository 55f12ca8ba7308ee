"""The telephone companies of the settings, and one session with each for codes and one for everything else."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import get_args

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from prakerja.notifications.gateways.smpp.bucket import Bucket
from prakerja.notifications.gateways.smpp.gateway import Smpp
from prakerja.notifications.gateways.smpp.health import Health
from prakerja.notifications.gateways.smpp.pdus import bind_body
from prakerja.notifications.gateways.smpp.receipts import IdNotation
from prakerja.notifications.gateways.smpp.session import Company

_LOCK = threading.Lock()
_HEALTH: dict[Company, Health] = {}
_MADE: dict[tuple[tuple[Company, ...], bool], Smpp] = {}


def smpp_from_settings(is_urgent: bool) -> Smpp:
    """The gateway of this process for codes, or for everything else: sessions are kept, and there is one of each."""
    companies = tuple(company_of(one) for one in settings.SMPP if one["HOST"])
    if not companies:
        raise ImproperlyConfigured("SMS by SMPP needs PRAKERJA_SMPP_HOST")
    with _LOCK:
        made = _MADE.get((companies, is_urgent))
        if made is None:
            health = [_HEALTH.setdefault(one, Health(Bucket(one.rate))) for one in companies]
            made = _MADE[companies, is_urgent] = Smpp(companies, health=health, is_urgent=is_urgent)
    return made


def company_of(said: Mapping[str, str]) -> Company:
    """A company as the environment describes it.

    :raises ImproperlyConfigured: a value is none, or longer than the protocol allows.
    """
    try:
        company = Company(
            name=said["NAME"] or said["HOST"],
            host=said["HOST"],
            port=int(said["PORT"] or 2775),
            system_id=said["SYSTEM_ID"],
            password=said["PASSWORD"],
            system_type=said["SYSTEM_TYPE"],
            sender=said["SENDER"] or "PRAKERJA",
            window=int(said["WINDOW"] or 10),
            rate=int(said["RATE"] or 0),
            ids=said["IDS"] or "raw",
            instant_tag=int(said["INSTANT_TAG"] or "0", 16),
        )
        bind_body(system_id=company.system_id, password=company.password, system_type=company.system_type)
    except ValueError as error:
        raise ImproperlyConfigured(f"SMS by SMPP: {error}") from None
    if company.ids not in get_args(IdNotation) or company.window < 1 or company.rate < 0 or len(company.sender) > 11:
        raise ImproperlyConfigured("SMS by SMPP: IDS, WINDOW, RATE or SENDER cannot be meant")
    return company
