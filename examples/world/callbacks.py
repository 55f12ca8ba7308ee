"""The bank calls the programme back: a thread that posts what is owed, again and again with longer waits."""

from __future__ import annotations

import json
import logging
import threading
import time
from datetime import UTC, datetime
from typing import Any

import httpx

from .bank_rules import Behaviour, behaviour
from .doors import signature
from .settings import Settings
from .store import Store

_LOG = logging.getLogger("world.callbacks")
_FIRST_WAIT_SECONDS = 1.0
_MOST_TRIES = 10


class Caller(threading.Thread):
    """Posts due results to ``<CALLBACKS_URL>/bank/results`` until the programme answers with success."""

    def __init__(self, settings: Settings, store: Store, stopping: threading.Event) -> None:
        super().__init__(name="callbacks", daemon=True)
        self._settings = settings
        self._store = store
        self._stopping = stopping

    def run(self) -> None:
        """Look twice a second; a row survives a restart, so nothing owed is forgotten."""
        with httpx.Client(trust_env=False, timeout=httpx.Timeout(5, connect=2)) as client:
            while not self._stopping.wait(0.5):
                rows = self._store.connection.execute(
                    "SELECT * FROM callback WHERE outcome = 'waiting' AND due <= ? ORDER BY due LIMIT 20",
                    (time.time(),),
                )
                for row in rows.fetchall():
                    if self._stopping.is_set():
                        return
                    self._tell(client, row)

    def _tell(self, client: httpx.Client, row: Any) -> None:
        """Let the result be true in the bank's own books first, then post it; some numbers do only one of the two."""
        rules = self._behaviour(row)
        if rules.is_true:
            with self._store.writing() as connection:
                connection.execute(
                    # Once only: a person may have turned it since, and a later try must not turn it back.
                    "UPDATE transfer SET status = ?, reason = ? WHERE reference = ? AND status = first_status",
                    (row["status"], row["reason"], row["reference"]),
                )
        tries = row["tries"] + 1
        if not rules.calls_back:
            outcome = "given_up"
        elif self._post(client, row):
            outcome = "delivered"
        else:
            outcome = "given_up" if tries >= _MOST_TRIES else "waiting"
            _LOG.warning("callback %s: try %s was not taken, %s", row["id"], tries, outcome)
        wait = _FIRST_WAIT_SECONDS * 2 ** (tries - 1)
        with self._store.writing() as connection:
            connection.execute(
                "UPDATE callback SET tries = ?, outcome = ?, due = ? WHERE id = ?",
                (tries, outcome, time.time() + wait, row["id"]),
            )

    def _behaviour(self, row: Any) -> Behaviour:
        number = self._store.connection.execute(
            "SELECT number FROM account JOIN transfer ON transfer.account_id = account.id WHERE reference = ?",
            (row["reference"],),
        ).fetchone()["number"]
        return behaviour(number)

    def _post(self, client: httpx.Client, row: Any) -> bool:
        if not self._settings.callbacks_url:
            return False
        said = {name: row[name] for name in ("reference", "status", "reason", "at")}
        # Wall time, new with every try and inside what is signed: the programme refuses what is old.
        body = json.dumps(said | {"sent_at": datetime.now(tz=UTC).isoformat()}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Bank-Signature": signature(self._settings.bank_key, body),
        }
        try:
            answer = client.post(f"{self._settings.callbacks_url}/bank/results", content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
        return answer.is_success
