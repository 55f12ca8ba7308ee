"""What an institution lives by: redeem codes, attendance, assignments (contract.md 2.6 to 2.13).

A test code goes through everything: it is wound back, used, attended, wound back again. A bought code can be redeemed once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from prakerja.conformance import forgery, shapes
from prakerja.conformance.pages import NoSuchForm, press_through
from prakerja.conformance.platform import refused
from prakerja.conformance.report import Report, Section
from prakerja.conformance.wire import INTEGRATION, OWN, PAYMENT, Answer, Credentials, Wire

REDEEM = f"{PAYMENT}/redeem-code"
URL_GENERATE = f"{INTEGRATION}/oauth/url-generate"
TPM = f"{INTEGRATION}/tpm"
POST_TEST = 999
# What real clients show (contract.md 2.7): code and sentence, compared without case.
SEEN = {
    "ERRTRX40020": "Transaksi tidak ditemukan",
    "ERRTRX40001": "Gagal verifikasi, tipe pelatihan tidak sesuai.",
    "ERRTRX40027": "Jadwal pelatihan belum dimulai atau sudah selesai, "
    "silahkan cek jadwal pelatihan pada dashboard Prakerja",
    "ERRTRX40028": "Gagal verifikasi, kode redeem bukan milik lembaga pelatihan.",
    "ERRTRX40022": "Gagal verifikasi, kode sudah dibatalkan",
    "ERRTRX40101": "Gagal verifikasi, transaksi sudah dibatalkan",
    "ERRTRX40021": "Redeem Code sudah digunakan",
}
# Errors of our table that a sandbox answers to their own code too.
OURS = (
    *("ERRTRX40090", "ERRTRX40990", "ERRTRX40091", "ERRTRX40991", "ERRTRX40092", "ERRTRX40390", "ERRTRX40391"),
    *("ERRTRX40392", "ERRTRX41090", "ERRTRX40096", "ERRTRX40097", "ERRTRX40098", "ERRTRX40995", "ERRTRX40996"),
)
CASES = {"TC1-001", "TC1-999", "TC2-001", "TC2-999"}
UNKNOWN = "TIDAKADA0000"


@dataclass(frozen=True)
class Pupil:
    """A code that may be used up, a test code that may be wound back, and where a participant would return."""

    redeem_code: str = ""
    test_code: str = ""
    redirect_uri: str = ""
    email: str = ""
    file_url: str = ""
    # From our own list of test codes: case to code.
    cases: dict[str, str] = field(default_factory=dict)

    @property
    def any_test_code(self) -> str:
        return self.test_code or next(iter(self.cases.values()), "")


def is_missing(answer: Answer) -> bool:
    """Whether there is no such address (a refusal of ours for an unknown code is a 400)."""
    return answer.status in (404, 405, 501) and not answer.code.startswith(("ERRTRX", "ERRPRT"))


def find_test_codes(wire: Wire, credentials: Credentials) -> dict[str, str]:
    """The positive test cases of this institution, from our own list; empty where a server has none."""
    items = wire.get(credentials, f"{OWN}/test-codes").data.get("items")
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return {str(item.get("case", "")): str(item.get("redeem_code", "")) for item in found if item.get("redeem_code")}


def check_codes(report: Report, wire: Wire, credentials: Credentials, pupil: Pupil) -> None:
    """redeem-code/status and /commit (contract.md 2.7, 2.8, 2.10). A code that is given is redeemed."""
    section = report.section("Redeem codes")
    path = f"{REDEEM}/status"
    unknown = wire.post(credentials, path, {"redeem_code": UNKNOWN, "sequence": 1})
    section.required("an unknown code: ERRTRX40020", unknown.is_refusal(400, "ERRTRX40020"), unknown.shown())
    _says(section, "with the published sentence", unknown, SEEN["ERRTRX40020"])
    number = wire.post(credentials, path, {"redeem_code": UNKNOWN, "sequence": "satu"})
    refused(section, "a sequence that is no number", number, 400, "ERRINT40091")
    blank = wire.post(credentials, path, {"redeem_code": " "})
    refused(section, "an empty code", blank, 400, "ERRINT40091")
    english = wire.post(credentials, path, {"redeem_code": UNKNOWN}, headers={"Accept-Language": "en"})
    _says(section, "English where it is asked for", english, "No such transaction", is_published=False)
    both = wire.post(credentials, path, {"redeem_code": UNKNOWN}, headers={"Accept-Language": "id, en;q=0.5"})
    _says(section, "Indonesian where that is preferred", both, SEEN["ERRTRX40020"], is_published=False)
    if not pupil.redeem_code:
        section.omit("status and commit of a bought code: give --redeem-code (it will be redeemed)")
        return
    found = _status(section, wire, credentials, pupil.redeem_code)
    if found is None:
        return
    reset = wire.post(credentials, f"{REDEEM}/reset", {"redeem_code": pupil.redeem_code})
    refused(section, "reset of a code that is no test code", reset, 403, "ERRTRX40391")
    if found.data.get("status") == 1:
        section.omit("commit: the code was redeemed before")
        return
    _commit(section, wire, credentials, pupil.redeem_code)


def check_test_codes(report: Report, wire: Wire, credentials: Credentials, pupil: Pupil, *, is_sandbox: bool) -> None:
    """A sandbox answers a code that is an error's with that error (contract.md 2.7), and has four codes that succeed (contract.md G12).

    `is_sandbox`: it is one, whatever it answers.
    """
    path = f"{REDEEM}/status"
    found = {code: wire.post(credentials, path, {"redeem_code": code}) for code in (*SEEN, *OURS)}
    # Every server answers the first one so.
    if (
        not is_sandbox
        and not pupil.cases
        and not any(answer.code == code for code, answer in found.items() if code != "ERRTRX40020")
    ):
        report.section("Test codes", skipped="this client is no sandbox client")
        return
    section = report.section("Test codes")
    for code, answer in found.items():
        section.required(
            f"sandbox code {code}: its error and status", answer.is_refusal(int(code[6:9]), code), answer.shown()
        )
        if code in SEEN:
            _says(section, f"the sentence of {code}", answer, SEEN[code])
    magic = "ERRTRX40022"
    work = {"redeem_code": magic, "scope": "tpm", "sequence": 1}
    address = pupil.redirect_uri or "https://lembaga.example/kembali"
    page = {"redeem_code": magic, "redirect_uri": address, "email": "konformansi@contoh.id", "sequence": 1}
    for name, call, members in (
        ("commit", f"{REDEEM}/commit", {"redeem_code": magic}),
        ("reset", f"{REDEEM}/reset", {"redeem_code": magic}),
        ("url-generate", URL_GENERATE, page),
        ("submission", f"{TPM}/submission", work | {"url_file": pupil.file_url}),
        ("feedback", f"{TPM}/feedback/submission", work | {"notes": "x", "url_file": ""}),
        ("submission/status", f"{TPM}/submission/status", work),
        ("status, in small letters between blanks", path, {"redeem_code": f" {magic.lower()} "}),
    ):
        answer = wire.post(credentials, call, members)
        if answer.status in (404, 405, 501):
            section.omit(f"{name}: not there")
            continue
        section.required(f"{name} of {magic}: that error", answer.is_refusal(400, magic), answer.shown())
    listed = wire.get(credentials, f"{OWN}/test-codes")
    if is_missing(listed):
        section.omit("the list of test codes: not there")
        return
    section.required("the list of test codes: 200", listed.succeeded, listed.shown())
    items = [item for item in listed.data.get("items") or [] if isinstance(item, dict)]
    wrong = [shapes.problem(item, shapes.TEST_CODE, may_grow=True) for item in items]
    section.required("the list of test codes: its members", not any(wrong), "; ".join(filter(None, wrong)))
    missing = CASES - {str(item.get("case")) for item in items}
    section.required("every positive case has a code", not missing, ", ".join(sorted(missing)))
    codes = [str(item.get("redeem_code")) for item in items]
    shaped = all(code.startswith("PRAT-") for code in codes) and len(set(codes)) == len(codes)
    section.required("test codes begin with PRAT- and differ", shaped, ", ".join(codes))


def check_reset(report: Report, wire: Wire, credentials: Credentials, pupil: Pupil) -> None:
    """A test code from its start to its end and back (contract.md 2.8 to 2.10, 4)."""
    path = f"{REDEEM}/reset"
    unknown = wire.post(credentials, path, {"redeem_code": "PRAT-TIDAKA"})
    if is_missing(unknown):
        report.section("Reset of test codes", skipped="this server has no reset")
        return
    section = report.section("Reset of test codes")
    refused(section, "an unknown test code", unknown, 400, "ERRTRX40020")
    if not pupil.any_test_code:
        section.omit("a reset: give --test-code (PRAT-…)")
        return
    for case, code in (pupil.cases or {"given": pupil.test_code}).items():
        if case in ("given", "TC1-999", "TC2-999"):
            _through(section, wire, credentials, case, code)
        else:
            _once_through(section, wire, credentials, case, code)


def _through(section: Section, wire: Wire, credentials: Credentials, case: str, code: str) -> None:
    ask = {"redeem_code": code}
    forgery.refuse_forgeries(section, wire, credentials, f"{case}: reset", forgery.post(f"{REDEEM}/reset", ask))
    done = wire.post(credentials, f"{REDEEM}/reset", ask)
    if not section.required(f"{case}: reset: 200", done.succeeded, done.shown()):
        return
    problem = shapes.problem(done.data, shapes.REDEEM_CODE)
    section.required(f"{case}: reset answers like status", not problem, problem)
    start = _states(wire, credentials, code)
    section.required(f"{case}: afterwards neither redeemed nor attended", start == [0, 0, ""], str(start))
    found = _status(section, wire, credentials, code, name=case)
    if found is None:
        return
    number = found.data.get("course_type")
    if case[:3] in ("TC1", "TC2"):
        section.required(f"{case}: course_type is that of the case", number == int(case[2]), str(number))
    _commit(section, wire, credentials, code, name=case)
    after = _states(wire, credentials, code)
    section.required(f"{case}: redeemed and attended", after[:2] == [1, 1], str(after))
    if case.endswith("999"):
        # The two are independent: whoever redeemed a code has not taken the post-test.
        test = wire.post(credentials, f"{REDEEM}/status", ask | {"sequence": POST_TEST})
        states = [test.data.get(name) for name in ("status", "attendance_status", "sequence")]
        section.required(f"{case}: the post-test is not attended yet", states == [1, 0, POST_TEST], str(states))
    _other_sequences(section, wire, credentials, case, code)
    back = wire.post(credentials, f"{REDEEM}/reset", ask)
    section.required(f"{case}: the answer of reset is the start", _told(back) == [0, 0, ""], str(_told(back)))
    start = _states(wire, credentials, code)
    section.required(f"{case}: reset winds it back", start == [0, 0, ""], str(start))


def _once_through(section: Section, wire: Wire, credentials: Credentials, case: str, code: str) -> None:
    """The same way for the other cases, without looking at every step from every side; by the member's old name."""
    done = wire.post(credentials, f"{REDEEM}/reset", {"redeem_code": code})
    section.required(f"{case}: reset: 200", done.succeeded, done.shown())
    start = _states(wire, credentials, code)
    section.required(f"{case}: neither redeemed nor attended", start == [0, 0, ""], str(start))
    used = wire.post(credentials, f"{REDEEM}/commit", {"code": code})
    section.required(f"{case}: commit by the member called code: 200", used.succeeded, used.shown())
    after = _states(wire, credentials, code)
    section.required(f"{case}: redeemed and attended", after == _told(used) and after[:2] == [1, 1], str(after))
    twice = wire.post(credentials, f"{REDEEM}/commit", {"redeem_code": code})
    refused(section, f"{case}: a second commit", twice, 400, "ERRTRX40021")
    wire.post(credentials, f"{REDEEM}/reset", {"redeem_code": code})
    back = _states(wire, credentials, code)
    section.required(f"{case}: reset winds it back", back == [0, 0, ""], str(back))


