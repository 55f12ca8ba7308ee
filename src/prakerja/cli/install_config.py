"""What an installation is told: a file in TOML, or answers at a terminal. Everything is looked at before anything is made."""

from __future__ import annotations

import getpass
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from prakerja.cli.arguments import CommandError

# Whoever may make the database and its roles, asked for once and kept nowhere.
MAKER = "PRAKERJA_MAKER_URL"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_ADDRESSES = ("portal", "console", "partner_api", "callbacks")
# Of every part: its keys, and those that may be missing with what they are then.
_PARTS: dict[str, dict[str, str | None]] = {
    "office": {"name": None, "address": None, "email": None, "phone": "", "help_phone": "", "help_hours": ""},
    "addresses": {**dict.fromkeys(_ADDRESSES), "draw_origin": "", "proxies": "127.0.0.1/32"},
    "operator": {"email": None, "name": None},
    "database": {"maker": "", "name": "prakerja", "roles": "", "host": "", "port": ""},
    "files": {"settings": "/etc/prakerja", "keys": "", "user": ""},
}
# Asked at a terminal, in this order: part, key, what it is.
_QUESTIONS = (
    ("office", "name", "Nama kantor yang bertanggung jawab atas data · Office that answers for people's data"),
    ("office", "address", "Alamatnya · Its address"),
    ("office", "email", "Emailnya · Its e-mail address"),
    ("office", "phone", "Teleponnya, boleh kosong · Its telephone, may be empty"),
    ("office", "help_phone", "Telepon bantuan, boleh kosong · Telephone for help, may be empty"),
    ("addresses", "portal", "Alamat https portal · https address of the portal"),
    ("addresses", "console", "Alamat https konsol · https address of the console"),
    ("addresses", "partner_api", "Alamat https API mitra · https address of the partner API"),
    ("addresses", "callbacks", "Alamat https panggilan balik · https address of the callbacks"),
    ("addresses", "proxies", "Jaringan proksi TLS · Networks of the TLS proxy"),
    ("operator", "email", "Email operator pertama · E-mail address of the first operator"),
    ("operator", "name", "Namanya · Their name"),
    ("database", "name", "Nama basis data · Name of the database"),
    ("database", "host", "Alamat server bagi pintu, kosong: sama · The server's address for doors, empty: the same"),
    ("files", "settings", "Folder setelan · Folder of the settings"),
    ("files", "user", "Pengguna yang menjalankan pintu, boleh kosong · User that runs the doors, may be empty"),
)


@dataclass(frozen=True)
class InstallConfig:
    """`maker_url`: whoever may make databases and roles. `more`: further settings for all (`common`) or one of the programs."""

    office: Mapping[str, str]
    addresses: Mapping[str, str]
    operator: Mapping[str, str]
    database: str
    roles: str
    host: str
    port: str
    maker_url: str
    settings: Path
    keys: Path
    user: str
    more: Mapping[str, Mapping[str, str]]


