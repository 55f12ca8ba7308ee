"""`POST /bank/results`: how a payment ended, as the sandbox bank tells it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from prakerja.disbursements.operations import CallbackRefused, read_callback, take_callback
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused

_MOST_BODY_BYTES = 64 * 1024
_STATUS = {"signature": 401, "stale": 401, "malformed": 400}


def bank_results(*, rail: str) -> Callable[[HttpRequest], HttpResponse]:
    """The view for one rail: 200 for what is written down, whether it fits what we know or contradicts it.

    401 (signature, or too old), 400, 404 (unknown reference) and 413 otherwise, on which the bank tries again. What
    becomes of the payment is what the rail says when it is asked; its own stamp is for its papers.
    """

    @csrf_exempt
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        if not 0 < _declared_length(request) <= _MOST_BODY_BYTES:
            return JsonResponse({"error": "too_large"}, status=413)
        try:
            reported = read_callback(
                rail=rail,
                body=request.body,
                signature=request.headers.get("X-Bank-Signature", ""),
                wall=clock.wall(),
            )
            take_callback(rail=rail, reported=reported, at=clock.now())
        except CallbackRefused as refused:
            return JsonResponse({"error": refused.reason}, status=_STATUS[refused.reason])
        except Refused as refused:
            return JsonResponse({"error": refused.reason}, status=404)
        return JsonResponse({"accepted": True})

    return view


def _declared_length(request: HttpRequest) -> int:
    """The length the caller declares, before anything is read; 0 when it declares none."""
    declared = request.META.get("CONTENT_LENGTH", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0