def _other_sequences(section: Section, wire: Wire, credentials: Credentials, case: str, code: str) -> None:
    """A webinar has ten meetings, a self-paced class one; what a class does not have is refused."""
    for sequence in (2, 10) if case[:3] in ("TC1", "TC2") else ():
        found = wire.post(credentials, f"{REDEEM}/status", {"redeem_code": code, "sequence": sequence})
        if case.startswith("TC1"):
            refused(section, f"{case}: sequence {sequence}, which it does not have", found, 400, "ERRTRX40090")
            continue
        states = [found.data.get(name) for name in ("status", "attendance_status", "sequence")]
        section.required(f"{case}: meeting {sequence} is not attended yet", states == [1, 0, sequence], str(states))


def _told(answer: Answer) -> list[Any]:
    return [answer.data.get(name) for name in ("status", "attendance_status", "redeem_at")]


def _states(wire: Wire, credentials: Credentials, code: str, sequence: int = 1) -> list[Any]:
    return _told(wire.post(credentials, f"{REDEEM}/status", {"redeem_code": code, "sequence": sequence}))


def _status(section: Section, wire: Wire, credentials: Credentials, code: str, *, name: str = "") -> Answer | None:
    """Every spelling of the question, every member of the answer."""
    words = f"{name}: " if name else ""
    path = f"{REDEEM}/status"
    ask = {"redeem_code": code, "sequence": 1}
    forgery.refuse_forgeries(section, wire, credentials, f"{words}status", forgery.post(path, ask))
    found = wire.post(credentials, path, ask)
    if not section.required(f"{words}status of a code: 200", found.succeeded, found.shown()):
        return None
    data = found.data
    problem = shapes.problem(data, shapes.REDEEM_CODE)
    section.required(f"{words}its members are those that clients decode", not problem, problem)
    section.required(f"{words}status is 0 or 1", data.get("status") in (0, 1), str(data.get("status")))
    section.required(f"{words}attendance_status is 0 or 1", data.get("attendance_status") in (0, 1))
    echoed = (data.get("redeem_code"), data.get("sequence"))
    section.required(f"{words}it repeats the code and the sequence", echoed == (code, 1), str(echoed))
    when = data.get("redeem_at")
    agrees = shapes.is_stamp(when) if data.get("status") == 1 else when == ""
    section.required(f"{words}redeem_at is there once it was redeemed, else empty", agrees, str(when))
    span = data.get("schedule_start_end")
    section.proposed(f"{words}schedule_start_end is a span", shapes.is_span(span), str(span))
    kind = shapes.kind_problem(
        data.get("course_type"),
        data.get("course_type_label"),
        data.get("course_learning_method"),
        data.get("is_online_attendance"),
    )
    section.proposed(f"{words}number, label and method of the course belong together", not kind, kind)
    named = all(data.get(member) for member in ("course_code", "schedule_code", "invoice_code", "dp_platform"))
    section.required(f"{words}it tells course, schedule, invoice and platform", named)
    again = wire.post(credentials, path, ask)
    section.required(f"{words}status again: the same answer", again.raw == found.raw, again.shown())
    without = wire.post(credentials, path, {"redeem_code": code})
    section.required(f"{words}sequence left out is 1", without.data == data, without.shown())
    null = wire.post(credentials, path, {"redeem_code": code, "sequence": None})
    section.required(f"{words}sequence null is 1", null.data == data, null.shown())
    typed = wire.post(credentials, path, {"redeem_code": f" {code.lower()} "})
    section.proposed(f"{words}small letters and blanks around it do not count", typed.data == data, typed.shown())
    # As of October 2022 (contract.md 2.10): the code in the path with an empty signed body; the member called `code`.
    ask_old = forgery.Ask("GET", f"{path}/{code}")
    forgery.refuse_forgeries(section, wire, credentials, f"{words}GET status", ask_old)
    old = ask_old.send(wire, credentials)
    section.required(f"{words}GET with the code in the path answers the same", old.data == data, old.shown())
    old = wire.post(credentials, path, {"code": code})
    section.required(f"{words}the member called code answers the same", old.data == data, old.shown())
    for sequence in (0, -1, 11, 998, 1000):
        answer = wire.post(credentials, path, {"redeem_code": code, "sequence": sequence})
        refused(section, f"{words}sequence {sequence}", answer, 400, "ERRTRX40090")
    return found


