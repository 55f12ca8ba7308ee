from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def demo(request: HttpRequest) -> dict[str, object]:
    """Every page outside production says what it is; each offers both languages."""
    return {
        "is_demo": settings.IS_DEMO,
        "languages": settings.LANGUAGES,
        "sandbox_url": settings.SANDBOX_URL if settings.IS_DEMO else "",
    }
