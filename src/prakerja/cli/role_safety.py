"""What is unsafe about the roles that doors, worker and commands have in the database (ADR 0039). Nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from prakerja.cli import settings_files
from prakerja.cli.arguments import CommandError
from prakerja.cli.safety import Finding, one
from prakerja.config.privileges import OWNER, ROLES, SETTINGS

Ask = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
_SHOWN = 3


def of_roles(ask: Ask, *, prefix: str | None, differing: Sequence[str]) -> Iterator[Finding]:
    """What the server says of our roles. `ask` answers a statement with its rows; `differing`: privileges that are not the program's."""
    yield one(
        "roles",
        prefix is not None,
        "Semua pintu memakai satu peran basis data: siapa yang menguasai satu menguasai semuanya. Pasang dengan `prakerja install`.",
        "All doors share one role of the database: who takes one door takes everything. Install with `prakerja install`.",
    )
    if prefix is None:
        return
    names = [f"{prefix}_{role}" for role in ROLES]
    yield one(
        "tables' owner",
        not ask(
            "SELECT 1 FROM pg_class WHERE oid = to_regclass('django_migrations') AND pg_has_role(current_user, relowner, 'MEMBER')",
            [],
        ),
        f"Perintah ini berjalan sebagai pemilik tabel. Hanya `prakerja migrate` yang memakai {OWNER}.env; pintu tidak pernah.",
        f"This command runs as the owner of the tables. {OWNER}.env is for `prakerja migrate` alone, and for no door ever.",
    )
    powerful = _names(
        ask(
            "SELECT r.rolname FROM pg_roles r WHERE r.rolname = ANY(%s) AND (rolsuper OR rolcreaterole OR rolcreatedb OR "
            "rolreplication OR rolbypassrls OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)) ORDER BY 1",
            [names],
        )
    )
    yield one(
        "roles' powers",
        not powerful,
        f"Peran ini superuser, boleh membuat peran atau anggota peran lain: {_few(powerful)}. ALTER ROLE … NOSUPERUSER, REVOKE … FROM ….",
        f"These roles are superusers, may make roles, or are members of others: {_few(powerful)}. ALTER ROLE … NOSUPERUSER, REVOKE … FROM ….",
    )
    patient = _without_limits(ask, prefix)
    yield one(
        "timeouts",
        not patient,
        f"Batas waktu basis data hilang. Sebagai pembuat peran: {'; '.join(patient)}.",
        f"Roles without their limits of time. As whoever made the roles: {'; '.join(patient)}.",
    )
    yield one(
        "privileges",
        not differing,
        f"Hak peran berbeda dari program ini: {_few(differing)}. Jalankan `prakerja migrate`.",
        f"Roles may do other things than this program says: {_few(differing)}. Run `prakerja migrate`.",
    )


def _without_limits(ask: Ask, prefix: str) -> list[str]:
    """What sets every limit that the program wants and the server does not have."""
    found = {
        (name, *setting.split("=", 1))
        for name, settings in ask(
            "SELECT r.rolname, s.setconfig FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE r.rolname = ANY(%s)",
            [[f"{prefix}_{role}" for role in ROLES]],
        )
        for setting in settings
    }
    limited = {(name, setting) for name, setting, value in found if value not in ("0", "-1", "")}
    return [
        f"ALTER ROLE {prefix}_{role} SET {setting} = '{value}'"
        for role in ROLES
        for setting, value in SETTINGS[role].items()
        if value != "0" and (f"{prefix}_{role}", setting) not in limited
    ]


def of_settings_files(folder: Path | None, *, prefix: str | None) -> Iterator[Finding]:
    """Whether each door has its own role's file, readable to its owner alone. Nothing is said of what may not be looked at."""
    if folder is None:
        return
    open_ones, foreign = [], []
    for role in ("common", OWNER, *ROLES):
        path = settings_files.path_of(folder, role)
        if not path.exists():
            continue
        if path.stat().st_mode & 0o077:
            open_ones.append(path.name)
        try:
            url = settings_files.read(path).get("DATABASE_URL", "")
        except CommandError:
            continue
        user = unquote(urlsplit(url).username or "") if url else ""
        if prefix is not None and user and user != f"{prefix}_{role}":
            foreign.append(f"{path.name}: {user}")
    yield one(
        "settings files",
        not open_ones,
        f"Berkas setelan terbaca orang lain: {_few(open_ones)}. chmod 0600.",
        f"Settings that others can read: {_few(open_ones)}. Set 0600.",
    )
    yield one(
        "each its own role",
        not foreign,
        f"Pintu ini masuk sebagai peran lain: {_few(foreign)}. Setiap berkas memakai perannya sendiri.",
        f"These sign in to the database as somebody else: {_few(foreign)}. Each file has its own role.",
    )


def _names(found: list[tuple[Any, ...]]) -> list[str]:
    return [str(row[0]) for row in found]


def _few(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(str(name) for name in names[:_SHOWN]) + (f", … +{more}" if more > 0 else "")