def _commit(section: Section, wire: Wire, credentials: Credentials, code: str, *, name: str = "") -> None:
    words = f"{name}: " if name else ""
    path = f"{REDEEM}/commit"
    forgery.refuse_forgeries(section, wire, credentials, f"{words}commit", forgery.post(path, {"redeem_code": code}))
    untouched = _states(wire, credentials, code)
    section.required(f"{words}nothing refused was committed", untouched[:2] == [0, 0], str(untouched))
    done = wire.post(credentials, path, {"redeem_code": code})
    if done.status in (403, 404, 405) and not name:
        section.omit(f"commit: not there for this client ({done.shown()})")
        return
    if not section.required(f"{words}commit: 200", done.succeeded, done.shown()):
        return
    problem = shapes.problem(done.data, shapes.REDEEM_CODE)
    section.required(f"{words}commit answers like status", not problem, problem)
    told = _told(done)
    section.required(f"{words}commit: status 1", told[0] == 1, str(told[0]))
    section.required(f"{words}commit: attendance_status 1", told[1] == 1, str(told[1]))
    section.required(f"{words}commit: redeem_at is RFC 3339 with Z", shapes.is_stamp(told[2]), str(told[2]))
    shown = _states(wire, credentials, code)
    section.required(f"{words}status tells what commit told", shown == told, f"{shown} instead of {told}")
    twice = wire.post(credentials, path, {"redeem_code": code})
    refused(section, f"{words}a second commit", twice, 400, "ERRTRX40021")
    old = wire.post(credentials, path, {"code": code})
    section.required(f"{words}a second commit by the old member", old.code == twice.code, old.shown())


