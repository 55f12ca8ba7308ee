"""What an example program is told by its environment, and the partner credentials file."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from examples.shared.prakerja_client import Credentials, PartnerUnavailable

# How an institution lets a code be used: on Prakerja's own page, or by the legacy call from server to server.
VERIFICATION, COMMIT = "verification", "commit"
DEMO_TEACHER = "pengajar-demo"


class PartnersFile:
    """The JSON file of credentials; read again when it changes, so a partner added later is known at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._content: dict[str, dict[str, dict[str, Any]]] = {}

    def _read(self) -> dict[str, dict[str, dict[str, Any]]]:
        with self._lock:
            try:
                state = self._path.stat()
            except FileNotFoundError:
                return self._content
            stamp = (state.st_mtime_ns, state.st_size)
            if stamp != self._stamp:
                self._content = json.loads(self._path.read_text(encoding="utf-8"))
                self._stamp = stamp
            return self._content

    def entries(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return all partners of a kind ("platforms" or "institutions") by code."""
        return self._read().get(kind, {})

    def credentials(self, kind: str, code: str) -> Credentials:
        """Return one partner's credentials; `PartnerUnavailable` when the file does not name it."""
        entry = self.entries(kind).get(code)
        if entry is None:
            raise PartnerUnavailable(f"no credentials for {code}")
        return Credentials(client_code=entry["client_code"], sign_key=entry["sign_key"])

    def webhook_secrets(self, kind: str, code: str) -> list[str]:
        """Return the secrets that messages to a partner are signed with; none when it registered no webhook."""
        return list(self.entries(kind).get(code, {}).get("webhook_secrets", []))


@dataclass(frozen=True)
class Settings:
    """Addresses and folders that both programs need."""

    api_url: str
    partners_file: Path
    data_dir: Path
    host: str
    portal_url: str
    phone_url: str
    institution_url: str
    timeout_s: float
    attendance: str = VERIFICATION
    # With this word an account of a class site becomes a teacher's. Of a demo, and known to everybody.
    teacher_password: str = DEMO_TEACHER
    # Accounts of a demo's people, opened when the program starts; without it there are none.
    demo_accounts: Path | None = None


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment; exits with a sentence when something required is missing."""
    missing = [name for name in ("PRAKERJA_API", "PARTNERS_FILE", "DATA_DIR") if not environ.get(name)]
    if missing:
        raise SystemExit("Set these environment variables: " + ", ".join(missing))
    attendance = environ.get("ATTENDANCE") or VERIFICATION
    if attendance not in (VERIFICATION, COMMIT):
        raise SystemExit(f"ATTENDANCE is {VERIFICATION} or {COMMIT}.")
    data_dir = Path(environ["DATA_DIR"])
    os.umask(0o077)  # Accounts and orders are for this program's own user.
    data_dir.mkdir(parents=True, exist_ok=True)
    return Settings(
        api_url=environ["PRAKERJA_API"],
        partners_file=Path(environ["PARTNERS_FILE"]),
        data_dir=data_dir,
        host=environ.get("HOST", "127.0.0.1"),
        portal_url=environ.get("PORTAL_URL", ""),
        phone_url=environ.get("PHONE_URL", ""),
        institution_url=environ.get("INSTITUTION_URL", ""),
        timeout_s=float(environ.get("PRAKERJA_TIMEOUT_S", "10")),
        attendance=attendance,
        teacher_password=environ.get("TEACHER_PASSWORD") or DEMO_TEACHER,
        demo_accounts=Path(environ["DEMO_ACCOUNTS"]) if environ.get("DEMO_ACCOUNTS") else None,
    )
