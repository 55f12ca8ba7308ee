"""One run of the kit: whose credentials are given, what can be asked with them, and the report."""

from __future__ import annotations

import argparse
import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from prakerja.conformance import institution, otp, own, platform, sign_in, signatures
from prakerja.conformance.errors import CannotAsk
from prakerja.conformance.report import EnoughSeen, Report, Section
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
    wire = Wire(arguments.base_url, timeout_s=arguments.timeout, forges=not arguments.without_forgeries)
    report = Report(
        base_url=wire.base_url, kind="", is_strict=not arguments.published_only, stops=arguments.stop_at_first
    )
    try:
        _play(arguments, wire, report)
    except EnoughSeen:
        pass
    except Unreachable as error:
        indonesian, english = _FAULTS.get(str(error), (str(error), str(error)))
        if wire.answers:
            # It answered, and then no more: that is said of a server, and not that it cannot be asked.
            report.stops = False
            section = report.section("The server")
            section.required("it answers to the end of the run", False, english)
            return report
        raise CannotAsk(
            f"{arguments.base_url} tidak menjawab ({indonesian}).",
            f"{arguments.base_url} does not answer ({english}).",
        ) from error
    finally:
        wire.close()
    return report


def _play(arguments: argparse.Namespace, wire: Wire, report: Report) -> None:
    given = Credentials(arguments.client_code, arguments.sign_key)
    kind = arguments.kind or _kind(wire, given)
    partners = {kind: given, **_others(arguments, kind)}
    report.kind = " and ".join(partners)
    seen = _Seen(platform.Market(), institution.Pupil(), False)
    with _reading(report, "lists"):
        seen = _look_around(arguments, wire, partners)
    ask = functools.partial(_ask, report, arguments)
    for name, credentials in partners.items():
        probe = signatures.probe_of(name, seen.market.goods, seen.pupil.any_test_code)
        found = signatures.check_plainest(report, wire, credentials, probe)
        if not report.ok and found.checks:
            # Whoever's key is wrong learns nothing from a hundred further refusals.
            return

        def forms(
            found: Section = found, credentials: Credentials = credentials, probe: signatures.Probe = probe
        ) -> None:
            signatures.check_forms(found, wire, credentials, probe)
            signatures.check_refusals(report, wire, credentials, probe)

        ask("signature", forms)
        ask("input", functools.partial(signatures.check_bad_input, report, wire, credentials, name))
        ask("kinds", functools.partial(signatures.check_kind, report, wire, credentials, name))
    _sell(report, wire, partners.get("platform"), arguments, seen)
    _teach(report, wire, partners.get("institution"), arguments, seen)
    envelopes = report.section("Envelope")
    problems = "; ".join(wire.broken_envelopes[:3])
    envelopes.required("every answer of this run was an envelope", not wire.broken_envelopes, problems)
    if wire.request_ids:
        names = f"{len(set(wire.request_ids))} for {wire.answers} answers"
        envelopes.proposed("every answer has an id of its own", len(set(wire.request_ids)) == wire.answers, names)


@dataclass(frozen=True)
class _Seen:
    """What the server itself shows to these partners, before anything is asked of it."""

    market: platform.Market
    pupil: institution.Pupil
    # The sandbox's phone, and test codes, are a sandbox's alone.
    is_sandbox: bool


def _look_around(arguments: argparse.Namespace, wire: Wire, partners: dict[str, Credentials]) -> _Seen:
    market, cases = platform.Market(), {}
    if "platform" in partners:
        market = platform.look_around(wire, partners["platform"])
        goods = (arguments.course_code, arguments.schedule_code, arguments.amount)
        if all(goods):
            others = [one for one in (market.goods, market.other) if one and one.course_code != arguments.course_code]
            market = platform.Market(platform.Goods(*goods), others[0] if others else None, market.full)
        market = replace(market, teacher=partners.get("institution"))
    if "institution" in partners:
        cases = institution.find_test_codes(wire, partners["institution"])
    pupil = institution.Pupil(
        redeem_code=arguments.redeem_code,
        test_code=arguments.test_code,
        redirect_uri=arguments.redirect_uri,
        email=arguments.email,
        file_url=arguments.file_url,
        cases=cases,
    )
    return _Seen(market, pupil, bool(arguments.otp_from_phone or arguments.test_code or cases))


