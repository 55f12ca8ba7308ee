"""What is unsafe about an installation: each thing looked at by itself, with what to do about it. Nothing is changed."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prakerja.postgres import backups

_CLOCK_MAY_DIFFER = timedelta(seconds=1)
_BACKUP_IS_OLD = timedelta(hours=26)
_LEAST_FREE = 5 << 30
_LEAST_SHARE = 0.1
# Gateways and rails that carry nothing out of this machine.
_LOGS_ONLY, _PLAYED = ("", "log_only"), ("", "none", "sandbox")
_EXAMPLE = (".example", "example.com", "localhost", "127.0.0.1")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `is_safe`, and else what is wrong and what to do, in both languages."""

    name: str
    is_safe: bool
    indonesian: str = ""
    english: str = ""


def one(name: str, is_safe: bool, indonesian: str, english: str) -> Finding:
    return Finding(name, True) if is_safe else Finding(name, False, indonesian, english)


def of_settings(settings: Any, *, is_sandbox: bool) -> Iterator[Finding]:
    """What the environment says of names, proxies, gateways and rails."""
    yield one(
        "environment",
        not is_sandbox and settings.ENVIRONMENT == "production",
        "Ini bukan pemasangan produksi: basis data ini sandbox, atau PRAKERJA_ENV bukan production.",
        "This is no production: the database is a sandbox, or PRAKERJA_ENV is not production.",
    )
    outside = [name for name in settings.HOSTS if name not in ("127.0.0.1", "localhost", "[::1]", "testserver")]
    yield one(
        "host names",
        bool(outside) and not {"*", "@addresses"} & set(outside),
        "PRAKERJA_HOSTS harus menyebut nama pintu-pintu ini yang sebenarnya, tanpa * dan @addresses.",
        "PRAKERJA_HOSTS has to name what these doors are really called, without * and @addresses.",
    )
    yield one(
        "proxy",
        bool(settings.PROXIES.networks),
        "PRAKERJA_TRUSTED_PROXIES kosong: tanpa proksi TLS di depan, semua orang dihitung sebagai satu alamat.",
        "PRAKERJA_TRUSTED_PROXIES is empty: without a TLS proxy in front everybody counts as one address.",
    )
    addresses = {
        "PRAKERJA_PORTAL_URL": settings.PORTAL_URL,
        "PRAKERJA_CONSOLE_URL": settings.CONSOLE_URL,
        "PRAKERJA_PARTNER_API_URL": settings.PARTNER_API_URL,
    }
    wrong = [name for name, value in addresses.items() if not value.startswith("https://")]
    yield one(
        "addresses",
        not wrong,
        f"Alamat https belum diisi: {', '.join(wrong)}.",
        f"No https address: {', '.join(wrong)}.",
    )
    yield one(
        "payment rail",
        settings.PAYOUT_RAIL not in _PLAYED,
        "PRAKERJA_PAYOUT_RAIL adalah bank rekaan: tidak seorang pun dibayar.",
        "PRAKERJA_PAYOUT_RAIL is the invented bank: nobody is paid.",
    )
    yield one(
        "civil registry",
        settings.CIVIL_REGISTRY not in _PLAYED,
        "PRAKERJA_CIVIL_REGISTRY belum disambungkan: NIK tidak diperiksa.",
        "PRAKERJA_CIVIL_REGISTRY is not connected: no NIK is checked.",
    )
    yield one(
        "who answers for people's data",
        bool(settings.PRIVACY_CONTROLLER and settings.PRIVACY_EMAIL),
        "PRAKERJA_PRIVACY_CONTROLLER dan PRAKERJA_PRIVACY_EMAIL belum diisi (UU 27/2022).",
        "PRAKERJA_PRIVACY_CONTROLLER and PRAKERJA_PRIVACY_EMAIL are not set (UU 27/2022).",
    )
    yield one(
        "the draw's name",
        not settings.DRAW_ORIGIN.endswith(_EXAMPLE),
        "PRAKERJA_DRAW_ORIGIN masih nama contoh; tanda tangan undian memakainya.",
        "PRAKERJA_DRAW_ORIGIN is still an example's name, which a draw's signatures bear.",
    )


def of_gateways(said: Mapping[str, str]) -> Iterator[Finding]:
    """By what SMS and e-mails leave. `said`: the environment of whoever sends them, which is the worker."""
    for channel, name, indonesian, english in (
        ("SMS", "PRAKERJA_SMS_GATEWAY", "SMS", "an SMS"),
        ("e-mails", "PRAKERJA_EMAIL_GATEWAY", "email", "an e-mail"),
    ):
        yield one(
            channel,
            (said.get(name) or said.get("PRAKERJA_MESSAGE_GATEWAY", "")) not in _LOGS_ONLY,
            f"{name} dan PRAKERJA_MESSAGE_GATEWAY pekerja hanya menulis log: tidak seorang pun menerima {indonesian}.",
            f"The worker's {name} and PRAKERJA_MESSAGE_GATEWAY only log: nobody receives {english}.",
        )