def read_config(path: Path) -> InstallConfig:
    """Raises CommandError: unreadable, a key that nobody knows, one that is missing or makes no sense."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CommandError(f"{path} tidak dapat dibaca: {error}", f"{path} cannot be read: {error}") from error
    return _checked(found)


def ask_config() -> InstallConfig:
    """Ask at the terminal, one thing after the other; an empty answer takes what is proposed."""
    if not sys.stdin.isatty():
        raise CommandError(
            "Di sini tidak ada terminal untuk bertanya. Tulis jawabannya di berkas: --config.",
            "There is no terminal here to ask at. Write the answers into a file: --config.",
        )
    found: dict[str, dict[str, str]] = {}
    for part, key, words in _QUESTIONS:
        proposed = _PARTS[part][key]
        while True:
            print(f"{words}{f' [{proposed}]' if proposed else ''}: ", end="", file=sys.stderr, flush=True)
            given = sys.stdin.readline()
            if not given:
                raise CommandError("Dihentikan; tidak ada yang dibuat.", "Stopped; nothing was made.")
            if given.strip() or proposed is not None:
                break
        found.setdefault(part, {})[key] = given.strip() or (proposed or "")
    if not os.environ.get(MAKER):
        found["database"]["maker"] = getpass.getpass(
            "Alamat server, dengan pembuatnya, tidak disimpan · Address of the server with its maker, not kept\n"
            "(postgresql://pembuat:sandi@127.0.0.1/postgres): "
        ).strip()
    return _checked(found)


def _checked(found: Mapping[str, Any]) -> InstallConfig:
    _require_known(found)
    parts = {part: _texts(found.get(part, {}), part) for part in _PARTS}
    for part, keys in _PARTS.items():
        for key, default in keys.items():
            if not parts[part].setdefault(key, default or ""):
                _require(default is not None, f"{part}.{key}")
    database, files, addresses = parts["database"], parts["files"], parts["addresses"]
    for key in _ADDRESSES:
        parsed = urlsplit(addresses[key])
        _require(
            parsed.scheme == "https" and bool(parsed.hostname) and parsed.path in ("", "/") and not parsed.query,
            f"addresses.{key}",
        )
        addresses[key] = addresses[key].rstrip("/")
    _require(_are_networks(addresses["proxies"]), "addresses.proxies")
    _require("@" in parts["operator"]["email"], "operator.email")
    roles = database["roles"] or database["name"]
    _require(bool(_NAME.fullmatch(database["name"])), "database.name")
    _require(bool(_NAME.fullmatch(roles)), "database.roles")
    _require(not database["port"] or database["port"].isdecimal(), "database.port")
    settings = Path(files["settings"])
    _require(settings.is_absolute(), "files.settings")
    keys_folder = Path(files["keys"] or settings / "keys")
    _require(keys_folder.is_absolute(), "files.keys")
    maker = os.environ.get(MAKER, "") or database["maker"]
    _require(bool(maker), f"database.maker / {MAKER}")
    return InstallConfig(
        office=parts["office"],
        addresses=addresses,
        operator=parts["operator"],
        database=database["name"],
        roles=roles,
        host=database["host"],
        port=database["port"],
        maker_url=maker,
        settings=settings,
        keys=keys_folder,
        user=files["user"],
        more=_more(found.get("settings", {})),
    )


def _require_known(found: Mapping[str, Any]) -> None:
    for part, content in found.items():
        if part != "settings":
            _require(part in _PARTS and isinstance(content, dict), part)
            for key in content:
                _require(key in _PARTS[part], f"{part}.{key}")


def _texts(found: Mapping[str, Any], part: str) -> dict[str, str]:
    texts = {}
    for key, value in found.items():
        if isinstance(value, list):
            value = ",".join(str(one) for one in value)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        _require(isinstance(value, str) and value.isprintable() and not set(value) & set("\"'\\$`"), f"{part}.{key}")
        texts[key] = value.strip()
    return texts


def _more(found: Any) -> dict[str, dict[str, str]]:
    """Settings that no question asks for, by the program that reads them: `[settings.worker]`."""
    _require(isinstance(found, dict) and all(isinstance(one, dict) for one in found.values()), "settings")
    more = {name: _texts(content, f"settings.{name}") for name, content in found.items()}
    for name, content in more.items():
        _require(name in ("common", *_ADDRESSES, "worker", "command"), f"settings.{name}")
        for key in content:
            _require(re.fullmatch(r"PRAKERJA_[A-Z0-9_]+", key) is not None, f"settings.{name}.{key}")
    return more


def _are_networks(text: str) -> bool:
    try:
        return all(ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError:
        return False


def _require(holds: bool, name: str) -> None:
    if not holds:
        raise CommandError(
            f"Setelan `{name}` tidak ada, tidak dikenal atau tidak dapat dipakai. Tidak ada yang dibuat.",
            f"The setting `{name}` is missing, not known or cannot be used. Nothing was made.",
        )
