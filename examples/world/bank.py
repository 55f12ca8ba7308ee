"""The bank's interface for the programme: ask about an account, transfer to it, ask how transfers stand."""

from __future__ import annotations

import secrets
import sqlite3
import time
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from . import bank_rules, doors

_PAGE = 500

blueprint = Blueprint("bank", __name__, url_prefix="/bank")


@blueprint.before_request
def check_signature() -> None:
    """Every call is signed; the pages are a blueprint of their own."""
    doors.require_signature(current_app.extensions["world"].settings.bank_key)


@blueprint.post("/inquiry")
def inquiry() -> Response:
    """Whose account is this, and may money be paid into it?"""
    fields = doors.body()
    provider = doors.text(fields, "provider", longest=20)
    number = bank_rules.account_number(provider, doors.text(fields, "number", longest=30))
    asked_for = doors.text(fields, "name", longest=200, required=False)
    nik_tail = doors.text(fields, "nik_tail", longest=4, required=False)
    if number is None:
        return jsonify(
            {
                "found": False,
                "holder_name": None,
                "nik_matches": False,
                "is_kyc_complete": False,
                "status": "unknown",
            }
        )
    behaviour = bank_rules.behaviour(number)
    with current_app.extensions["world"].store.writing() as connection:
        account = _open_account(connection, provider, number, bank_rules.holder_name(number, asked_for))
        is_owner = behaviour.nik_matches and _is_owner(
            connection, account["id"], bank_rules.identity(asked_for, nik_tail)
        )
        # A block shows only once a payment has met it: otherwise nobody could link such an
        # account and see one fail.
        blocked = connection.execute(
            "SELECT 1 FROM transfer WHERE account_id = ? AND reason = 'account_blocked'", (account["id"],)
        ).fetchone()
    return jsonify(
        {
            "found": True,
            "holder_name": account["holder_name"],
            "nik_matches": is_owner,
            "is_kyc_complete": behaviour.is_kyc_complete,
            "status": "blocked" if blocked else "active",
        }
    )


@blueprint.post("/transfers")
def transfer() -> tuple[Response, int] | Response:
    """Pay once.

    The same reference again gets the first answer; with another amount or account it is refused (409).
    """
    fields = doors.body()
    reference = doors.reference(fields)
    provider = doors.text(fields, "provider", longest=20)
    number = bank_rules.account_number(provider, doors.text(fields, "number", longest=30))
    holder_name = doors.text(fields, "holder_name", longest=200)
    amount = doors.rupiah(fields)
    at = doors.instant(fields)
    if number is None:
        doors.refuse(422, "account_unknown")
    world = current_app.extensions["world"]
    behaviour = bank_rules.behaviour(number)
    if behaviour.is_lost:
        doors.refuse(503, "unavailable")
    with world.store.writing() as connection:
        account = _open_account(connection, provider, number, bank_rules.holder_name(number, holder_name))
        is_new = connection.execute(
            "INSERT INTO transfer"
            " (reference, account_id, amount, at, first_status, first_reason, status, reason)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (reference) DO NOTHING",
            (
                reference,
                account["id"],
                amount,
                at,
                behaviour.status,
                behaviour.reason,
                behaviour.status,
                behaviour.reason,
            ),
        ).rowcount
        row = _find(connection, reference)
        if is_new and behaviour.later:
            owe_callback(connection, row, behaviour.later, behaviour.later_reason, wait=world.settings.return_seconds)
    if row["amount"] != amount or row["account_id"] != account["id"]:
        return jsonify({"error": "reference_used"}), 409
    if is_new and behaviour.keeps_silent:
        # The money has moved and nobody is told: the caller gives up waiting and must ask. Stopping the
        # program ends the silence.
        world.stopping.wait(world.settings.silence_seconds)
    return jsonify(_answer(row, row["first_status"], row["first_reason"]))


@blueprint.get("/transfers")
def statement() -> Response:
    """Every transfer that the bank knows, oldest first, a page at a time: ``next`` is the ``after`` of the next page."""
    after = request.args.get("after", 0, type=int)
    found = current_app.extensions["world"].store.connection.execute(
        "SELECT * FROM transfer WHERE id > ? ORDER BY id LIMIT ?", (after, _PAGE)
    )
    rows = found.fetchall()
    return jsonify(
        {
            "transfers": [_answer(row, row["status"], row["reason"]) for row in rows],
            "next": rows[-1]["id"] if len(rows) == _PAGE else None,
        }
    )


@blueprint.get("/transfers/<reference>")
def status(reference: str) -> tuple[Response, int] | Response:
    """How a transfer stands now; 404 when the bank never heard of it, so that it may be sent."""
    row = _find(current_app.extensions["world"].store.connection, reference)
    if row is None:
        return jsonify({"error": "not_found"}), 404
    return jsonify(_answer(row, row["status"], row["reason"]))


def owe_callback(connection: sqlite3.Connection, row: Any, status: str, reason: str, *, wait: float = 0) -> None:
    """Write down that the programme must be told, with the order's stamp: the bank knows no other."""
    connection.execute(
        "INSERT INTO callback (reference, status, reason, at, due) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (row["reference"], status, reason, row["at"], time.time() + wait),
    )


def _find(connection: sqlite3.Connection, reference: str) -> Any:
    return connection.execute("SELECT * FROM transfer WHERE reference = ?", (reference,)).fetchone()


def _open_account(connection: sqlite3.Connection, provider: str, number: str, holder_name: str) -> Any:
    """The account row; a number nobody asked about before is opened in the name it is asked for with."""
    connection.execute(
        "INSERT INTO account VALUES (?, ?, ?, ?) ON CONFLICT (provider, number) DO UPDATE"
        " SET holder_name = excluded.holder_name WHERE account.holder_name LIKE 'PEMEGANG %'",
        (secrets.token_hex(8), provider, number, holder_name),
    )
    return connection.execute("SELECT * FROM account WHERE provider = ? AND number = ?", (provider, number)).fetchone()


def _is_owner(connection: sqlite3.Connection, account_id: str, identity: str | None) -> bool:
    """Whether the account is this person's: whoever is asked about first owns it, and nobody else does afterwards."""
    if identity is None:
        return True
    connection.execute("INSERT INTO account_owner VALUES (?, ?) ON CONFLICT DO NOTHING", (account_id, identity))
    row = connection.execute("SELECT identity FROM account_owner WHERE account_id = ?", (account_id,)).fetchone()
    return bool(row["identity"] == identity)


def _answer(row: Any, status: str, reason: str | None) -> dict[str, Any]:
    answer = {
        "reference": row["reference"],
        "bank_reference": f"DEMO{row['id']:010}",
        "status": status,
        "amount": row["amount"],
    }
    return answer | {"reason": reason} if reason else answer