def check_attendance(report: Report, wire: Wire, credentials: Credentials, pupil: Pupil) -> None:
    """oauth/url-generate and the page that it leads to (contract.md 2.6, 3.2, G5)."""
    members = {
        "redeem_code": UNKNOWN,
        "redirect_uri": pupil.redirect_uri or "https://lembaga.example/kembali",
        "email": pupil.email or "konformansi@contoh.id",
        "sequence": 1,
    }
    unknown = wire.post(credentials, URL_GENERATE, members)
    if is_missing(unknown):
        report.section("Attendance", skipped="this server has no oauth/url-generate")
        return
    section = report.section("Attendance")
    section.required("an unknown code is refused", not unknown.succeeded, unknown.shown())
    if not (pupil.any_test_code and pupil.redirect_uri):
        section.omit("a verification page: give --redirect-uri (a registered one) and --test-code")
        return
    section.proposed("an unknown code: 400 ERRTRX40020", unknown.is_refusal(400, "ERRTRX40020"), unknown.shown())
    code = pupil.cases.get("TC1-999") or pupil.any_test_code
    members["redeem_code"] = code
    wire.post(credentials, f"{REDEEM}/reset", {"redeem_code": code})
    for wanted in ("https://lain.example/", f"{pupil.redirect_uri}/", f"{pupil.redirect_uri}?x=1"):
        elsewhere = wire.post(credentials, URL_GENERATE, members | {"redirect_uri": wanted})
        refused(section, f"an unregistered redirect_uri ({urlsplit(wanted).path}…)", elsewhere, 400, "ERRTRX40091")
    for name, changes, refusal in (
        ("no e-mail address", {"email": "tanpa-at"}, "ERRINT40091"),
        ("sequence 11", {"sequence": 11}, "ERRTRX40090"),
        ("sequence 0", {"sequence": 0}, "ERRTRX40090"),
    ):
        refused(section, name, wire.post(credentials, URL_GENERATE, members | changes), 400, refusal)
    for name in ("redeem_code", "redirect_uri", "email"):
        left = {key: value for key, value in members.items() if key != name}
        refused(section, f"no {name}", wire.post(credentials, URL_GENERATE, left), 400, "ERRINT40091")
    forgery.refuse_forgeries(section, wire, credentials, "url-generate", forgery.post(URL_GENERATE, members))
    answer = wire.post(credentials, URL_GENERATE, members)
    if not section.required("url-generate: 200", answer.succeeded, answer.shown()):
        return
    problem = shapes.problem(answer.data, shapes.VERIFICATION)
    section.required("its members are those that clients decode", not problem, problem)
    url = urlsplit(str(answer.data.get("url", "")))
    section.required("url is an address", url.scheme in ("http", "https") and bool(url.netloc), str(url.scheme))
    course = answer.data.get("course") or {}
    problem = shapes.problem(course, {"type": int, "learning_method": str}) if isinstance(course, dict) else "no object"
    section.required("course has type and learning_method", not problem, problem)
    told = wire.post(credentials, f"{REDEEM}/status", {"redeem_code": code}).data
    same = [course.get("type"), course.get("learning_method")] == [
        told.get("course_type"),
        told.get("course_learning_method"),
    ]
    section.required("course is what status tells of it", same, str(course))
    again = wire.post(credentials, URL_GENERATE, members)
    section.required("every state is another", again.data.get("state") not in (None, "", answer.data.get("state")))
    section.required("every address is another", again.data.get("url") not in (None, "", answer.data.get("url")))
    section.required("asking for the page attends nothing", _states(wire, credentials, code) == [0, 0, ""])
    _walk(section, wire, credentials, code, members, replaced=answer, sequences=(1, POST_TEST))
    webinar = pupil.cases.get("TC2-999")
    if webinar:
        members["redeem_code"] = webinar
        wire.post(credentials, f"{REDEEM}/reset", {"redeem_code": webinar})
        asked = wire.post(credentials, URL_GENERATE, members)
        _walk(section, wire, credentials, webinar, members, replaced=asked, sequences=(1, 2, 10), name="webinar: ")


