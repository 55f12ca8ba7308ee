"""The civil registry: does this person exist as written? It keeps nothing and knows only invented people."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, jsonify, render_template

from . import doors

blueprint = Blueprint("registry", __name__, url_prefix="/registry")


def verdict(nik: str) -> tuple[bool, str | None]:
    """Whether a NIK belongs to a living person as asked, and if not, why.

    Invented NIKs begin with 99, a province that does not exist; every other one is unknown here, so that no
    real person's data ever gets an answer.
    """
    if not nik.startswith("99"):
        return False, "not_found"
    if nik.endswith("0007"):
        return False, "data_differs"
    if nik.endswith("0006"):
        return False, "deceased"
    return True, None


@blueprint.post("/identity")
def identity() -> Response:
    """Compare one person: 16-digit NIK and family card number, name and date of birth."""
    fields = doors.body()
    for name in ("nik", "family_card_number"):
        digits = doors.text(fields, name, longest=16)
        if not (len(digits) == 16 and digits.isascii() and digits.isdigit()):
            doors.refuse(400, "invalid", field=name)
    doors.text(fields, "name", longest=200)
    try:
        date.fromisoformat(doors.text(fields, "birth_date", longest=10))
    except ValueError:
        doors.refuse(400, "invalid", field="birth_date")
    matches, reason = verdict(fields["nik"])
    return jsonify({"match": matches, "reason": reason})


@blueprint.get("/")
def explain() -> str:
    """Say which invented people this registry knows."""
    return render_template("registry.html")