def of_keys(folder: Path, *, data_dir: Path) -> Iterator[Finding]:
    """Who can read the keys, and whether they are lost with the database."""
    # Root looks for whoever runs the doors: the keys are theirs.
    may_own = (os.getuid(), *((folder.stat().st_uid,) if os.getuid() == 0 and folder.exists() else ()))
    open_ones = [
        one.name
        for one in (folder, *sorted(folder.glob("*.json")))
        if one.exists() and (one.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) or one.stat().st_uid not in may_own)
    ]
    yield one(
        "keys",
        not open_ones,
        f"Kunci terbaca orang lain atau milik pengguna lain: {', '.join(open_ones)}. chmod 0700 folder, 0600 berkas.",
        f"Keys that others can read, or own: {', '.join(open_ones)}. Set 0700 on the folder and 0600 on the files.",
    )
    yield one(
        "keys apart",
        not folder.resolve().is_relative_to(data_dir.resolve()),
        "Kunci tersimpan di folder data: siapa yang mendapat salah satunya mendapat keduanya. Pindahkan dan isi PRAKERJA_KEYS.",
        "The keys are in the data folder: who gets one gets both. Move them and set PRAKERJA_KEYS.",
    )


def of_database(ask: Callable[[str], tuple[Any, ...]], *, wall: datetime) -> Iterator[Finding]:
    """The role, what is durable, and the clock. `ask` answers a statement with its one row."""
    powers = ask("SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    yield one(
        "database role",
        not any(powers),
        "Peran basis data ini superuser atau dapat membuat peran: siapa yang menguasai sebuah pintu menguasai semuanya.",
        "The database role is a superuser or may make roles: who takes a door takes everything.",
    )
    durable = ask(
        "SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')"
    )
    yield one(
        "durability",
        durable[0] == "on" and durable[1] != "off" and durable[2] == "on",
        "fsync, synchronous_commit dan full_page_writes harus on: pembayaran dapat hilang bila listrik padam.",
        "fsync, synchronous_commit and full_page_writes have to be on: a payment can be lost with the power.",
    )
    yield one(
        "checksums",
        ask("SELECT current_setting('data_checksums')")[0] == "on",
        "data_checksums mati: halaman yang rusak di disk tidak terlihat. Nyalakan dengan pg_checksums ketika server berhenti.",
        "data_checksums is off: nobody sees a page that the disk damaged. Enable it with pg_checksums while the server is stopped.",
    )
    there = ask("SELECT clock_timestamp()")[0]
    difference = abs(there - wall)
    yield one(
        "clock",
        difference <= _CLOCK_MAY_DIFFER,
        f"Jam mesin ini dan jam basis data berbeda {difference.total_seconds():.0f} detik. Jalankan NTP di keduanya.",
        f"This machine's clock and the database's differ by {difference.total_seconds():.0f} s. Run NTP on both.",
    )


def of_disk(folder: Path) -> Iterator[Finding]:
    """Whether there is room where the data and the logs are."""
    usage = shutil.disk_usage(folder)
    yield one(
        "disk",
        usage.free >= _LEAST_FREE and usage.free >= usage.total * _LEAST_SHARE,
        f"Sisa disk {usage.free >> 30} GiB ({usage.free * 100 // usage.total} %) di {folder}. Sediakan ruang.",
        f"{usage.free >> 30} GiB ({usage.free * 100 // usage.total} %) are free at {folder}. Make room.",
    )


def of_backups(folder: Path | None, *, wall: datetime) -> Iterator[Finding]:
    """Whether the newest backup is of the last day."""
    if folder is None:
        yield Finding(
            "backups",
            False,
            "Folder salinan tidak disebut: --backups. Buat dengan `prakerja backup create` setiap malam.",
            "No folder of backups was named: --backups. Make them with `prakerja backup create` every night.",
        )
        return
    newest = next((one.manifest.made_at for one in backups.listed(folder) if one.manifest is not None), None)
    age = None if newest is None else wall.astimezone(UTC) - newest
    told = "tidak ada" if newest is None else f"{newest:%Y-%m-%d %H:%M} UTC"
    yield one(
        "backups",
        age is not None and age <= _BACKUP_IS_OLD,
        f"Salinan terbaru di {folder}: {told}. Buat dengan `prakerja backup create` setiap malam.",
        f"The newest backup in {folder}: {'none' if newest is None else told}. Make one with `prakerja backup create` every night.",
    )
