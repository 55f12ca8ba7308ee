"""A small real HTTP server that plays the partner API: it checks every signature and keeps cards, seats and codes.

It shares no code with the client under test: the signature is computed here a second time from the documented text."""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, Any]]
OTP = "482913"
CARD = "9900112233445566"
BALANCE = 1_000_000
PLACE = {"address": "Jalan Perintis 16", "city": "Makassar", "province_code": "73"}
VISIBLE_FROM = "2021-10-05T17:10:00Z"
VERIFICATION_PAGE = "http://127.0.0.1:8000/verifikasi/"


def refusal(code: str, message: str, status: int | None = None) -> Answer:
    """Return an error in the published envelope; a code's digits are its HTTP status and two more."""
    return status or int(code[6:9]), {"code": code, "message": message, "success": False}


def accept(data: dict[str, Any] | None, message: str = "OK") -> Answer:
    """Return a success in the published envelope."""
    envelope: dict[str, Any] = {"success": True, "message": message}
    return 200, envelope if data is None else envelope | {"data": data}


def course(code: str, title: str, price: int, *, institution: str = "lpk-satu", **changes: Any) -> dict[str, Any]:
    """Return one listing as the partner API would."""
    run = {
        "schedule_code": f"{code}-run",
        "starts_at": "2021-09-27T01:00:00Z",
        "ends_at": "2021-11-26T01:00:00Z",
        "capacity": 30,
        "seats_available": 12,
        "is_on_sale": True,
        "place": PLACE if changes.get("mode", "online") != "online" else None,
    }
    listing = {
        "course_code": code,
        "title": title,
        "institution": {"code": institution, "name": institution.upper()},
        "category": "Teknologi Informasi",
        "mode": "online",
        "delivery": "self_paced",
        "duration_hours": 12,
        "language": "id",
        "summary": f"Ringkasan {title}.",
        "syllabus": ["Pengantar", "Latihan", "Proyek"],
        "target_job": "Staf",
        "competency_standard": "SKKNI 2016",
        "certificate_kinds": ["completion"],
        "rating_average": 4.5,
        "rating_count": 20,
        "how_to_redeem": "Masukkan kode di situs lembaga.",
        "price": price,
        "promotion": None,
        "runs": [run],
    }
    return listing | changes


def _place(sent: dict[str, Any]) -> tuple[str, str, int]:
    return sent["redeem_code"], sent["scope"], sent["sequence"]


