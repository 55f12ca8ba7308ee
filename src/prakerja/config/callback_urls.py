"""Who may call back, and which verb each report becomes: the door knows neither."""

from __future__ import annotations

from datetime import datetime

from django.urls import path

from prakerja.callbacks.bank import bank_results
from prakerja.disbursements.results import ReportedResult
from prakerja.kernel.errors import Refused


def _record(*, rail: str, result: ReportedResult, at: datetime) -> bool:
    from prakerja.incentives.operations import record_payment_result

    try:
        record_payment_result(
            rail=rail, reference=result.reference, status=result.status, reason=result.reason or "", at=at
        )
    except Refused as refused:
        if refused.reason != "reference_unknown":
            raise
        return False
    return True


urlpatterns = [path("bank/results", bank_results(rail="sandbox", record=_record))]
