"""`POST /bank/results`: how a payment ended, as the sandbox bank tells it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from prakerja.disbursements.results import CallbackRefused, ReportedResult, read_result
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused

_LOG = logging.getLogger(__name__)
_MOST_BODY_BYTES = 64 * 1024
_STATUS = {"signature": 401, "stale": 401, "malformed": 400}


class RecordResult(Protocol):
    """The one call of this door."""

    def __call__(self, *, rail: str, result: ReportedResult, at: datetime) -> bool:
        """Write the result down; a repetition changes nothing. False when the reference is nobody's.

        Raises Refused when it contradicts what is known.
        """


def bank_results(*, rail: str, record: RecordResult) -> Callable[[HttpRequest], HttpResponse]:
    """The view for one rail; config wires `record` to the context that owns payments.

    Answers 200 for a result that is written down, now or before; 401, 400, 404 (unknown reference), 409 (it contradicts
    what is written down), 413 otherwise, on which the bank tries again. `at` is programme time now: the bank's own stamp is for its papers.
    """

    @csrf_exempt
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        if not 0 < _declared_length(request) <= _MOST_BODY_BYTES:
            return JsonResponse({"error": "too_large"}, status=413)
        try:
            result = read_result(
                rail=rail,
                body=request.body,
                signature=request.headers.get("X-Bank-Signature", ""),
                wall=clock.wall(),
            )
        except CallbackRefused as refused:
            return JsonResponse({"error": refused.reason}, status=_STATUS[refused.reason])
        try:
            is_known = record(rail=rail, result=result, at=clock.now())
        except Refused as refused:
            # Settled after failed, or failed after settled: no answer of ours mends it, an operator has to ask the bank.
            _LOG.warning("a bank's result was refused: %s", refused.reason)
            return JsonResponse({"error": refused.reason}, status=409)
        if not is_known:
            return JsonResponse({"error": "reference_unknown"}, status=404)
        return JsonResponse({"accepted": True})

    return view


def _declared_length(request: HttpRequest) -> int:
    """The length the caller declares, before anything is read; 0 when it declares none."""
    declared = request.META.get("CONTENT_LENGTH", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0