class FakePrakerja:
    """State and rules; `lost` names paths whose question never arrives, `late` those whose answer is lost."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.listings: list[dict[str, Any]] = []
        self.tokens: dict[str, dict[str, Any]] = {}
        self.transactions: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        # (code, scope, sequence) → [assignment, feedback], and what was sent for each.
        self.submissions: dict[tuple[str, str, int], list[int]] = {}
        self.states: dict[str, dict[str, Any]] = {}
        self.redirect_uris = {"http://127.0.0.1:8005/lpk-satu/callback", "http://127.0.0.1:8005/lpk-dua/callback"}
        self.completions: dict[str, tuple[str, str]] = {}
        # How many assignments the wave of every participant makes mandatory.
        self.mandatory = 0
        self.languages: list[str] = []
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.late: set[str] = set()
        self.lost: set[str] = set()
        self.refusals: dict[str, Answer] = {}
        self.tries = 3
        self.page_size = 100
        self.shows_code = True
        self._lock = threading.Lock()

    def add_code(self, code: str, listing: dict[str, Any], *, status: int = 0) -> None:
        """Make a code that opens a class."""
        self.codes[code] = {
            "redeem_code": code,
            "invoice_code": f"INV-{code}",
            "course_code": listing["course_code"],
            "schedule_code": listing["runs"][0]["schedule_code"],
            "status": status,
            "attended": {1} if status else set(),
        }

    def is_signed(self, headers: dict[str, str], method: str, target: str, body: bytes) -> bool:
        """Check the three headers over the text of the contract."""
        code, stamp = headers.get("client_code", ""), headers.get("timestamp", "")
        key = self.keys.get(code)
        if key is None or not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
            return False
        algorithm = "sha256" if target.startswith("/api/v1/partner/") else "sha1"
        text = f"{code}{stamp}{method}{target}{headers.get('authorization', '')}".encode() + body
        wanted = hmac.new(key.encode(), text, algorithm).hexdigest()
        return hmac.compare_digest(wanted, headers.get("signature", ""))

    def answer(self, headers: dict[str, str], method: str, target: str, body: bytes) -> Answer:
        """Answer one request."""
        if not self.is_signed(headers, method, target, body):
            return refusal("ERRINT40192", "Akses ditolak. Periksa kredensial dan waktu server Anda.")
        parts = urlsplit(target)
        sent = json.loads(body) if body else {name: values[0] for name, values in parse_qs(parts.query).items()}
        name = parts.path.removeprefix("/api/v1/integration/").removeprefix("/api/v1/partner/")
        with self._lock:
            self.calls.append((method, name, sent))
            self.languages.append(headers.get("accept-language", ""))
            if name in self.refusals:
                return self.refusals[name]
            if name in self.lost:
                return 0, {}
            if name.startswith("transactions/"):
                return self._transaction(name.removeprefix("transactions/"))
            return self._route(name)(sent | {"headers": headers})

    def _route(self, name: str) -> Callable[[dict[str, Any]], Answer]:
        return {
            "payment/quota-schedule": self._quota,
            "payment/send-otp": self._send_otp,
            "payment/authorize": self._authorize,
            "payment/status": self._status,
            "payment/void": self._void,
            "tpm/submission": self._submission,
            "tpm/feedback/submission": self._feedback,
            "tpm/submission/status": self._submission_status,
            "oauth/url-generate": self._url_generate,
            "payment/redeem-code/status": self._redeem_status,
            "payment/redeem-code/commit": self._commit,
            "listings": self._listings,
            "course-runs": self._course_runs,
            "completions": self._complete,
            "attendances": self._attendances,
            "redemptions": self._redemptions,
        }[name]

    def _quota(self, sent: dict[str, Any]) -> Answer:
        for listing in self.listings:
            for run in listing["runs"]:
                if run["schedule_code"] == sent["schedule_code"]:
                    return accept(
                        {
                            "schedule_code": sent["schedule_code"],
                            "course_code": sent["course_code"],
                            "quota": run["seats_available"],
                        }
                    )
        return refusal("ERRPLT40490", "Jadwal tidak ditemukan.")

    def _send_otp(self, sent: dict[str, Any]) -> Answer:
        listing = next(entry for entry in self.listings if entry["course_code"] == sent["course_code"])
        discount = (listing["promotion"] or {}).get("discount", 0)
        if sent["prakerja_id"] != CARD:
            return refusal("ERRPLT40492", "Nomor Kartu Prakerja tidak ditemukan.")
        if sent["amount"] not in {listing["price"], listing["price"] - discount}:
            return refusal("ERRPLT40092", "Harga tidak sama dengan harga terdaftar.")
        token = f"token-{len(self.tokens) + 1}"
        self.tokens[token] = {"listing": listing, "amount": sent["amount"], "tries": self.tries}
        return accept({"payment_token": token}, "OTP berhasil dikirim.")

    def _authorize(self, sent: dict[str, Any]) -> Answer:
        invoice = sent["invoice_code"]
        if invoice in self.transactions:
            return accept(self._public(invoice), "Pelatihan berhasil dibeli.")
        intent = self.tokens.get(sent["headers"].get("authorization", "").removeprefix("Payment "))
        if intent is None:
            return refusal("ERRPLT40190", "Token pembayaran tidak berlaku.")
        if sent["otp"] != OTP:
            intent["tries"] -= 1
            if not intent["tries"]:
                return refusal("ERRPLT42390", "OTP terkunci sampai pukul 11.00.")
            return refusal("ERRPLT40094", f"OTP salah. Sisa percobaan {intent['tries']}.")
        number = len(self.transactions) + 1
        code = f"ABCDEFGH{number:04d}"
        listing = intent["listing"]
        self.transactions[invoice] = {
            "invoice_code": invoice,
            "transaction_code": f"TRX{number:013d}",
            "amount": intent["amount"],
            "status": "SUCCESS",
            "prakerja_name": "Peserta Demo",
            "created_at": "2021-09-25T12:30:00Z",
            "listing": listing,
            "voucher_code": code,
        }
        self.add_code(code, listing)
        listing["runs"][0]["seats_available"] -= 1
        return accept(self._public(invoice), "Pelatihan berhasil dibeli.")

    def _public(self, invoice: str) -> dict[str, Any]:
        names = ("invoice_code", "transaction_code", "amount", "status", "prakerja_name", "created_at")
        return {name: self.transactions[invoice][name] for name in names}

    def _status(self, sent: dict[str, Any]) -> Answer:
        if sent["invoice_code"] not in self.transactions:
            return refusal("ERRPLT40493", "Transaksi tidak ditemukan.")
        return accept(self._public(sent["invoice_code"]))

    def _transaction(self, invoice: str) -> Answer:
        if invoice not in self.transactions:
            return refusal("ERRPLT40493", "Transaksi tidak ditemukan.")
        kept = self.transactions[invoice]
        listing = kept["listing"]
        return accept(
            self._public(invoice)
            | {
                "voucher_code": kept["voucher_code"] if self.shows_code else None,
                "voucher_status": kept.get("voucher_status", "cancelled" if kept["status"] == "VOID" else "issued"),
                "redeemable_from": "2021-09-25T12:30:00Z",
                "redeemable_until": listing["runs"][0]["ends_at"],
                "course_code": listing["course_code"],
                "schedule_code": listing["runs"][0]["schedule_code"],
                "course_title": listing["title"],
                "mode": listing["mode"],
                "place": listing["runs"][0]["place"],
                "institution": listing["institution"],
                "how_to_redeem": listing["how_to_redeem"],
                "class_cancelled_at": kept.get("class_cancelled_at"),
            }
        )

    def _void(self, sent: dict[str, Any]) -> Answer:
        kept = self.transactions.get(sent["invoice_code"])
        if kept is None or kept["transaction_code"] != sent["transaction_code"]:
            return refusal("ERRVOD40001", "Kode transaksi tidak ditemukan.")
        if kept["status"] == "VOID":
            return refusal("ERRPLT40028", "Transaksi sudah dibatalkan sebelumnya.")
        if self.codes[kept["voucher_code"]]["status"] == 1:
            return refusal("ERRVOD40990", "Kode sudah ditukar; transaksi tidak dapat dibatalkan.")
        kept["status"] = "VOID"
        return accept(None, "Transaksi berhasil dibatalkan.")

    def _redeem_status(self, sent: dict[str, Any]) -> Answer:
        found = self.codes.get(sent["redeem_code"])
        if found is None:
            return refusal("ERRTRX40020", "Transaksi tidak ditemukan")
        public = {name: value for name, value in found.items() if name != "attended"}
        return accept(public | {"attendance_status": int(sent["sequence"] in found["attended"])})

    def _url_generate(self, sent: dict[str, Any]) -> Answer:
        found = self.codes.get(sent["redeem_code"])
        if sent["redirect_uri"] not in self.redirect_uris:
            return refusal("ERRTRX40091", "Alamat kembali belum terdaftar.")
        if found is None:
            return refusal("ERRTRX40020", "Transaksi tidak ditemukan")
        if sent["sequence"] in found["attended"]:
            return refusal("ERRTRX40021", "Redeem Code sudah digunakan")
        if sent["sequence"] != 1 and 1 not in found["attended"]:
            return refusal("ERRTRX40990", "Kehadiran sebelumnya belum terverifikasi.")
        place = (sent["redeem_code"], sent["sequence"])
        self.states = {state: kept for state, kept in self.states.items() if kept["place"] != place}
        state = f"state-{len(self.calls)}"
        self.states[state] = {"place": place, "redirect_uri": sent["redirect_uri"], "email": sent["email"]}
        return accept({"url": f"{VERIFICATION_PAGE}{state}", "state": state, "course": {"type": 1}})

    def _submission(self, sent: dict[str, Any]) -> Answer:
        if self.codes[sent["redeem_code"]]["status"] != 1:
            return refusal("ERRTRX40995", "Kode belum ditukar; tugas belum dapat dikirim.")
        self.submissions.setdefault(_place(sent), [0, 0])[0] = 1
        return accept({name: sent[name] for name in ("redeem_code", "scope", "sequence", "url_file")} | {"status": 1})

    def _feedback(self, sent: dict[str, Any]) -> Answer:
        if _place(sent) not in self.submissions:
            return refusal("ERRTRX40996", "Tugas belum dikirim; umpan balik belum dapat diberikan.")
        self.submissions[_place(sent)][1] = 1
        return accept({name: sent[name] for name in ("redeem_code", "scope", "sequence", "notes")} | {"status": 1})

    def _submission_status(self, sent: dict[str, Any]) -> Answer:
        assignment, feedback = self.submissions.get(_place(sent), (0, 0))
        about = {name: sent[name] for name in ("redeem_code", "scope", "sequence")}
        return accept({"assignment": about | {"status": assignment}, "feedback": about | {"status": feedback}})

    def verify(self, state: str) -> None:
        """Do what the participant does on Prakerja's page."""
        code, sequence = self.states[state]["place"]
        self.codes[code]["attended"].add(sequence)
        self.codes[code]["status"] = 1

    def _attendances(self, sent: dict[str, Any]) -> Answer:
        found = self.codes.get(sent["redeem_code"])
        if found is None:
            return refusal("ERRTRX40020", "Transaksi tidak ditemukan")
        if sent["sequence"] in found["attended"]:
            return refusal("ERRTRX40021", "Redeem Code sudah digunakan")
        found["attended"].add(sent["sequence"])
        found["status"] = 1
        return self._redeem_status(sent)

    def _commit(self, sent: dict[str, Any]) -> Answer:
        found = self.codes[sent["redeem_code"]]
        if found["status"] == 1:
            return refusal("ERRTRX40021", "Redeem Code sudah digunakan")
        found["status"] = 1
        found["attended"].add(1)
        return accept({"redeem_code": found["redeem_code"], "status": 1})

    def _paged(self, items: list[dict[str, Any]], sent: dict[str, Any]) -> Answer:
        start = int(sent.get("cursor", "0"))
        end = start + self.page_size
        return accept({"items": items[start:end], "next_cursor": str(end) if end < len(items) else None})

    def _listings(self, sent: dict[str, Any]) -> Answer:
        return self._paged(self.listings, sent)

    def _course_runs(self, sent: dict[str, Any]) -> Answer:
        code = sent["headers"]["client_code"].removeprefix("client-")
        names = ("course_code", "title", "category", "mode", "delivery", "duration_hours", "summary", "syllabus")
        items = [
            {name: listing[name] for name in names}
            | {
                "schedule_code": run["schedule_code"],
                "starts_at": run["starts_at"],
                "ends_at": run["ends_at"],
                "session_count": listing.get("session_count", 1),
                "sessions": listing.get("sessions", []),
                "has_post_test": listing.get("has_post_test", False),
                "required_assignments": listing.get("required_assignments", 0),
                "capacity": run["capacity"],
                "seats_taken": run["capacity"] - run["seats_available"],
                "place": run["place"],
            }
            for listing in self.listings
            if listing["institution"]["code"] == code
            for run in listing["runs"]
        ]
        return self._paged(items, sent)

    def _redemptions(self, sent: dict[str, Any]) -> Answer:
        found = [entry for entry in self.codes.values() if entry["invoice_code"] == sent["invoice_code"]]
        items = [{"redeem_code": entry["redeem_code"], "required_assignments": self.mandatory} for entry in found]
        return accept({"items": items, "next_cursor": None})

    def _complete(self, sent: dict[str, Any]) -> Answer:
        key = sent.pop("headers").get("idempotency-key", "")
        content = json.dumps(sent, sort_keys=True)
        if self.codes[sent["redeem_code"]]["status"] != 1:
            return refusal("ERRPRT40992", "Kode belum ditukar.")
        if self.completions.setdefault(sent["redeem_code"], (key, content)) != (key, content):
            return refusal("ERRPRT40990", "Laporan berbeda dari laporan pertama.")
        return accept(sent | {"visible_from": VISIBLE_FROM})


class Server:
    """The fake behind a port of this machine; `http` is to be served."""

    def __init__(self, fake: FakePrakerja) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, envelope = fake.answer(headers, self.command, self.path, body)
                if any(self.path.endswith(name) for name in fake.late) or not status:
                    # The line breaks. That a client also gives up by itself is tested with its own clock.
                    self.close_connection = True
                    return
                text = json.dumps(envelope).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = _serve

            def log_message(self, *_: object) -> None:
                """Keep the test output quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = False
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
