"""Which processes run, on which ports, with what in their environment (architecture.md "Four doors")."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass, field
from pathlib import Path

import prakerja

ROOT = Path(prakerja.__file__).resolve().parents[2]
PLATFORMS = ("bukalapak", "maubelajarapa", "pintaria", "pijarmahir", "sisnaker", "sekolahmu", "tokopedia")
OFFSETS = {
    "portal": 0, "console": 1, "partner_api": 2, "callbacks": 3, "world": 4, "institution": 5, "sandbox": 6, "smsc": 7, "smpp": 8,
    "watch:portal": 20, "watch:console": 21, "watch:partner_api": 22, "watch:callbacks": 23, "watch:worker": 24, "watch:sandbox": 26,
}  # fmt: skip
PLATFORM_OFFSET = 11
# What a program needs to run at all. Nothing else of ours reaches the example programs: no database, no keys.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_BANK_CLIENTS = ("portal", "callbacks", "sandbox")
# How telephone companies and the mail server are spoken to: for those that send, and for the page that moves a demo's clock.
_OF_SENDERS = ("PRAKERJA_SMPP_", "PRAKERJA_SMTP_")
_SENDERS = ("sandbox",)
POOLS = {"portal": 4, "console": 2, "partner_api": 4, "callbacks": 2, "sandbox": 2}


@dataclass(frozen=True)
class Addresses:
    """Every address of one running system."""

    host: str
    ports: dict[str, int]

    @classmethod
    def from_base(cls, *, host: str, base: int) -> Addresses:
        ports = {name: base + offset for name, offset in OFFSETS.items()}
        ports |= {f"platform:{code}": base + PLATFORM_OFFSET + index for index, code in enumerate(PLATFORMS)}
        return cls(host=host, ports=ports)

    @classmethod
    def from_free(cls, *, host: str, free: list[int]) -> Addresses:
        names = [*OFFSETS, *(f"platform:{code}" for code in PLATFORMS)]
        return cls(host=host, ports=dict(zip(names, free, strict=True)))

    def url(self, name: str) -> str:
        # A server that listens everywhere is reached at the loopback address.
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{host}:{self.ports[name]}"

    def platform_urls(self) -> dict[str, str]:
        return {code: self.url(f"platform:{code}") for code in PLATFORMS}

    def document(self) -> dict[str, object]:
        """The addresses as `up --json` names them."""
        return {
            "portal": self.url("portal"),
            "console": self.url("console"),
            "partner_api": self.url("partner_api"),
            "callbacks": self.url("callbacks"),
            "phone": self.url("world"),
            "smsc": f"http://127.0.0.1:{self.ports['smsc']}",
            "sandbox": self.url("sandbox"),
            "institution": self.url("institution"),
            "platforms": self.platform_urls(),
            # For whoever watches: on this machine only, whatever the doors listen on.
            "metrics": {
                name.partition(":")[2]: f"http://127.0.0.1:{port}/metrics"
                for name, port in self.ports.items()
                if name.startswith("watch:")
            },
        }


@dataclass(frozen=True)
class Program:
    """One process to start: what it runs, what it may know, and where it answers `/health`.

    `alive`: where it answers that it lives and looks at nothing else; the first of `health` by default. `life`: the file that a
    process without a door renews all the time, so that it is seen when it hangs.
    """

    name: str
    command: list[str]
    environment: dict[str, str] = field(repr=False)
    health: list[str] = field(default_factory=list)
    alive: str = ""
    life: Path | None = None
    cwd: Path = ROOT


def bare_environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", "")}


def our_environment(
    addresses: Addresses, *, database_url: str, keys: Path, is_sandbox: bool, gateway_key: str, bank_key: str
) -> dict[str, str]:
    """The environment of our own processes."""
    hosts = {"127.0.0.1", "localhost", "[::1]", addresses.host}
    if addresses.host in ("0.0.0.0", "::"):  # noqa: S104
        hosts |= {"@addresses", platform.node().lower()}
    return {
        "DATABASE_URL": database_url,
        "PRAKERJA_KEYS": str(keys),
        "PRAKERJA_ENV": "sandbox" if is_sandbox else "production",
        "PRAKERJA_HOSTS": ",".join(sorted(hosts | _named_hosts())),
        "PRAKERJA_PHONE_URL": addresses.url("world"),
        "PRAKERJA_BANK_URL": addresses.url("world"),
        "PRAKERJA_CALLBACKS_URL": addresses.url("callbacks"),
        "PRAKERJA_PORTAL_URL": addresses.url("portal"),
        "PRAKERJA_CONSOLE_URL": addresses.url("console"),
        "PRAKERJA_PARTNER_API_URL": addresses.url("partner_api"),
        "PRAKERJA_SANDBOX_URL": addresses.url("sandbox"),
        "PRAKERJA_INSTITUTION_URL": addresses.url("institution"),
        "PRAKERJA_PLATFORM_URLS": ",".join(f"{code}={url}" for code, url in addresses.platform_urls().items()),
        "PRAKERJA_MESSAGE_GATEWAY": "sandbox_phone" if is_sandbox else "log_only",
        "PRAKERJA_GATEWAY_KEY": gateway_key,
        "PRAKERJA_BANK_KEY": bank_key,
        **(
            _demo_company(addresses, gateway_key)
            if is_sandbox
            else _named("PRAKERJA_SMS_", "PRAKERJA_EMAIL_", *_OF_SENDERS)
        ),
        **(_demo_registry(addresses) if is_sandbox else _named("PRAKERJA_CIVIL_REGISTRY", "PRAKERJA_REGISTRY_")),
        "PRAKERJA_SUPERVISED": "1",
        # Who answers for people's data; the privacy page names it.
        **{name: value for name, value in os.environ.items() if name.startswith("PRAKERJA_PRIVACY_")},
    }


def _demo_registry(addresses: Addresses) -> dict[str, str]:
    """The civil registry of the demo world: it takes any user and password, and knows invented people only."""
    return {
        "PRAKERJA_CIVIL_REGISTRY": "dukcapil",
        "PRAKERJA_REGISTRY_URL": addresses.url("world") + "/registry",
        "PRAKERJA_REGISTRY_USER": "demo",
        "PRAKERJA_REGISTRY_PASSWORD": "demo",
        "PRAKERJA_REGISTRY_ADDRESS": "127.0.0.1",
    }


def _demo_company(addresses: Addresses, gateway_key: str) -> dict[str, str]:
    """The telephone company of the demo: SMS reach the phone by it, e-mails the mailbox beside the phone without it."""
    return {
        "PRAKERJA_SMS_GATEWAY": "smpp",
        "PRAKERJA_SMPP_NAME": "demo",
        "PRAKERJA_SMPP_HOST": "127.0.0.1",
        "PRAKERJA_SMPP_PORT": str(addresses.ports["smpp"]),
        "PRAKERJA_SMPP_SYSTEM_ID": "prakerja",
        "PRAKERJA_SMPP_PASSWORD": company_password(gateway_key),
        # Only here, where the phone shows the clock of the demo.
        "PRAKERJA_SMPP_INSTANT_TAG": "1401",
        "PRAKERJA_SMPP_WINDOW": "50",
    }


def company_password(gateway_key: str) -> str:
    """SMPP's passwords have eight signs at most."""
    return gateway_key[:8]


