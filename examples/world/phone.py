"""The phone: a gateway that takes messages, and the inbox in which a person reads them."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import HTTPException

from . import addresses, doors, pages
from .store import Store

# Of one call with several messages.
_MOST_AT_ONCE = 500
_LARGEST_BATCH = 1024 * 1024

blueprint = Blueprint("phone", __name__, url_prefix="/phone")

# What a person copies out of a message: a one-time password, or a code of twelve characters. Only in a message
# that speaks of one, so that no amount and no date is taken for it.
_SPEAKS_OF_A_CODE = re.compile(r"\b(otp|kode|code|voucher)\b", re.IGNORECASE)
_CODE = re.compile(
    r"(?<![\w.,-])"
    r"(\d{6}|(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{12}|[A-Z0-9]{4}(?:-[A-Z0-9]{4}){2})"
    r"(?![\w-])"
)


def _store() -> Store:
    store: Store = current_app.extensions["world"].store
    return store


@blueprint.post("/messages")
def take_message() -> tuple[Response, int] | Response:
    """Take one SMS or e-mail. The same reference again is accepted and changes nothing.

    Numbers that end in 0009 make the gateway say 503 (try again), 0008 make it say 422 (never).
    """
    _require_key()
    said = _take([doors.body()])[0]
    return jsonify(said["answer"]), said["status"]


@blueprint.post("/batches")
def take_messages() -> Response:
    """Take several messages in one call, in one transaction: each is answered as it would be alone, in their order."""
    _require_key()
    request.max_content_length = _LARGEST_BATCH
    found = doors.body().get("messages")
    if not isinstance(found, list) or not 1 <= len(found) <= _MOST_AT_ONCE:
        doors.refuse(400, "invalid", field="messages")
    return jsonify({"outcomes": [{"status": one["status"], **one["answer"]} for one in _take(found)]})


def _require_key() -> None:
    doors.require_bearer(current_app.extensions["world"].settings.gateway_key)


def _take(found: list[Any]) -> list[dict[str, Any]]:
    """Keep what can be delivered; what each is answered."""
    rows, said = [], []
    for fields in found:
        try:
            rows.append(_row(fields))
        except HTTPException as refused:
            answer = refused.get_response()
            said.append({"status": answer.status_code, "answer": json.loads(answer.get_data())})
        else:
            said.append({"status": 200, "answer": {"accepted": True}})
    if rows:
        with _store().writing() as connection:
            connection.executemany(
                "INSERT INTO message (reference, channel, address, subject, text, at) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (reference) DO NOTHING",
                rows,
            )
    return said


def _row(fields: Any) -> tuple[Any, ...]:
    if not isinstance(fields, dict):
        doors.refuse(400, "malformed")
    channel = doors.text(fields, "channel", longest=5)
    to = addresses.address(doors.text(fields, "to", longest=254))
    if channel not in ("sms", "email"):
        doors.refuse(400, "invalid", field="channel")
    if to is None or ("@" in to) != (channel == "email"):
        doors.refuse(422, "address")
    row = (
        doors.reference(fields),
        channel,
        to,
        doors.text(fields, "subject", longest=200, required=False) or None,
        doors.text(fields, "text", longest=20_000),
        doors.instant(fields),
    )
    if to.endswith("0009"):
        doors.refuse(503, "temporarily_unavailable")
    if to.endswith("0008"):
        doors.refuse(422, "unreachable")
    return row


@blueprint.get("/")
def start() -> str:
    """Ask which phone to look at; a demo also lists the phones that were written to last."""
    return _start_page(error=None)


@blueprint.post("/")
def open_inbox() -> Any:
    """Go to the inbox of the number or e-mail address that was typed."""
    pages.require_form_token()
    address = addresses.address(request.form.get("address", ""))
    if address is None:
        return _start_page(error="Tuliskan nomor ponsel, misalnya 0812 3456 7890, atau alamat email."), 422
    return redirect(url_for("phone.inbox", typed=address), 303)


@blueprint.get("/<typed>")
def inbox(typed: str) -> str:
    """The messages of one phone, newest first."""
    address = _address_or_404(typed)
    messages = sorted(_messages(address, after=0), key=_written, reverse=True)
    for message in messages:
        message["codes"] = codes_in(message["text"])
    rows = _store().connection.execute("SELECT email FROM mailbox WHERE number = ? ORDER BY email", (address,))
    return render_template(
        "inbox.html",
        address=address,
        is_number="@" not in address,
        messages=messages,
        newest=max((message["id"] for message in messages), default=0),
        mailboxes=[row["email"] for row in rows],
    )


@blueprint.post("/<typed>/mailboxes")
def add_mailbox(typed: str) -> Any:
    """Add an e-mail address to this phone's mail program, so that its e-mails stand among the SMS."""
    pages.require_form_token()
    number = _address_or_404(typed)
    email = addresses.address(request.form.get("email", ""))
    if email is not None and "@" in email and "@" not in number:
        with _store().writing() as connection:
            connection.execute("INSERT INTO mailbox VALUES (?, ?) ON CONFLICT DO NOTHING", (number, email))
    return redirect(url_for("phone.inbox", typed=number), 303)


@blueprint.get("/<typed>/messages.json")
def messages(typed: str) -> Response:
    """What this phone has received, newest first; ``after`` leaves out all up to that id."""
    address = _address_or_404(typed)
    after = request.args.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) <= 15):
        doors.refuse(400, "invalid", field="after")
    return jsonify(_messages(address, after=int(after)))


def codes_in(text: str) -> list[str]:
    """The codes a person would copy from a message, each once, in the order they stand."""
    if not _SPEAKS_OF_A_CODE.search(text):
        return []
    return list(dict.fromkeys(_CODE.findall(text)))


def _address_or_404(typed: str) -> str:
    address = addresses.address(typed)
    if address is None:
        abort(404)
    return address


def _messages(address: str, *, after: int) -> list[dict[str, Any]]:
    rows = _store().connection.execute(
        "SELECT id, at, channel, address, subject, text FROM message"
        " WHERE id > ? AND (address = ? OR address IN (SELECT email FROM mailbox WHERE number = ?))"
        " ORDER BY id DESC LIMIT 200",
        (after, address, address),
    )
    return [
        {name: row[name] for name in ("id", "at", "channel")}
        | {"to": row["address"], "subject": row["subject"], "text": row["text"]}
        for row in rows
    ]


def _written(message: dict[str, Any]) -> tuple[datetime, int]:
    """When a message was written: what waited for the gateway may arrive after what is younger."""
    return datetime.fromisoformat(message["at"]), message["id"]


def _start_page(*, error: str | None) -> str:
    recent = _store().connection.execute(
        # Phones first: codes come by SMS, and a demo has as many mailboxes as phones. Of the last messages only: a wave's
        # are millions, and a page reads none of them twice.
        "SELECT address, newest, (SELECT count(*) FROM message m WHERE m.address = written.address) AS count FROM"
        " (SELECT address, max(id) AS newest FROM (SELECT address, id FROM message ORDER BY id DESC LIMIT 2000)"
        " GROUP BY address ORDER BY address LIKE '%@%', newest DESC LIMIT 24) written"
        " ORDER BY address LIKE '%@%', newest DESC"
    )
    return render_template("phone.html", recent=recent.fetchall(), error=error)
