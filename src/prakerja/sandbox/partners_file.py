"""The credentials that the example programs hold, as one file that only its owner may read.

Keys stand sealed in the database, so the file can be written again at every start: it is never the only copy.
"""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import Any

from prakerja.partners.queries import credential_by_client_code, members
from prakerja.webhooks.endpoints import live_secrets, webhook_of_partner

NAME = "partners.json"
_KINDS = {"platform": "platforms", "institution": "institutions"}


def credentials_of(code: str) -> dict[str, str] | None:
    """`{"client_code", "sign_key"}` of a partner, or None when it has no live key."""
    found = credential_by_client_code(client_code=code)
    if found is None or found.is_revoked:
        return None
    return {"client_code": found.client_code, "sign_key": found.sign_keys[-1]}


def document() -> dict[str, Any]:
    """`{"platforms": {code: {client_code, sign_key, name, webhook_secrets}}, "institutions": {…}}`."""
    found: dict[str, Any] = {name: {} for name in _KINDS.values()}
    for partner in members():
        credentials = credentials_of(partner.code)
        if credentials is not None:
            found[_KINDS[partner.kind]][partner.code] = {
                **credentials,
                "name": partner.name,
                "webhook_secrets": _webhook_secrets(partner.partner_id),
            }
    return found


def _webhook_secrets(partner_id: uuid.UUID) -> list[str]:
    found = webhook_of_partner(partner_id=partner_id)
    return list(live_secrets(endpoint_id=found.endpoint_id)) if found is not None else []


def write(path: Path) -> None:
    """Write the file for its owner alone; a reader sees the old file or the new one, never half of one."""
    temporary = path.with_suffix(".new")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(document(), file, ensure_ascii=False, indent=1)
    temporary.replace(path)
