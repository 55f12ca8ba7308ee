"""Making an installation, step by step. Whoever is killed at any step gives the same command again: each step looks what is there."""

from __future__ import annotations

import json
import os
import pwd
import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from prakerja.cli import settings_files
from prakerja.cli.arguments import CommandError, progress
from prakerja.cli.database import prepare_django
from prakerja.cli.install_config import InstallConfig
from prakerja.config.privileges import DOORS, OWNER, ROLES, SETTINGS
from prakerja.kernel.secrets import create_keys, keys
from prakerja.postgres import Server, roles

STATE = "installation.json"


@dataclass
class Installing:
    """What a step needs of those before it."""

    config: InstallConfig
    state: dict[str, Any]
    place: roles.Place
    urls: dict[str, str] = field(default_factory=dict)
    invitation: dict[str, str] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """What everything that is made in the server says of itself."""
        return f"prakerja installation {self.state['id']}"

    def role(self, name: str) -> str:
        return f"{self.config.roles}_{name}"


def install(config: InstallConfig, *, to_restore: bool = False) -> dict[str, Any]:
    """Make everything that is not there yet, and say what there is. Raises CannotRun: something is in the way; nothing was changed.

    `to_restore`: keys, tables and operators come with a backup.
    """
    state = _begin(config)
    place = roles.place_of(config.maker_url, database=config.database, host=config.host, port=config.port)
    work = Installing(config=config, state=state, place=place)
    names = [work.role(name) for name in (OWNER, *ROLES)]
    with roles.as_maker(config.maker_url) as maker:
        roles.require_unused(maker, url=config.maker_url, database=config.database, names=names, mark=work.mark)
    _owner_of_keys(config)
    steps = list(_steps_to_restore() if to_restore else _steps())
    for number, (words, step) in enumerate(steps, 1):
        progress(f"{number}/{len(steps)} {words}")
        step(work)
    return _made(work)


def _steps() -> Iterator[tuple[str, Callable[[Installing], None]]]:
    yield "Tanda pemasangan · The installation's mark", _keep_state
    yield "Kunci · Keys", _make_keys
    yield "Setelan · Settings", _write_settings
    yield "Peran basis data · Roles of the database", _make_roles
    yield "Basis data · The database", _make_database
    yield "Tabel · Tables", _make_tables
    yield "Hak setiap peran · What each role may do", _give_privileges
    yield "Mencoba masuk dengan setiap peran · Each role signs in", _try_roles
    yield "Operator pertama · The first operator", _invite_operator


def _steps_to_restore() -> Iterator[tuple[str, Callable[[Installing], None]]]:
    comes = (_make_keys, _make_tables, _give_privileges, _invite_operator)
    return ((words, step) for words, step in _steps() if step not in comes)


def finish(config: InstallConfig) -> None:
    """Say that the installation stands: after whoever installs was told, so that nothing that is said once is lost."""
    path = config.settings / STATE
    state = json.loads(path.read_text(encoding="utf-8"))
    settings_files.replace_file(path, json.dumps({**state, "is_done": True}) + "\n")


def _begin(config: InstallConfig) -> dict[str, Any]:
    """What an earlier start left, else the beginning of a new installation, not yet written."""
    path = config.settings / STATE
    wanted = {"database": config.database, "roles": config.roles, "keys": str(config.keys)}
    if not path.exists():
        if config.settings.exists() and any(config.settings.glob("*.env")):
            raise CommandError(
                f"Di {config.settings} sudah ada setelan lain. Pilih folder lain: files.settings. Tidak ada yang diubah.",
                f"There are other settings in {config.settings} already. Choose another folder: files.settings. Nothing was changed.",
            )
        return {"id": str(uuid.uuid4()), "is_done": False, **wanted}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if found["is_done"]:
        raise CommandError(
            f"Pemasangan di {config.settings} sudah selesai. Periksa dengan `prakerja check`; versi baru: `prakerja migrate`; tautan "
            "operator yang hilang: `prakerja operator reset-second-factor`.",
            f"The installation in {config.settings} stands already. Look at it with `prakerja check`; a new release: `prakerja migrate`; "
            "an operator's lost link: `prakerja operator reset-second-factor`.",
        )
    other = [name for name, value in wanted.items() if found[name] != value]
    if other:
        raise CommandError(
            f"Pemasangan yang terputus di {config.settings} memakai {', '.join(other)} yang lain. Pakai berkas setelan yang semula.",
            f"The interrupted installation in {config.settings} has another {', '.join(other)}. Use the original file.",
        )
    return found


def _keep_state(work: Installing) -> None:
    work.config.settings.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = work.config.settings / STATE
    if not path.exists():
        settings_files.replace_file(path, json.dumps(work.state) + "\n")


def _owner_of_keys(config: InstallConfig) -> tuple[int, int] | None:
    """Who the keys are handed to: the user that runs the doors. None: they stay ours. Raises CommandError: there is none such."""
    if not config.user:
        return None
    try:
        found = pwd.getpwnam(config.user)
    except KeyError:
        raise CommandError(
            f"Pengguna {config.user} tidak ada di mesin ini: `useradd --system {config.user}`. Tidak ada yang dibuat.",
            f"There is no user {config.user} on this machine: `useradd --system {config.user}`. Nothing was made.",
        ) from None
    if os.geteuid() not in (0, found.pw_uid):
        raise CommandError(
            f"Hanya root yang dapat memberi kunci kepada {config.user}. Tidak ada yang dibuat.",
            f"Only root can hand the keys to {config.user}. Nothing was made.",
        )
    return found.pw_uid, found.pw_gid


