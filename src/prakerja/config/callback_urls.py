"""Who may call back, at which address."""

from __future__ import annotations

from django.urls import path

from prakerja.callbacks.bank import bank_results

urlpatterns = [path("bank/results", bank_results(rail="sandbox"))]
