"""What a program is answered at this door where no view of ours answers: JSON, as everything else here."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse

from prakerja.kernel.db import is_busy


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return JsonResponse({"error": "malformed"}, status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return JsonResponse({"error": "not_found"}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500; 503 when the database could not take the call now: the bank tries again."""
    if is_busy(sys.exc_info()[1]):
        return JsonResponse({"error": "busy"}, status=503)
    return JsonResponse({"error": "internal"}, status=500)
