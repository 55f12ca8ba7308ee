"""`prakerja up`: the whole system on one machine, until somebody stops it."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prakerja.cli.arguments import CommandError, answer, common, progress
from prakerja.cli.database import ADDRESSES, keys_folder, prepare_django
from prakerja.cli.running_lock import RunningLock
from prakerja.config.privileges import DOORS, SANDBOX
from prakerja.kernel.errors import CannotRun
from prakerja.postgres import Server, server_for
from prakerja.supervisor import plan
from prakerja.supervisor.children import Backoff, Stopped, Supervisor, refuse_taken_ports, stoppable

WORLDS = ("g21", "empty")


def add_to(subparsers: Any) -> None:
    parser = common(subparsers.add_parser("up", help="run everything on this machine until Ctrl-C"))
    parser.add_argument("--world", choices=WORLDS, default=None, help="what an empty database is filled with (g21)")
    parser.add_argument("--port-base", type=int, default=8000, help="first port (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class System:
    """A running system."""

    server: Server
    addresses: plan.Addresses
    supervisor: Supervisor
    lock: RunningLock
    world: str
    accounts: dict[str, Any]

    def document(self) -> dict[str, Any]:
        return {**self.addresses.document(), "accounts": self.accounts}


def run(arguments: argparse.Namespace) -> int:
    if not 1 <= arguments.port_base <= 65535 - 32:
        raise CommandError("--port-base harus antara 1 dan 65503.", "--port-base must be between 1 and 65503.")
    addresses = plan.Addresses.from_base(host=arguments.host, base=arguments.port_base)
    began = time.monotonic()
    with stoppable():
        try:
            refuse_taken_ports(addresses)
            with (
                server_for(arguments.data_dir, own=True) as server,
                running(server, addresses, world=arguments.world) as system,
            ):
                if arguments.json:
                    answer(system.document())
                else:
                    _print_for_people(system, seconds=time.monotonic() - began)
                _tend(system)
        except Stopped:
            progress("Stopped.")
    return 0


@contextlib.contextmanager
def running(server: Server, addresses: plan.Addresses, *, world: str | None) -> Iterator[System]:
    """Start everything on this server and stop it at the end. Yields once every door answers. Main thread only."""
    home = server.data_dir / "prakerja"
    prepare_django(server)
    lock = RunningLock(server)
    supervisor = Supervisor(server.log, tell=progress)
    try:
        if not lock.take():
            raise CommandError(
                "Prakerja lain sedang berjalan di basis data ini.", "Another prakerja is running on this database."
            )
        try:
            yield _start(server, addresses, supervisor, lock, home=home, world=world)
        finally:
            supervisor.stop()
            if not lock.is_lost:
                _put_away(home)
    finally:
        lock.give_back()


def _start(
    server: Server,
    addresses: plan.Addresses,
    supervisor: Supervisor,
    lock: RunningLock,
    *,
    home: Path,
    world: str | None,
) -> System:
    from prakerja.cli import embedded_roles, installation
    from prakerja.kernel.clock import now
    from prakerja.kernel.secrets import keys
    from prakerja.sandbox import accounts, clock, demo_accounts, example_addresses, partners_file, return_addresses

    there = installation.installed()
    if there is not None and not there.is_sandbox:
        # Before its tables are touched: whoever runs it decides when that is.
        raise CommandError(
            "`prakerja up` menjalankan sandbox saja; basis data ini bukan sandbox.",
            "`prakerja up` runs sandboxes only; this database is none.",
        )
    gateway_key, bank_key = keys().derive("gateway"), keys().derive("bank")
    data = home / "examples"
    data.mkdir(mode=0o700, exist_ok=True)
    # First, while the tables are made: a demo world's payments go through the bank.
    supervisor.start(plan.world(addresses, data=data, gateway_key=gateway_key, bank_key=bank_key))
    supervisor.start(plan.telephone_company(addresses, gateway_key=gateway_key))
    installation.migrate()
    supervisor.wait()
    environment = plan.our_environment(
        addresses,
        database_url=server.dsn,
        keys=keys_folder(server),
        is_sandbox=True,
        gateway_key=gateway_key,
        bank_key=bank_key,
    )
    _use(environment)
    found = installation.install(world=world, may_wipe=server.socket_dir is not None)
    # Only now: a world that was half made is made again, its tables and this row too.
    embedded_roles.make(server)
    installation.settle_privileges()
    as_each = {
        role: environment | {"DATABASE_URL": embedded_roles.dsn_for(server, role)}
        for role in (*DOORS, SANDBOX, "worker")
    }
    lock.hold()
    clock.resume()
    example_addresses.register(
        institution_url=addresses.url("institution"), platform_urls=addresses.platform_urls(), at=now()
    )
    partners = home / partners_file.NAME
    partners_file.write(partners)
    demo_accounts.write(home / demo_accounts.NAME)
    return_addresses.file_demo_addresses(institution_url=addresses.url("institution"), at=now())
    return_addresses.make_test_codes(at=now())
    for name in DOORS:
        supervisor.start(plan.door(name, addresses, as_each[name]))
    supervisor.start(plan.door("sandbox", addresses, as_each[SANDBOX], entry="prakerja.sandbox.site.wsgi:application"))
    supervisor.start(plan.worker(addresses, as_each["worker"], life=home / "worker.life", run=str(lock.holder)))
    for program in plan.partner_programs(
        addresses, data=data, partners_file=partners, demo_accounts=home / demo_accounts.NAME
    ):
        supervisor.start(program)
    _write_addresses(home, addresses, environment)
    supervisor.wait()
    return System(
        server=server,
        addresses=addresses,
        supervisor=supervisor,
        lock=lock,
        world=found.world,
        accounts=accounts.document(),
    )


def _use(environment: dict[str, str]) -> None:
    """Make this process know where the bank and the phone are: settings were loaded before anybody knew."""
    from django.conf import settings

    os.environ.update(environment)
    settings.PHONE_URL = environment["PRAKERJA_PHONE_URL"]
    settings.BANK_URL = environment["PRAKERJA_BANK_URL"]
    settings.BANK_KEY = environment["PRAKERJA_BANK_KEY"]
    settings.GATEWAY_KEY = environment["PRAKERJA_GATEWAY_KEY"]
    settings.CIVIL_REGISTRY = environment.get("PRAKERJA_CIVIL_REGISTRY", "none")
    for name in ("REGISTRY_URL", "REGISTRY_USER", "REGISTRY_PASSWORD", "REGISTRY_ADDRESS"):
        setattr(settings, name, environment.get(f"PRAKERJA_{name}", ""))


def _tend(system: System) -> None:
    """Watch over everything until somebody stops us (Stopped unwinds from here)."""
    server, backoff = system.server, Backoff()
    while True:
        time.sleep(0.5)
        if server.owned and not server.running() and backoff.is_over():
            progress("PostgreSQL ended and is started again.")
            server = _recover(server, backoff)
        if system.lock.is_lost:
            raise CommandError(
                "Prakerja lain telah mengambil alih basis data ini; yang ini berhenti.",
                "Another prakerja has taken over this database; this one stops.",
            )
        system.supervisor.tend()


def _recover(server: Server, backoff: Backoff) -> Server:
    """Start PostgreSQL again. One that does not start now (a full disk) is tried again later, and everything waits for it."""
    wait = backoff.died()
    backoff.begin_again()
    try:
        return server.recover()
    except CannotRun as error:
        progress(f"{error}\nPostgreSQL is tried again{f' in {wait:.0f} s' if wait else ''}.")
        return server


def _write_addresses(home: Path, addresses: plan.Addresses, environment: dict[str, str]) -> None:
    """Tell one-shot commands where everything answers; gone when we stop."""
    kept: tuple[str, ...] = (
        "PRAKERJA_PHONE_URL",
        "PRAKERJA_BANK_URL",
        "PRAKERJA_BANK_KEY",
        "PRAKERJA_GATEWAY_KEY",
        "PRAKERJA_ENV",
    )
    # Whoever moves the clock writes to strangers itself.
    kept += tuple(
        name for name in environment if "MESSAGE_GATEWAY" in name or "SMS_GATEWAY" in name or "_SMPP_" in name
    )
    document = {**addresses.document(), "environment": {name: environment[name] for name in kept}}
    path = home / ADDRESSES
    temporary = path.with_suffix(".new")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(document, file)
    temporary.replace(path)


def _put_away(home: Path) -> None:
    """The clock stops where it is, and nobody is told of addresses that no longer answer."""
    from django.db import DatabaseError, connection

    from prakerja.sandbox import clock

    (home / ADDRESSES).unlink(missing_ok=True)
    try:
        clock.pause()
    except DatabaseError as error:
        # The last second the worker wrote stands instead.
        progress(f"The clock's last instant could not be written ({type(error).__name__}).")
    finally:
        connection.close()


def _print_for_people(system: System, *, seconds: float) -> None:
    address = system.addresses
    lines = [
        "",
        f"Prakerja is running (world {system.world}, started in {seconds:.0f} s). Ctrl-C stops it.",
        "",
        f"  Start here / Mulai di sini:  {address.url('sandbox')}/",
        "",
        "  It leads to everything below:",
        "",
        f"  Portal (participants)    {address.url('portal')}",
        f"  Phone, bank, registry    {address.url('world')}",
        f"  Clock, accounts, codes   {address.url('sandbox')}",
        f"  Institutions' classes    {address.url('institution')}",
        f"  Console (operators)      {address.url('console')}",
        f"  Partner API              {address.url('partner_api')}",
        "",
        "  Shops:",
        *(f"    {code:<22} {url}" for code, url in address.platform_urls().items()),
    ]
    participants = system.accounts["participants"]
    if participants:
        lines += ["", "  Participants sign in with their phone number; the code arrives on the phone page:"]
        lines += [f"    {one['phone']:<16} {one['name']:<24} {one['stage']}" for one in participants]
    for one in system.accounts["registering"]:
        lines.append(f"    {one['phone']:<16} {one['name']:<24} {one['stage']}")
    others = [account for one in participants for account in one["accounts"]]
    if others:
        lines += ["", "  Their accounts at the shop where they bought and the institution where they learn:"]
        lines += [f"    {one['email']:<32} {one['password']:<16} {one['name']}" for one in others]
    lines += ["", "  Operators (the authenticator's codes are on the sandbox page):"]
    lines += [f"    {one['email']:<28} {one['password']:<24} {one['role']}" for one in system.accounts["operators"]]
    print("\n".join(lines), flush=True)
