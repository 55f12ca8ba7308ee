"""The civil registry: every answer that its clients know, by the last four digits; real NIKs never get one."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.journeys

PATH = "/registry/dukcapil/get_json/prakerja/CALL_VERIFY_BY_ELEMEN"
ASKED = {
    "USER_ID": "sim",
    "PASSWORD": "sim",
    "IP_USER": "10.0.0.5",
    "TRESHOLD": "90",
    "NIK": "9900005708900001",
    "NO_KK": "9900000101150002",
    "NAMA_LGKP": "SITI ELOK",
    "TGL_LHR": "17-08-1990",
}


def ask(gateway: httpx.Client, **changes: str) -> dict[str, Any]:
    response = gateway.post(PATH, json=ASKED | changes)
    assert response.status_code == 200
    page = response.json()
    assert page["numberOfElements"] == page["totalElements"] == 1
    found: dict[str, Any] = page["content"][0]
    return found


def test_a_match_says_so_of_each_field(gateway: httpx.Client) -> None:
    assert ask(gateway) == {
        "NIK": "Sesuai",
        "NO_KK": "Sesuai",
        "NAMA_LGKP": "Sesuai (100)",
        "TGL_LHR": "Sesuai",
    }


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"NIK": "9900005708909050", "NAMA_LGKP": "BUDI"}, "NAMA_LGKP", "Tidak Sesuai (15)"),
        ({"NIK": "9900005708909050", "NAMA_LGKP": "siti elok"}, "NAMA_LGKP", "Sesuai (100)"),
        ({"NIK": "9900005708909051"}, "NO_KK", "Tidak Sesuai"),
        ({"NIK": "9900005708909051", "NO_KK": "9900005708900001"}, "NO_KK", "Sesuai"),
        ({"TGL_LHR": "18-08-1990"}, "TGL_LHR", "Tidak Sesuai"),
    ],
)
def test_a_field_differs_and_can_be_corrected(
    gateway: httpx.Client, changes: dict[str, str], field: str, says: str
) -> None:
    assert ask(gateway, **changes)[field] == says


@pytest.mark.parametrize("code", [f"{number:02d}" for number in range(3, 18)])
def test_a_miss_by_its_code(gateway: httpx.Client, code: str) -> None:
    found = ask(gateway, NIK=f"99000057089090{code}")
    assert found["RESPONSE_CODE"] == code
    assert found.get("RESPON") or found.get("RESPONSE")


@pytest.mark.parametrize("nik", ["3201014101900001", "123", "٩٩٠٠٠٠٥٧٠٨٩٠٠٠٠١"])
def test_nobody_real_gets_an_answer(gateway: httpx.Client, nik: str) -> None:
    assert ask(gateway, NIK=nik)["RESPONSE_CODE"] in ("13", "15")


def test_it_can_be_broken(gateway: httpx.Client) -> None:
    assert gateway.post(PATH, json=ASKED | {"NIK": "9900005708909053"}).status_code == 502
