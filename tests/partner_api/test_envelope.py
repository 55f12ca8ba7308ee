"""The shape of answers, and the language that they speak."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from prakerja.partner_api import envelope, errors


def test_success_is_exactly_200() -> None:
    response = envelope.success(data={"quota": 5}, message=errors.OK, language="id")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.content == b'{"success":true,"message":"OK","data":{"quota":5}}'


def test_void_has_no_data_member() -> None:
    response = envelope.success(data=envelope.NO_DATA, message=errors.VOIDED, language="id")
    assert json.loads(response.content) == {"success": True, "message": "Transaksi berhasil dibatalkan."}


def test_empty_data_is_still_a_member() -> None:
    response = envelope.success(data=None, message=errors.OK, language="en")
    assert json.loads(response.content) == {"success": True, "message": "OK", "data": None}


def test_failure_is_neither_2xx_nor_success_and_has_no_data() -> None:
    response = envelope.failure(row=errors.BY_CODE["ERRVOD40001"], language="id")
    assert response.status_code == 400
    assert response.content == (b'{"code":"ERRVOD40001","message":"Kode transaksi tidak ditemukan.","success":false}')
    assert not response.has_header("Retry-After")


@pytest.mark.parametrize(("reason", "seconds"), [("busy", "1"), ("rate_limited", "5")])
def test_waiting_is_suggested_where_it_helps(reason: str, seconds: str) -> None:
    assert envelope.failure(row=errors.for_reason(reason), language="id")["Retry-After"] == seconds


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "id"),
        ("*", "id"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("id", "id"),
        ("id,en;q=0.9", "id"),
        ("en;q=0.8, id;q=0.9", "id"),
        ("en;q=0.8, id;q=0.2", "en"),
        ("fr, de;q=0.5", "id"),
        ("fr, en;q=0.5", "en"),
        ("en;q=0", "id"),
        ("en;q=nonsense", "id"),
        ("en;q=nan", "id"),
        ("in-ID", "id"),
        ("in", "id"),
        ("in-ID,en;q=0.9", "id"),
        ("id-ID, en-US;q=0.9, en;q=0.8", "id"),
        ("ind, eng", "id"),
        ("id_ID, en", "id"),
        ("ms-MY, jv, id;q=0.9, en;q=0.8", "id"),
        ("fr, in;q=0.4, en;q=0.4", "id"),
        ("en, in-ID", "en"),
        ("en; q=0.3 , in-ID ; Q = 0.7", "id"),
        ("id;level=1;q=0.1, en;q=0.5", "en"),
        ("en-q, xx", "en"),
        ("x" * 5000, "id"),
    ],
)
def test_language(header: str, language: str) -> None:
    assert envelope.language_of(header) == language


def test_stamps_are_utc_with_whole_seconds() -> None:
    local = datetime(2023, 10, 24, 17, 54, 45, 999999, tzinfo=timezone(timedelta(hours=7)))
    assert envelope.stamp(local) == "2023-10-24T10:54:45Z"
