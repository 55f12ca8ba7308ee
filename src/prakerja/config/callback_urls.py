"""Who may call back, and which verb each report becomes: the door knows neither."""

from __future__ import annotations

from datetime import datetime

from django.urls import path

from prakerja.callbacks.bank import bank_results
from prakerja.disbursements.results import ReportedResult


def _record(*, provider: str, result: ReportedResult, at: datetime) -> bool:
    from prakerja.incentives.operations import record_payment_result

    return record_payment_result(provider=provider, result=result, at=at)


urlpatterns = [path("bank/results", bank_results(provider="sandbox", record=_record))]