def _walk(
    section: Section,
    wire: Wire,
    credentials: Credentials,
    code: str,
    members: dict[str, Any],
    *,
    replaced: Answer,
    sequences: tuple[int, ...],
    name: str = "",
) -> None:
    """Press the buttons of a test code's page, which ask for no phone; other servers' pages may have none that we know."""
    back = members["redirect_uri"]
    if name:
        # One page replaces another of the same code and sequence.
        wire.post(credentials, URL_GENERATE, members)
    try:
        came = press_through(str(replaced.data.get("url")), back)
    except NoSuchForm:
        came = {}
    section.required(
        f"{name}a replaced page proves nothing", not came or came.get("success") == "false", str(sorted(came))
    )
    section.required(f"{name}pressing a replaced page attends nothing", _states(wire, credentials, code) == [0, 0, ""])
    try:
        for sequence in sequences:
            asked = wire.post(credentials, URL_GENERATE, members | {"sequence": sequence})
            if not section.required(f"{name}page of sequence {sequence}: 200", asked.succeeded, asked.shown()):
                return
            came = press_through(str(asked.data.get("url")), back)
            if not came:
                section.omit(f"{name}the page of sequence {sequence}: it has no way back that a program finds")
                return
            state = asked.data.get("state")
            section.required(
                f"{name}sequence {sequence}: the browser comes back with the state", came.get("state") == state
            )
            proved = wire.post(credentials, f"{REDEEM}/status", {"redeem_code": code, "sequence": sequence}).data
            seen = [proved.get(name) for name in ("status", "attendance_status", "sequence")]
            section.required(f"{name}sequence {sequence}: attended afterwards", seen == [1, 1, sequence], str(seen))
            used = wire.post(credentials, URL_GENERATE, members | {"sequence": sequence})
            refused(section, f"{name}sequence {sequence} once more", used, 400, "ERRTRX40021")
    except NoSuchForm as error:
        section.omit(f"{name}the verification page: {error}")
    finally:
        wire.post(credentials, f"{REDEEM}/reset", {"redeem_code": code})