def _make_keys(work: Installing) -> None:
    folder = work.config.keys
    create_keys(folder)
    folder.chmod(0o700)
    owner = _owner_of_keys(work.config)
    if owner is not None:
        for path in (folder, *folder.glob("*.json")):
            os.chown(path, *owner)
        if folder.is_relative_to(work.config.settings):
            # Passable, so that its user reaches the keys: what else lies there is closed file by file.
            work.config.settings.chmod(0o711)


def _write_settings(work: Installing) -> None:
    """One file for all and one for each role; a password that is there stays."""
    config = work.config
    hosts = {door: urlsplit(config.addresses[door]).hostname or "" for door in DOORS}
    own = "127.0.0.1,localhost,[::1]"
    common = {
        "PRAKERJA_ENV": "production",
        "PRAKERJA_KEYS": str(config.keys),
        "PRAKERJA_PORTAL_URL": config.addresses["portal"],
        "PRAKERJA_CONSOLE_URL": config.addresses["console"],
        "PRAKERJA_PARTNER_API_URL": config.addresses["partner_api"],
        "PRAKERJA_CALLBACKS_URL": config.addresses["callbacks"],
        "PRAKERJA_HOSTS": ",".join([*dict.fromkeys(hosts.values()), own]),
        "PRAKERJA_TRUSTED_PROXIES": config.addresses["proxies"],
        "PRAKERJA_DRAW_ORIGIN": config.addresses["draw_origin"] or hosts["portal"],
        "PRAKERJA_PRIVACY_CONTROLLER": config.office["name"],
        "PRAKERJA_PRIVACY_ADDRESS": config.office["address"],
        "PRAKERJA_PRIVACY_EMAIL": config.office["email"],
        "PRAKERJA_PRIVACY_PHONE": config.office["phone"],
        "PRAKERJA_HELP_PHONE": config.office["help_phone"],
        **({"PRAKERJA_HELP_HOURS": config.office["help_hours"]} if config.office["help_hours"] else {}),
    }
    settings_files.write(
        settings_files.path_of(config.settings, settings_files.COMMON),
        {**common, **config.more.get("common", {})},
        heading="Setelan semua pintu, pekerja dan perintah · Settings of every door, the worker and the commands",
    )
    for name in (OWNER, *ROLES):
        path = settings_files.path_of(config.settings, name)
        kept = settings_files.read(path).get("DATABASE_URL", "") if path.exists() else ""
        password = (urlsplit(kept).password if kept else None) or secrets.token_urlsafe(32)
        work.urls[name] = work.place.url(work.role(name), password)
        content = {"DATABASE_URL": work.urls[name]}
        if name in DOORS:
            content["PRAKERJA_HOSTS"] = f"{hosts[name]},{own}"
        settings_files.write(path, content | dict(config.more.get(name, {})), heading=_WHAT.get(name, f"{name}"))


_WHAT = {
    OWNER: "Hanya untuk `prakerja migrate` dan pemulihan; jangan beri kepada pintu · For `prakerja migrate` and a restore alone; no door",
}


def _make_roles(work: Installing) -> None:
    made = [
        roles.Role(name=work.role(name), password=urlsplit(work.urls[name]).password or "", settings=SETTINGS[name])
        for name in (OWNER, *ROLES)
    ]
    with roles.as_maker(work.config.maker_url) as maker:
        roles.make_roles(maker, made, mark=work.mark)


def _make_database(work: Installing) -> None:
    with roles.as_maker(work.config.maker_url) as maker:
        roles.make_database(maker, database=work.config.database, owner=work.role(OWNER))
    roles.require_sign_in({work.role(OWNER): work.urls[OWNER]})
    roles.close_database(work.urls[OWNER], roles=[work.role(name) for name in ROLES], mark=work.mark)


def _make_tables(work: Installing) -> None:
    """As their owner; and the database says for ever that it is no sandbox."""
    config = work.config
    os.environ.update(settings_files.read(settings_files.path_of(config.settings, settings_files.COMMON)))
    prepare_django(Server(dsn=work.urls[OWNER], data_dir=config.settings))
    from prakerja.cli import installation
    from prakerja.kernel.clock import wall
    from prakerja.kernel.db import transaction
    from prakerja.kernel.installation import begin_production, read_installation

    installation.migrate()
    if read_installation() is None:
        with transaction():
            begin_production(keys_fingerprint=keys().fingerprint, at=wall())
    installation.check_installation()


def _give_privileges(_work: Installing) -> None:
    from prakerja.cli.installation import settle_privileges

    settle_privileges()


def _try_roles(work: Installing) -> None:
    roles.require_sign_in({work.role(name): work.urls[name] for name in ROLES})


def _invite_operator(work: Installing) -> None:
    """The first operator and their link; whoever was made by a start that was killed gets another link."""
    from prakerja.access import operators
    from prakerja.access.actors import Actor
    from prakerja.kernel.clock import now, wall

    email = work.config.operator["email"]
    there = operators.all_operators()
    if not there:
        made = operators.add_first_operator(email=email, name=work.config.operator["name"], wall=wall(), at=now())
    elif any(one.email == email.lower() and not one.has_password for one in there):
        made = operators.reset_second_factor(
            email=email, why="the link was lost", actor=Actor.system("installation"), wall=wall(), at=now()
        )
    else:
        return
    work.invitation = {
        "email": made.operator.email,
        "link": f"{work.config.addresses['console']}/accounts/password/choose/{made.token}/",
        "link_expires_at": made.expires_at.isoformat(),
    }


def _made(work: Installing) -> dict[str, Any]:
    return {
        "database": work.config.database,
        "server": f"{work.place.host}:{work.place.port}",
        "roles": [work.role(name) for name in (OWNER, *ROLES)],
        "settings": str(work.config.settings),
        "keys": str(work.config.keys),
        "operator": work.invitation,
    }
