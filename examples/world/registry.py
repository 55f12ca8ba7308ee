"""The civil registry: does this person exist as written? It keeps nothing and knows only invented people.

It speaks as the real one's clients do (`CALL_VERIFY_BY_ELEMEN`): always 200, and what it thinks stands in the body, under names
that were never agreed on. The last four digits of a NIK choose what it says, so that everything can be tried.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template

from . import doors

blueprint = Blueprint("registry", __name__, url_prefix="/registry")

# The registry's own code → its words.
_MISSES = {
    "03": "Login Gagal",
    "04": "IP Address Tidak Sesuai",
    "05": "Kuota Akses Hari ini telah Habis",
    "06": "Di Luar Jam Akses",
    "07": "Parameter Tidak Lengkap",
    "08": "NIK Tidak Dapat Diproses",
    "09": "User ID, Password atau IP User Kosong",
    "10": "IP User Belum Terdaftar",
    "11": "Data Ditemukan, Meninggal Dunia",
    "12": "Data Ditemukan, Data Ganda",
    "13": "Data Tidak Ditemukan, NIK tidak terdapat di database Kependudukan",
    "14": "Data Ditemukan, Status Non Aktif silahkan hubungi Dinas Dukcapil",
    "15": "Data Tidak Ditemukan, NIK tidak sesuai format Dukcapil",
    "16": "Instansi Tidak Aktif",
    "17": "User Tidak Aktif",
}
# Whoever the registry calls otherwise than most people write: the name of 9050.
OTHER_NAME = "SITI ELOK"


def other_family_card(nik: str) -> str:
    """The family card that the registry has of 9051: to be found on its page, so that it can be corrected."""
    return nik[:12] + "0001"


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What the registry says to one question.

    Invented NIKs begin with 99, a province that does not exist; every other one is unknown here, so that no real person's
    data ever gets an answer.
    """
    nik, ending = str(asked.get("NIK", "")), str(asked.get("NIK", ""))[12:]
    if not all(str(asked.get(name, "")) for name in ("USER_ID", "PASSWORD", "IP_USER")):
        return _miss("09")
    if not re.fullmatch(r"[0-9]{16}", nik):
        return _miss("15")
    if not nik.startswith("99"):
        return _miss("13")
    if ending.startswith("90") and ending[2:] in _MISSES:
        return _miss(ending[2:])
    # In the registry's own words for people: TRESHOLD is how alike a name must be.
    threshold = int(str(asked.get("TRESHOLD", "90")) or 90)
    said: dict[str, Any] = {"NIK": "Sesuai"}
    if "NO_KK" in asked:
        right = other_family_card(nik) if ending == "9051" else asked["NO_KK"]
        said["NO_KK"] = "Sesuai" if asked["NO_KK"] == right else "Tidak Sesuai"
    if "NAMA_LGKP" in asked:
        right = OTHER_NAME if ending == "9050" else asked["NAMA_LGKP"]
        score = round(100 * difflib.SequenceMatcher(None, str(asked["NAMA_LGKP"]).upper(), right.upper()).ratio())
        said["NAMA_LGKP"] = f"{'Sesuai' if score >= threshold else 'Tidak Sesuai'} ({score})"
    if "TGL_LHR" in asked:
        day, month, year = [*str(asked["TGL_LHR"]).split("-"), "", "", ""][:3]
        born = int(nik[6:8])
        is_right = (day, month, year[2:]) == (f"{born - 40 if born > 40 else born:02d}", nik[8:10], nik[10:12])
        said["TGL_LHR"] = "Sesuai" if is_right else "Tidak Sesuai"
    return said


def _miss(code: str) -> dict[str, Any]:
    # One half of the world writes it so, the other half otherwise.
    return {("RESPON" if int(code) % 2 else "RESPONSE"): _MISSES[code], "RESPONSE_CODE": code}


@blueprint.post("/dukcapil/get_json/<institution>/CALL_VERIFY_BY_ELEMEN")
def verify(institution: str) -> Response:
    """Compare one person. 9052 takes half a minute, 9053 is a broken server."""
    asked = doors.body()
    ending = str(asked.get("NIK", ""))[12:]
    if ending == "9053":
        return make_response("Bad Gateway", 502)
    if ending == "9052":
        world = current_app.extensions["world"]
        world.stopping.wait(world.settings.registry_silence_seconds)
    return jsonify(
        {
            "content": [answer(asked)],
            "lastPage": True,
            "numberOfElements": 1,
            "sort": None,
            "totalElements": 1,
            "firstPage": True,
            "number": 0,
            "size": 1,
            "quotaLimiter": 999,
        }
    )


@blueprint.get("/")
def explain() -> str:
    """Say what this registry says of whom."""
    return render_template("registry.html", misses=_MISSES, other_name=OTHER_NAME)