def check_assignments(report: Report, wire: Wire, credentials: Credentials, pupil: Pupil) -> None:
    """tpm/* (2.11 to 2.13). Work is handed in for a test code, and for a code that is given and redeemed."""
    path = f"{TPM}/submission/status"
    members = {"redeem_code": UNKNOWN, "scope": "tpm", "sequence": 1}
    unknown = wire.post(credentials, path, members)
    if is_missing(unknown):
        report.section("Assignments", skipped="this server has no tpm/submission/status")
        return
    section = report.section("Assignments")
    refused(section, "an unknown code", unknown, 400, "ERRTRX40020")
    for name, changes, code in (
        ("scope lain", {"scope": "lain"}, "ERRINT40091"),
        ("sequence 0", {"sequence": 0}, "ERRTRX40096"),
        ("sequence 1000", {"sequence": 1000}, "ERRTRX40096"),
        ("tpm with sequence 999", {"sequence": 999}, "ERRTRX40096"),
        ("uk with sequence 1", {"scope": "uk"}, "ERRTRX40096"),
    ):
        refused(section, name, wire.post(credentials, path, members | changes), 400, code)
    if pupil.any_test_code:
        code = pupil.cases.get("TC1-001") or pupil.any_test_code
        about = members | {"redeem_code": code}
        wire.post(credentials, f"{REDEEM}/reset", {"redeem_code": code})
        early = wire.post(credentials, f"{TPM}/submission", about | {"url_file": pupil.file_url})
        refused(section, "work for a code that is not redeemed", early, 409, "ERRTRX40995")
        wire.post(credentials, f"{REDEEM}/commit", {"redeem_code": code})
        last = wire.post(credentials, path, about | {"sequence": 998})
        section.required("tpm with sequence 998: 200", last.succeeded, last.shown())
        _hand_in(section, wire, credentials, about, pupil, name="test code: ")
        _hand_in(section, wire, credentials, about | {"scope": "uk", "sequence": 999}, pupil, name="test code, uk: ")
        wire.post(credentials, f"{REDEEM}/reset", {"redeem_code": code})
        found = wire.post(credentials, path, about).data
        section.required("test code: a reset takes the work away", _work(found) == [0, 0], str(_work(found)))
    if not pupil.redeem_code:
        section.omit("the assignments of a bought code: give --redeem-code")
        return
    found_answer = wire.post(credentials, path, members | {"redeem_code": pupil.redeem_code})
    if not found_answer.succeeded:
        section.omit(f"the status of an assignment: {found_answer.shown()}")
        return
    if wire.post(credentials, f"{REDEEM}/status", {"redeem_code": pupil.redeem_code}).data.get("status") == 1:
        about = members | {"redeem_code": pupil.redeem_code, "sequence": 998}
        _hand_in(section, wire, credentials, about, pupil)
    else:
        section.omit("handing in: the code is not redeemed")