@contextlib.contextmanager
def _reading(report: Report, part: str) -> Iterator[None]:
    """Whatever a server sends, the kit says what it thinks of it: an answer that nobody can read is a failure, and no crash."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_name}: " if trace is not None else ""
        section = report.section(f"What came back ({part})")
        section.required("the answers are what anybody can read", False, f"{where}{type(error).__name__}")


def _ask(report: Report, arguments: argparse.Namespace, part: str, work: Callable[[], object]) -> None:
    """One part, when it is asked for."""
    if not arguments.only or part in arguments.only:
        with _reading(report, part):
            work()


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


def _sell(
    report: Report, wire: Wire, credentials: Credentials | None, arguments: argparse.Namespace, seen: _Seen
) -> None:
    if credentials is None:
        for name in ("Quota", "Test cards and invoices", "Purchase", "Own calls of a platform"):
            report.section(
                name, skipped="no platform's credentials: give --platform-client-code and --platform-sign-key"
            )
        return
    ask = functools.partial(_ask, report, arguments)
    market, is_sandbox = seen.market, seen.is_sandbox
    ask("quota", lambda: platform.check_quota(report, wire, credentials, market))
    ask("sandbox", lambda: platform.check_test_names(report, wire, credentials, market, is_sandbox=is_sandbox))
    ask("purchase", lambda: _purchase(report, wire, credentials, arguments, seen))
    ask("own", lambda: own.check_own(report, wire, credentials, "platform", is_sandbox=is_sandbox, market=market))


def _purchase(report: Report, wire: Wire, credentials: Credentials, arguments: argparse.Namespace, seen: _Seen) -> None:
    if seen.market.goods is None:
        report.section("Purchase", skipped="nothing to buy: give --course-code, --schedule-code and --amount")
    elif not arguments.card_number:
        report.section("Purchase", skipped="nobody who buys: give --card-number, and --otp-from-phone with --phone")
    else:
        source = _otp_source(arguments)
        if source is None:
            report.section("Purchase", skipped="no OTP: give --otp-from-phone with --phone, or sit at a terminal")
        else:
            buyer = platform.Buyer(arguments.card_number, source, arguments.phone or "")
            platform.check_purchase(report, wire, credentials, seen.market, buyer)


def _otp_source(arguments: argparse.Namespace) -> Callable[[], str] | None:
    if arguments.otp_from_phone:
        return otp.from_phone(arguments.otp_from_phone, arguments.phone)
    return otp.typed if sys.stdin.isatty() else None


def _teach(
    report: Report, wire: Wire, credentials: Credentials | None, arguments: argparse.Namespace, seen: _Seen
) -> None:
    if credentials is None:
        for name in (
            *(
                "Redeem codes",
                "Test codes",
                "Reset of test codes",
                "Attendance",
                "Assignments",
                "Sign-in",
                "A visitor signs in",
            ),
            "Own calls of an institution",
        ):
            report.section(
                name, skipped="no institution's credentials: give --institution-client-code and --institution-sign-key"
            )
        return
    ask = functools.partial(_ask, report, arguments)
    pupil, is_sandbox, market = seen.pupil, seen.is_sandbox, seen.market

    def codes() -> None:
        institution.check_codes(report, wire, credentials, pupil)
        institution.check_reset(report, wire, credentials, pupil)

    def visit() -> None:
        visitor = None
        if arguments.otp_from_phone and pupil.redirect_uri:
            visitor = sign_in.Visitor(arguments.phone, otp.from_phone(arguments.otp_from_phone, arguments.phone))
        sign_in.check_visitor(report, wire, credentials, pupil.redirect_uri, visitor)

    ask("sandbox", lambda: institution.check_test_codes(report, wire, credentials, pupil, is_sandbox=is_sandbox))
    ask("codes", codes)
    ask("attendance", lambda: institution.check_attendance(report, wire, credentials, pupil))
    ask("assignments", lambda: institution.check_assignments(report, wire, credentials, pupil))
    ask("sign-in", lambda: sign_in.check_sign_in(report, wire, credentials, pupil.redirect_uri))
    ask("visitor", visit)
    ask(
        "own",
        lambda: own.check_own(
            report, wire, credentials, "institution", is_sandbox=is_sandbox, market=market, pupil=pupil
        ),
    )
