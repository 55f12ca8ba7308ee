"""The civil registry: invented people match, two endings do not, real NIKs never get an answer."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.journeys

PERSON = {
    "nik": "9901014101900001",
    "family_card_number": "9901010101900001",
    "name": "Siti Aminah",
    "birth_date": "1990-01-01",
}


@pytest.mark.parametrize(
    ("nik", "answer"),
    [
        ("9901014101900001", {"match": True, "reason": None}),
        ("9901014101900007", {"match": False, "reason": "data_differs"}),
        ("9901014101900006", {"match": False, "reason": "deceased"}),
        ("3201014101900001", {"match": False, "reason": "not_found"}),
    ],
)
def test_who_matches(gateway: httpx.Client, nik: str, answer: dict[str, object]) -> None:
    response = gateway.post("/registry/identity", json=PERSON | {"nik": nik})
    assert (response.status_code, response.json()) == (200, answer)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nik": "99"}, "nik"),
        ({"nik": 9901014101900001}, "nik"),
        ({"nik": "٩٩٠١٠١٤١٠١٩٠٠٠٠١"}, "nik"),
        ({"family_card_number": None}, "family_card_number"),
        ({"name": " "}, "name"),
        ({"birth_date": "1990-02-30"}, "birth_date"),
    ],
)
def test_a_malformed_question_is_refused(gateway: httpx.Client, change: dict[str, object], field: str) -> None:
    response = gateway.post("/registry/identity", json=PERSON | change)
    assert (response.status_code, response.json()) == (400, {"error": "invalid", "field": field})