def _work(found: dict[str, Any]) -> list[Any]:
    parts = [found.get(part) for part in ("assignment", "feedback")]
    return [part.get("status") if isinstance(part, dict) else None for part in parts]


def _hand_in(
    section: Section, wire: Wire, credentials: Credentials, about: dict[str, Any], pupil: Pupil, *, name: str = ""
) -> None:
    """An assignment and its feedback, pending at first; what becomes of the file is the server's affair."""
    work, judged, status = f"{TPM}/submission", f"{TPM}/feedback/submission", f"{TPM}/submission/status"
    notes = {"notes": "Catatan uji konformansi", "url_file": ""}
    forgery.refuse_forgeries(section, wire, credentials, f"{name}submission/status", forgery.post(status, about))
    before = wire.post(credentials, status, about)
    parts = sorted(before.data)
    section.required(f"{name}status tells of assignment and feedback", parts == ["assignment", "feedback"], str(parts))
    for part in ("assignment", "feedback"):
        found = before.data.get(part)
        problem = shapes.problem(found, shapes.ASSIGNMENT) if isinstance(found, dict) else "missing"
        section.required(f"{name}{part} has the published members", not problem, problem)
        same = isinstance(found, dict) and found.items() >= about.items()
        section.required(f"{name}{part} repeats what was asked", same, str(found))
    is_new = _work(before.data) == [0, 0]
    other = about if about["scope"] == "uk" else about | {"sequence": 997}
    early = wire.post(credentials, judged, other | notes)
    refused(section, f"{name}feedback without an assignment", early, 409, "ERRTRX40996")
    for label, url, code in (
        ("no address", "bukan alamat", "ERRTRX40097"),
        ("ftp", "ftp://berkas.example/tugas.pdf", "ERRTRX40097"),
        ("nothing", "", "ERRTRX40097"),
        ("this machine", "http://127.0.0.1/tugas.pdf", "ERRTRX40098"),
    ):
        answer = wire.post(credentials, work, about | {"url_file": url})
        refused(section, f"{name}a file at {label}", answer, 400, code)
    # What stands on the way in is written down only by the honest call.
    forgery.refuse_forgeries(
        section, wire, credentials, f"{name}submission", forgery.post(work, about | {"url_file": pupil.file_url})
    )
    if is_new:
        untouched = _work(wire.post(credentials, status, about).data)
        section.required(f"{name}nothing refused was handed in", untouched == [0, 0], str(untouched))
    numbers = []
    for label, path, given, shape in (
        ("submission", work, {"url_file": pupil.file_url}, shapes.SUBMISSION),
        ("submission once more", work, {"url_file": pupil.file_url}, shapes.SUBMISSION),
        ("feedback", judged, notes, shapes.FEEDBACK),
    ):
        answer = wire.post(credentials, path, about | given)
        if not section.required(f"{name}{label}: 200", answer.succeeded, answer.shown()):
            return
        problem = shapes.problem(answer.data, shape)
        section.required(f"{name}{label}: the published members", not problem, problem)
        echoed = {member: answer.data.get(member) for member in (*about, *given)}
        section.required(f"{name}{label}: it repeats what was sent", echoed == about | given, str(sorted(echoed)))
        section.proposed(
            f"{name}{label}: status 1, pending", answer.data.get("status") == 1, str(answer.data.get("status"))
        )
        numbers.append(answer.data.get("id"))
        if label == "submission once more" and is_new:
            states = _work(wire.post(credentials, status, about).data)
            section.required(
                f"{name}handed in and not judged yet", states[0] in (1, 2, 3) and states[1] == 0, str(states)
            )
    section.required(f"{name}every submission has a number of its own", numbers[0] != numbers[1], str(numbers))
    forgery.refuse_forgeries(section, wire, credentials, f"{name}feedback", forgery.post(judged, about | notes))
    silent = wire.post(credentials, judged, about | {"url_file": ""})
    refused(section, f"{name}feedback without notes", silent, 400, "ERRINT40091")
    states = _work(wire.post(credentials, status, about).data)
    section.required(f"{name}afterwards both are 1, 2 or 3", all(state in (1, 2, 3) for state in states), str(states))


def _says(section: Section, name: str, answer: Answer, sentence: str, *, is_published: bool = True) -> None:
    note = section.required if is_published else section.proposed
    note(name, answer.message.lower() == sentence.lower(), answer.message)
