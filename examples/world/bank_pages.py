"""The bank's pages: look up an account, watch money arrive, send a transfer back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for

from . import addresses, bank, pages
from .bank_rules import PROVIDERS
from .store import Store

blueprint = Blueprint("bank_pages", __name__, url_prefix="/bank")

_ACCOUNTS = (
    "SELECT account.*, coalesce(sum(amount) FILTER (WHERE status = 'settled'), 0) AS balance"
    " FROM account LEFT JOIN transfer ON transfer.account_id = account.id"
)
_TRANSFERS = (
    "SELECT transfer.*, account.provider, account.number, account.holder_name,"
    " (SELECT outcome FROM callback WHERE callback.reference = transfer.reference"
    " ORDER BY id DESC LIMIT 1) AS told"
    " FROM transfer JOIN account ON account.id = transfer.account_id"
)


def _store() -> Store:
    store: Store = current_app.extensions["world"].store
    return store


@blueprint.get("/")
def overview() -> str:
    """All accounts and the last transfers, numbers masked."""
    return _overview(error=None, accounts=None)


@blueprint.post("/lookup")
def look_up() -> Any:
    """Find an account by the number a person typed."""
    pages.require_form_token()
    typed = request.form.get("number", "")
    digits = "".join(filter(str.isdigit, typed))[:20]
    rows = _store().connection.execute(
        f"{_ACCOUNTS} WHERE number IN (?, ?) GROUP BY account.id ORDER BY provider",
        (digits, addresses.phone_number(typed)),
    )
    found = rows.fetchall()
    if len(found) == 1:
        return redirect(url_for("bank_pages.account", account_id=found[0]["id"]), 303)
    if found:
        return _overview(error=None, accounts=found)
    return _overview(error="Belum ada rekening atau e-wallet dengan nomor itu di bank demo ini.", accounts=None), 404


@blueprint.get("/accounts/<account_id>")
def account(account_id: str) -> str:
    """One account with its transfers, newest first."""
    connection = _store().connection
    row = connection.execute(f"{_ACCOUNTS} WHERE account.id = ? GROUP BY account.id", (account_id,)).fetchone()
    if row is None:
        abort(404)
    transfers = connection.execute(
        f"{_TRANSFERS} WHERE account_id = ? ORDER BY transfer.id DESC LIMIT 100", (account_id,)
    )
    return render_template("account.html", account=row, transfers=transfers.fetchall(), providers=PROVIDERS)


@blueprint.post("/transfers/<reference>/return")
def send_back(reference: str) -> Any:
    """Return a settled transfer, as a bank does that finds the account closed, and tell the programme."""
    return _turn(reference, before="settled", after="returned", reason="returned_by_bank")


@blueprint.post("/transfers/<reference>/arrive")
def let_arrive(reference: str) -> Any:
    """Let a failed transfer arrive after all, as clearing sometimes does, and tell the programme."""
    return _turn(reference, before="failed", after="settled", reason="cleared_late")


def _turn(reference: str, *, before: str, after: str, reason: str) -> Any:
    pages.require_form_token()
    with _store().writing() as connection:
        row = connection.execute("SELECT * FROM transfer WHERE reference = ?", (reference,)).fetchone()
        if row is None:
            abort(404)
        if row["status"] == before:
            connection.execute(
                "UPDATE transfer SET status = ?, reason = ? WHERE reference = ?", (after, reason, reference)
            )
            bank.owe_callback(connection, row, after, reason)
    return redirect(url_for("bank_pages.account", account_id=row["account_id"]), 303)


def _overview(*, error: str | None, accounts: list[Any] | None) -> str:
    connection = _store().connection
    if accounts is None:
        accounts = connection.execute(
            f"{_ACCOUNTS} GROUP BY account.id ORDER BY max(transfer.id) DESC NULLS LAST LIMIT 50"
        ).fetchall()
    transfers = connection.execute(f"{_TRANSFERS} ORDER BY transfer.id DESC LIMIT 50")
    return render_template(
        "bank.html", accounts=accounts, transfers=transfers.fetchall(), providers=PROVIDERS, error=error
    )
