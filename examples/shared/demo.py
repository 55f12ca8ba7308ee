"""Accounts that a demo's people have before anybody opened a page: the file `DEMO_ACCOUNTS`, read when a program starts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from examples.shared.store import Account, Visitors


def printed_passwords(file: Path | None, kind: str) -> dict[tuple[str, str], str]:
    """Return the passwords of a demo's people by site and e-mail: they are printed for everybody, so a form may be filled in."""
    if file is None or not file.exists():
        return {}
    told = json.loads(file.read_text(encoding="utf-8")).get(kind, {})
    return {(site, entry["email"]): entry["password"] for site, entries in told.items() for entry in entries}


def open_accounts(visitors: Visitors, file: Path | None, kind: str) -> Iterator[tuple[Account, dict[str, Any]]]:
    """Open the accounts of "platforms" or "institutions" that are missing; each with what the file says of it.

    One that somebody opened by hand with the same e-mail is left alone."""
    if file is None or not file.exists():
        return
    for site, entries in json.loads(file.read_text(encoding="utf-8")).get(kind, {}).items():
        for entry in entries:
            account = visitors.sign_up(
                site=site,
                name=entry["name"],
                email=entry["email"],
                password=entry["password"],
                account_id=entry.get("id"),
            )
            if account is not None:
                yield account, entry
