"""One run of the kit: whose credentials are given, what can be asked with them, and the report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

from prakerja.conformance import institution, otp, platform, sign_in, signatures
from prakerja.conformance.errors import CannotAsk
from prakerja.conformance.report import Report
from prakerja.conformance.wire import PAYMENT, Credentials, Unreachable, Wire

_FAULTS = {
    "ConnectError": ("tidak ada sambungan", "no connection"),
    "ConnectTimeout": ("tidak ada sambungan dalam batas waktu", "no connection within --timeout"),
    "ReadTimeout": ("tidak ada jawaban dalam batas waktu", "nothing came within --timeout"),
    "ReadError": ("sambungan putus", "the connection broke"),
    "RemoteProtocolError": ("yang datang bukan HTTP", "what came is not HTTP"),
}


def report_on(arguments: argparse.Namespace) -> Report:
    """Everything that can be asked with what was given. Raises CannotAsk."""
    _check(arguments)
    wire = Wire(arguments.base_url, timeout_s=arguments.timeout)
    try:
        return _play(arguments, wire)
    except Unreachable as error:
        indonesian, english = _FAULTS.get(str(error), (str(error), str(error)))
        raise CannotAsk(
            f"{arguments.base_url} tidak menjawab ({indonesian}).",
            f"{arguments.base_url} does not answer ({english}).",
        ) from error
    finally:
        wire.close()


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


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be meant before anything is sent. Raises CannotAsk."""
    address = urlsplit(arguments.base_url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise CannotAsk(f"{arguments.base_url} bukan alamat.", f"{arguments.base_url} is no address.")
    groups = [[f"{other}_client_code", f"{other}_sign_key"] for other in ("platform", "institution")] + [
        ["course_code", "schedule_code", "amount"]
    ]
    for names in groups:
        given = [bool(getattr(arguments, name)) for name in names]
        if any(given) and not all(given):
            options = ", ".join("--" + name.replace("_", "-") for name in names)
            raise CannotAsk(f"{options} diberikan bersama.", f"{options} go together.")
    if arguments.otp_from_phone and not arguments.phone:
        raise CannotAsk("--otp-from-phone perlu --phone.", "--otp-from-phone needs --phone.")


def _others(arguments: argparse.Namespace, kind: str) -> dict[str, Credentials]:
    other = "institution" if kind == "platform" else "platform"
    client_code = getattr(arguments, f"{other}_client_code")
    if not client_code:
        return {}
    return {other: Credentials(client_code, getattr(arguments, f"{other}_sign_key"))}


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
    return platform.Goods(*given) if all(given) else platform.find_goods(wire, credentials)


def _otp_source(arguments: argparse.Namespace) -> Callable[[], str] | None:
    if arguments.otp_from_phone:
        return otp.from_phone(arguments.otp_from_phone, arguments.phone)
    return otp.typed if sys.stdin.isatty() else None


def _teach(report: Report, wire: Wire, credentials: Credentials | None, arguments: argparse.Namespace) -> None:
    if credentials is None:
        for name in ("Redeem codes", "Reset of test codes", "Attendance", "Assignments", "Sign-in"):
            report.section(
                name, skipped="no institution's credentials: give --institution-client-code and --institution-sign-key"
            )
        return
    pupil = institution.Pupil(
        redeem_code=arguments.redeem_code,
        test_code=arguments.test_code,
        redirect_uri=arguments.redirect_uri,
        email=arguments.email,
        file_url=arguments.file_url,
    )
    institution.check_codes(report, wire, credentials, pupil)
    institution.check_reset(report, wire, credentials, pupil)
    institution.check_attendance(report, wire, credentials, pupil)
    institution.check_assignments(report, wire, credentials, pupil)
    sign_in.check_sign_in(report, wire, credentials, pupil.redirect_uri)
