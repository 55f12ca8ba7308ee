"""Who may call back, at which address."""

from __future__ import annotations

from django.urls import path

from prakerja.callbacks import errors
from prakerja.callbacks.bank import bank_results

urlpatterns = [path("bank/results", bank_results(rail="sandbox"))]

handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.broken
