"""The worker: the outbox and what falls due. No pages, no requests."""

from __future__ import annotations

from prakerja.config.settings.base import *  # noqa: F403