def _named(*beginnings: str) -> dict[str, str]:
    """What whoever starts us named in variables that begin so."""
    return {name: value for name, value in os.environ.items() if name.startswith(beginnings)}


def _named_hosts() -> set[str]:
    """Names that whoever starts us gave to this machine, in PRAKERJA_HOSTS."""
    return {name.strip() for name in os.environ.get("PRAKERJA_HOSTS", "").split(",") if name.strip()}


def door(name: str, addresses: Addresses, environment: dict[str, str], *, entry: str | None = None) -> Program:
    """A front door: one process, eight threads (decisions.md 38)."""
    command = [
        *(sys.executable, "-m", "prakerja.serving", entry or f"prakerja.config.wsgi.{name}:application"),
        *("--host", addresses.host, "--port", str(addresses.ports[name]), "--threads", "8"),
        *("--watch-port", str(addresses.ports[f"watch:{name}"])),
    ]
    # Only those that move money or link accounts hold the bank's key (architecture.md "Four doors").
    own = {
        key: value
        for key, value in environment.items()
        if (key != "PRAKERJA_BANK_KEY" or name in _BANK_CLIENTS)
        and (not key.startswith(_OF_SENDERS) or name in _SENDERS)
    }
    return Program(
        name=name,
        command=command,
        environment=bare_environment() | own | {"PRAKERJA_POOL": str(POOLS[name])},
        health=[addresses.url(name) + "/health"],
        # Its health is a look at the database, which writes: nobody is to do that all the time for nothing.
        alive=addresses.url(name) + "/health/live",
    )


