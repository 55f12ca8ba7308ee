"""What an institution lives by: redeem codes, attendance, assignments (contract.md 2.6 to 2.13)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from prakerja.conformance import shapes
from prakerja.conformance.report import Report, Section
from prakerja.conformance.wire import INTEGRATION, OWN, PAYMENT, Answer, Credentials, Wire

REDEEM = f"{PAYMENT}/redeem-code"
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


@dataclass(frozen=True)
class Pupil:
    """A code that may be used up, a test code that may be wound back, and where a participant would return."""

    redeem_code: str = ""
    test_code: str = ""
    redirect_uri: str = ""
    email: str = ""
    file_url: str = ""


def check_codes(report: Report, wire: Wire, credentials: Credentials, pupil: Pupil) -> None:
    """redeem-code/status and /commit (contract.md 2.7, 2.8, 2.10). A code that is given is redeemed."""
    section = report.section("Redeem codes")
    path = f"{REDEEM}/status"
    unknown = wire.post(credentials, path, {"redeem_code": "TIDAKADA0000", "sequence": 1})
    section.required(
        "an unknown code: ERRTRX40020", unknown.code == "ERRTRX40020" and unknown.status == 400, unknown.shown()
    )
    said = str((unknown.document or {}).get("message", ""))
    section.required("with the published sentence", said.lower() == SEEN["ERRTRX40020"].lower(), said)
    _magic(section, wire, credentials)
    if not pupil.redeem_code:
        section.omit("status and commit of a code: give --redeem-code (it will be redeemed)")
        return
    found = _status(section, wire, credentials, pupil.redeem_code)
    if found is None:
        return
    if found.data.get("status") == 1:
        section.omit("commit: the code was redeemed before")
        return
    _commit(section, wire, credentials, pupil.redeem_code)


def _magic(section: Section, wire: Wire, credentials: Credentials) -> None:
    """A sandbox answers a code that is an error's with that error (inferred from a partner's own tests)."""
    first = wire.post(credentials, f"{REDEEM}/status", {"redeem_code": "ERRTRX40022"})
    if first.code != "ERRTRX40022":
        section.omit("error codes typed as redeem codes: this client is no sandbox client")
        return
    for code, sentence in SEEN.items():
        answer = wire.post(credentials, f"{REDEEM}/status", {"redeem_code": code})
        holds = answer.code == code and answer.status == int(code[6:9])
        section.proposed(f"sandbox code {code}: its error and status", holds, answer.shown())
        said = str((answer.document or {}).get("message", ""))
        section.required(f"the sentence of {code}", said.lower() == sentence.lower(), said)


def _status(section: Section, wire: Wire, credentials: Credentials, code: str) -> Answer | None:
    path = f"{REDEEM}/status"
    found = wire.post(credentials, path, {"redeem_code": code, "sequence": 1})
    if not section.required("status of a code: 200", found.succeeded, found.shown()):
        return None
    problem = shapes.problem(found.data, shapes.REDEEM_CODE)
    section.required("its members are those that clients decode", not problem, problem)
    section.required("status is 0 or 1", found.data.get("status") in (0, 1))
    section.required("attendance_status is 0 or 1", found.data.get("attendance_status") in (0, 1))
    section.required(
        "it repeats the code and the sequence", (found.data.get("redeem_code"), found.data.get("sequence")) == (code, 1)
    )
    without = wire.post(credentials, path, {"redeem_code": code})
    section.required("sequence left out is 1", without.data == found.data, without.shown())
    # As of October 2022 (contract.md 2.10): the code in the path with an empty signed body; the member called `code`.
    old = wire.send(credentials, method="GET", path=f"{path}/{code}", body=b"")
    section.proposed("GET with the code in the path answers the same", old.data == found.data, old.shown())
    old = wire.post(credentials, path, {"code": code})
    section.proposed("the member called code answers the same", old.data == found.data, old.shown())
    for sequence in (0, 11, 1000):
        answer = wire.post(credentials, path, {"redeem_code": code, "sequence": sequence})
        section.required(f"sequence {sequence} is refused", not answer.succeeded, answer.shown())
    return found


def _commit(section: Section, wire: Wire, credentials: Credentials, code: str) -> None:
    path = f"{REDEEM}/commit"
    done = wire.post(credentials, path, {"redeem_code": code})
    if done.status in (403, 404, 405):
        section.omit(f"commit: not there for this client ({done.shown()})")
        return
    if not section.required("commit: 200", done.succeeded, done.shown()):
        return
    section.required("commit: status 1", done.data.get("status") == 1, str(done.data.get("status")))
    section.required("commit: redeem_at is RFC 3339 with Z", shapes.is_stamp(done.data.get("redeem_at")))
    twice = wire.post(credentials, path, {"redeem_code": code})
    section.required("a second commit is refused", not twice.succeeded, twice.shown())
    section.required("a second commit: ERRTRX40021", twice.code == "ERRTRX40021", twice.shown())
    after = wire.post(credentials, f"{REDEEM}/status", {"redeem_code": code})
    section.required("status afterwards: 1", after.data.get("status") == 1, str(after.data.get("status")))


def check_reset(report: Report, wire: Wire, credentials: Credentials, pupil: Pupil) -> None:
    """redeem-code/reset (contract.md 2.9): test codes only."""
    path = f"{REDEEM}/reset"
    refused = wire.post(credentials, path, {"redeem_code": "TIDAKADA0000"})
    if _is_missing(refused):
        report.section("Reset of test codes", skipped="this server has no redeem-code/reset")
        return
    section = report.section("Reset of test codes")
    section.required("a code without PRAT- is refused", not refused.succeeded, refused.shown())
    code = pupil.test_code or find_test_code(wire, credentials)
    if not code:
        section.omit("a test code: give --test-code")
        return
    done = wire.post(credentials, path, {"redeem_code": code})
    if section.required("reset of a test code: 200", done.succeeded, done.shown()):
        problem = shapes.problem(done.data, shapes.REDEEM_CODE)
        section.required("it answers like status", not problem, problem)
        after = wire.post(credentials, f"{REDEEM}/status", {"redeem_code": code})
        states = [after.data.get("status"), after.data.get("attendance_status")]
        section.required("afterwards neither redeemed nor attended", states == [0, 0], str(states))


def check_attendance(report: Report, wire: Wire, credentials: Credentials, pupil: Pupil) -> None:
    """oauth/url-generate (contract.md 2.6)."""
    path = f"{INTEGRATION}/oauth/url-generate"
    members = {
        "redeem_code": "TIDAKADA0000",
        "redirect_uri": pupil.redirect_uri or "https://lembaga.example/kembali",
        "email": pupil.email or "konformansi@contoh.id",
        "sequence": 1,
    }
    unknown = wire.post(credentials, path, members)
    if _is_missing(unknown):
        report.section("Attendance", skipped="this server has no oauth/url-generate")
        return
    section = report.section("Attendance")
    section.required("an unknown code is refused", not unknown.succeeded, unknown.shown())
    code = pupil.test_code or find_test_code(wire, credentials)
    if not (code and pupil.redirect_uri):
        section.omit("a verification page: give --redirect-uri (a registered one) and --test-code")
        return
    elsewhere = wire.post(credentials, path, members | {"redeem_code": code, "redirect_uri": "https://lain.example/"})
    section.required("an unregistered redirect_uri is refused", not elsewhere.succeeded, elsewhere.shown())
    answer = wire.post(credentials, path, members | {"redeem_code": code})
    if not section.required("url-generate: 200", answer.succeeded, answer.shown()):
        return
    problem = shapes.problem(answer.data, shapes.VERIFICATION)
    section.required("its members are those that clients decode", not problem, problem)
    url = urlsplit(str(answer.data.get("url", "")))
    section.required("url is an address", url.scheme in ("http", "https") and bool(url.netloc), str(url.scheme))
    course = answer.data.get("course") or {}
    problem = shapes.problem(course, {"type": int, "learning_method": str}) if isinstance(course, dict) else "no object"
    section.required("course has type and learning_method", not problem, problem)
    again = wire.post(credentials, path, members | {"redeem_code": code})
    section.required("every state is another", again.data.get("state") not in (None, "", answer.data.get("state")))


def check_assignments(report: Report, wire: Wire, credentials: Credentials, pupil: Pupil) -> None:
    """tpm/* (2.11 to 2.13). For a code that is given and redeemed, work is handed in."""
    path = f"{INTEGRATION}/tpm/submission/status"
    members = {"redeem_code": "TIDAKADA0000", "scope": "tpm", "sequence": 1}
    unknown = wire.post(credentials, path, members)
    if _is_missing(unknown):
        report.section("Assignments", skipped="this server has no tpm/submission/status")
        return
    section = report.section("Assignments")
    section.required("an unknown code is refused", not unknown.succeeded, unknown.shown())
    for name, changes in (("scope lain", {"scope": "lain"}), ("sequence 0", {"sequence": 0})):
        answer = wire.post(credentials, path, members | changes)
        section.required(f"{name} is refused", not answer.succeeded, answer.shown())
    if not pupil.redeem_code:
        section.omit("the status of an assignment: give --redeem-code")
        return
    found = wire.post(credentials, path, members | {"redeem_code": pupil.redeem_code})
    if not found.succeeded:
        section.omit(f"the status of an assignment: {found.shown()}")
        return
    for name in ("assignment", "feedback"):
        part = found.data.get(name)
        problem = shapes.problem(part, shapes.ASSIGNMENT) if isinstance(part, dict) else "missing"
        section.required(f"{name} has the published members", not problem, problem)
    if wire.post(credentials, f"{REDEEM}/status", {"redeem_code": pupil.redeem_code}).data.get("status") == 1:
        _hand_in(section, wire, credentials, members | {"redeem_code": pupil.redeem_code, "sequence": 998}, pupil)
    else:
        section.omit("handing in: the code is not redeemed")


def _hand_in(section: Section, wire: Wire, credentials: Credentials, about: dict[str, object], pupil: Pupil) -> None:
    """An assignment and its feedback, pending at first; what becomes of the file is the server's affair."""
    work, judged = f"{INTEGRATION}/tpm/submission", f"{INTEGRATION}/tpm/feedback/submission"
    notes = {"notes": "Catatan uji konformansi", "url_file": ""}
    early = wire.post(credentials, judged, about | {"sequence": 997} | notes)
    section.proposed("feedback without an assignment is refused", not early.succeeded, early.shown())
    for name, path, given, shape in (
        ("submission", work, {"url_file": pupil.file_url}, shapes.SUBMISSION),
        ("submission once more", work, {"url_file": pupil.file_url}, shapes.SUBMISSION),
        ("feedback", judged, notes, shapes.FEEDBACK),
    ):
        answer = wire.post(credentials, path, about | given)
        if not section.required(f"{name}: 200", answer.succeeded, answer.shown()):
            return
        problem = shapes.problem(answer.data, shape)
        section.required(f"{name}: the published members", not problem, problem)
        echoed = {member: answer.data.get(member) for member in (*about, *given)}
        section.required(f"{name}: it repeats what was sent", echoed == about | given, str(sorted(echoed)))
        section.proposed(f"{name}: status 1, pending", answer.data.get("status") == 1, str(answer.data.get("status")))
    silent = wire.post(credentials, judged, about | {"url_file": ""})
    section.required("feedback without notes is refused", not silent.succeeded, silent.shown())
    found = wire.post(credentials, f"{work}/status", about).data
    states = [(found.get(part) or {}).get("status") for part in ("assignment", "feedback")]
    section.required("afterwards both are 1, 2 or 3", all(state in (1, 2, 3) for state in states), str(states))


def find_test_code(wire: Wire, credentials: Credentials) -> str:
    """A positive test case of this institution, from our own list; "" where a server has none."""
    items = wire.get(credentials, f"{OWN}/test-codes").data.get("items")
    found = [str(item.get("redeem_code", "")) for item in items] if isinstance(items, list) else []
    return found[0] if found else ""


def _is_missing(answer: Answer) -> bool:
    """Whether there is no such address (a refusal of ours for an unknown code is a 400)."""
    return answer.status in (404, 405, 501)
