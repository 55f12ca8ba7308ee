"""One run of the kit: whose credentials are given, what can be asked with them, and the report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import httpx

from prakerja.cli.arguments import CommandError, answer
from prakerja.cli.conformance import institution, otp, platform, signatures
from prakerja.cli.conformance.report import Report
from prakerja.cli.conformance.wire import PAYMENT, Credentials, Wire


def run(arguments: argparse.Namespace) -> int:
    """0 when everything required holds, 1 when not, 2 when the server cannot be asked."""
    wire = Wire(arguments.base_url, timeout_s=arguments.timeout)
    try:
        report = _play(arguments, wire)
    except httpx.HTTPError as error:
        raise CommandError(
            f"{arguments.base_url} tidak menjawab ({type(error).__name__}).",
            f"{arguments.base_url} does not answer ({type(error).__name__}).",
        ) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise CommandError(f"{arguments.base_url} bukan alamat.", f"{arguments.base_url} is no address.") from error
    finally:
        wire.close()
    if arguments.json:
        answer(report.as_json())
    else:
        report.print_for_people()
    return 0 if report.ok else 1


def _play(arguments: argparse.Namespace, wire: Wire) -> Report:
    given = Credentials(arguments.client_code, arguments.sign_key)
    kind = arguments.kind or _kind(wire, given)
    partners = {kind: given, **_others(arguments, kind)}
    report = Report(base_url=wire.base_url, kind=" and ".join(partners))
    signatures.check_signatures(report, wire, given, kind)
    if not report.ok:
        # Whoever's key is wrong learns nothing from fifty further refusals.
        return report
    signatures.check_refusals(report, wire, given, kind)
    signatures.check_bad_input(report, wire, given, kind)
    _sell(report, wire, partners.get("platform"), arguments)
    _teach(report, wire, partners.get("institution"), arguments)
    envelopes = report.section("Envelope")
    first = "; ".join(wire.broken_envelopes[:3])
    envelopes.required("every answer of this run was an envelope", not wire.broken_envelopes, first)
    return report


def _kind(wire: Wire, credentials: Credentials) -> str:
    """Whose credentials they are: a platform is told which codes are empty, an institution is refused otherwise."""
    found = wire.post(credentials, f"{PAYMENT}/quota-schedule", {"schedule_code": "", "course_code": ""})
    if found.code == "ERRPLT40036":
        return "platform"
    found = wire.post(credentials, f"{institution.REDEEM}/status", {"redeem_code": "TIDAKADA0000"})
    return "institution" if found.code.startswith("ERRTRX") else "platform"


def _others(arguments: argparse.Namespace, kind: str) -> dict[str, Credentials]:
    found = {}
    for other in ("platform", "institution"):
        client_code = getattr(arguments, f"{other}_client_code")
        sign_key = getattr(arguments, f"{other}_sign_key")
        if bool(client_code) != bool(sign_key):
            raise CommandError(
                f"--{other}-client-code dan --{other}-sign-key diberikan bersama.",
                f"--{other}-client-code and --{other}-sign-key go together.",
            )
        if client_code and other != kind:
            found[other] = Credentials(client_code, sign_key)
    return found


def _sell(report: Report, wire: Wire, credentials: Credentials | None, arguments: argparse.Namespace) -> None:
    if credentials is None:
        for name in ("Quota", "Purchase"):
            report.section(
                name, skipped="no platform's credentials: give --platform-client-code and --platform-sign-key"
            )
        return
    goods = _goods(arguments, wire, credentials)
    platform.check_quota(report, wire, credentials, goods)
    if goods is None:
        report.section("Purchase", skipped="nothing to buy: give --course-code, --schedule-code and --amount")
    elif not arguments.card_number:
        report.section("Purchase", skipped="nobody who buys: give --card-number, and --otp-from-phone with --phone")
    else:
        source = _otp_source(arguments)
        if source is None:
            report.section("Purchase", skipped="no OTP: give --otp-from-phone with --phone, or sit at a terminal")
        else:
            platform.check_purchase(report, wire, credentials, goods, platform.Buyer(arguments.card_number, source))


def _goods(arguments: argparse.Namespace, wire: Wire, credentials: Credentials) -> platform.Goods | None:
    given = (arguments.course_code, arguments.schedule_code, arguments.amount)
    if all(given):
        return platform.Goods(*given)
    if any(given):
        raise CommandError(
            "--course-code, --schedule-code, dan --amount diberikan bersama.",
            "--course-code, --schedule-code and --amount go together.",
        )
    return platform.find_goods(wire, credentials)


def _otp_source(arguments: argparse.Namespace) -> Callable[[], str] | None:
    if arguments.otp_from_phone:
        if not arguments.phone:
            raise CommandError("--otp-from-phone perlu --phone.", "--otp-from-phone needs --phone.")
        return otp.from_phone(arguments.otp_from_phone, arguments.phone)
    return otp.typed if sys.stdin.isatty() else None


def _teach(report: Report, wire: Wire, credentials: Credentials | None, arguments: argparse.Namespace) -> None:
    if credentials is None:
        for name in ("Redeem codes", "Reset of test codes", "Attendance", "Assignments"):
            report.section(
                name, skipped="no institution's credentials: give --institution-client-code and --institution-sign-key"
            )
        return
    pupil = institution.Pupil(
        redeem_code=arguments.redeem_code,
        test_code=arguments.test_code,
        redirect_uri=arguments.redirect_uri,
        email=arguments.email,
    )
    institution.check_codes(report, wire, credentials, pupil)
    institution.check_reset(report, wire, credentials, pupil)
    institution.check_attendance(report, wire, credentials, pupil)
    institution.check_assignments(report, wire, credentials, pupil)