def worker(addresses: Addresses, environment: dict[str, str], *, life: Path, run: str) -> Program:
    """`run`: who started it, so that it ends when somebody else has taken over the database."""
    return Program(
        name="worker",
        command=[sys.executable, "-m", "prakerja.config.worker"],
        environment=bare_environment()
        | environment
        | {"PRAKERJA_POOL": "20", "PRAKERJA_LIFE_FILE": str(life), "PRAKERJA_RUN": run}
        | {"PRAKERJA_WATCH_PORT": str(addresses.ports["watch:worker"])},
        life=life,
    )


def world(addresses: Addresses, *, data: Path, gateway_key: str, bank_key: str) -> Program:
    """The phone, the bank and the registry: no database, no clock, none of our keys but the two that it must check."""
    return Program(
        name="world",
        command=[sys.executable, "-m", "examples.world"],
        environment=bare_environment()
        | {
            "HOST": addresses.host,
            "PORT": str(addresses.ports["world"]),
            "DATA_DIR": str(data / "world"),
            "GATEWAY_KEY": gateway_key,
            "BANK_KEY": bank_key,
            "CALLBACKS_URL": addresses.url("callbacks"),
            "PORTAL_URL": addresses.url("portal"),
            "SANDBOX_URL": addresses.url("sandbox"),
            "HOSTS": ",".join(sorted({platform.node().lower()} | _named_hosts())),
        },
        health=[addresses.url("world") + "/health"],
    )


def telephone_company(addresses: Addresses, *, gateway_key: str) -> Program:
    """The short message centre: what the worker sends it shows on the phone. It knows no database, no clock and no key but that."""
    return Program(
        name="smsc",
        command=[sys.executable, "-m", "examples.smsc"],
        environment=bare_environment()
        | {
            "HOST": "127.0.0.1",
            "PORT": str(addresses.ports["smsc"]),
            "SMPP_PORT": str(addresses.ports["smpp"]),
            "SYSTEM_ID": "prakerja",
            "PASSWORD": company_password(gateway_key),
            "PHONE_URL": addresses.url("world"),
            "GATEWAY_KEY": gateway_key,
        },
        health=[f"http://127.0.0.1:{addresses.ports['smsc']}/health"],
    )


def partner_programs(addresses: Addresses, *, data: Path, partners_file: Path, demo_accounts: Path) -> list[Program]:
    """The shops and the institutions' sites: they hold partner credentials and know the HTTP API, nothing else."""
    shared = bare_environment() | {
        "HOST": addresses.host,
        "HOSTS": ",".join(sorted({platform.node().lower()} | _named_hosts())),
        "PRAKERJA_API": addresses.url("partner_api"),
        "PARTNERS_FILE": str(partners_file),
        "DEMO_ACCOUNTS": str(demo_accounts),
        "PORTAL_URL": addresses.url("portal"),
        "PHONE_URL": addresses.url("world"),
        "INSTITUTION_URL": addresses.url("institution"),
    }
    ports = [addresses.ports[f"platform:{code}"] for code in PLATFORMS]
    return [
        Program(
            name="institution",
            command=[sys.executable, "-m", "examples.institution"],
            environment=shared | {"PORT": str(addresses.ports["institution"]), "DATA_DIR": str(data / "institution")},
            health=[addresses.url("institution") + "/health"],
        ),
        Program(
            name="platform",
            command=[sys.executable, "-m", "examples.platform"],
            environment=shared | {"PORTS": ",".join(map(str, ports)), "DATA_DIR": str(data / "platform")},
            health=[f"{url}/health" for url in addresses.platform_urls().values()],
        ),
    ]
