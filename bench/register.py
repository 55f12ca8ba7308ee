"""`register`: whole registrations as a browser sends them, page by page, against a bare callable that only writes the rows.

The registry of the example world is asked over HTTP by both; codes are read from the rows that would be an SMS. Each page is sent
for everybody before the next one, so that the pages of one person stay in their order.
"""

from __future__ import annotations

import base64
import io
import json
import os
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.test import override_settings
from PIL import Image, ImageDraw, ImageFont

from bench.doors import served
from bench.harness import Bench, settle
from bench.load import Load, drive, percentile
from bench.registered import how_many, register_people
from bench.report import Result, machine, say
from bench.world import install
from examples.world.testing import running_world
from prakerja.kernel.db import row, rows
from prakerja.kernel.secrets import blind_index, seal, unseal

ROUNDS = 3
PEOPLE = 40
TARGET = 0.4
CSRF = "x" * 32
# Step → slug of its page and what is typed there.
PAGES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("consent", "persetujuan", {"agree_identity": "yes"}),
    ("nik", "nik", {}),
    ("family_card", "kartu-keluarga", {"family_card_number": "9901010101150002"}),
    ("name", "nama", {"name": "Siti Élok"}),
    ("birth_date", "tanggal-lahir", {"birth_day": "17", "birth_month": "8", "birth_year": "1990"}),
    ("email", "email", {"has_email": "no"}),
    ("province", "provinsi", {"province_code": "31"}),
    ("regency", "kabupaten", {"regency_code": "3171"}),
    ("address", "alamat", {"district": "Tebet", "village": "Manggarai", "street": "Jalan Melati 5"}),
    ("education", "pendidikan", {"education": "sma"}),
    ("school", "sekolah", {"is_enrolled": "no"}),
    ("work", "pekerjaan", {"work_status": "seeking"}),
    ("post", "jabatan", {"holds_excluded_post": "no"}),
    ("photo", "foto-ktp", {}),
    ("needs", "kebutuhan", {}),
    ("declarations", "pernyataan", {"declare_truth": "yes", "declare_own": "yes", "declare_repay": "yes"}),
)


def run(bench: Bench, seconds: float) -> Result:
    """Alternate the door and the bare callable; the ratio of the medians is the figure."""
    install()
    beside = how_many(seconds)
    say(f"registering {beside:,} people …")
    register_people(beside)
    log = Path(bench.server.log) / "bench.log"
    photo = _card()
    done, doors, ceilings = 0, [], []
    latencies: list[float] = []
    failures: list[bytes] = []
    with running_world() as world:
        os.environ |= {
            "PRAKERJA_CIVIL_REGISTRY": "dukcapil",
            "PRAKERJA_REGISTRY_URL": world.url + "/registry",
            "PRAKERJA_REGISTRY_USER": "sim",
            "PRAKERJA_REGISTRY_PASSWORD": "sim",
            "PRAKERJA_REGISTRY_ADDRESS": "127.0.0.1",
            # Everybody comes from an address of their own: hundreds who ask for codes from one get turns (rules.md 12.40).
            "PRAKERJA_TRUSTED_PROXIES": "127.0.0.1",
            "PRAKERJA_FORWARDED_HEADER": "Forwarded",
        }
        settle()
        with (
            served("prakerja.config.wsgi.portal:application", log=log, pool=4) as port,
            served("bench.bare_register:application", log=log, pool=4) as bare_port,
        ):
            count = PEOPLE
            for number in range(-1, ROUNDS):
                for is_bare, chosen, kept in ((False, port, doors), (True, bare_port, ceilings)):
                    loads = _register(chosen, first=done, count=count, photo=photo, is_bare=is_bare)
                    done += count
                    failures += [one for load in loads for one in load.failures]
                    if number < 0:
                        # The first round warms up, and says how many people fit into the time.
                        continue
                    spent = sum(load.seconds for load in loads)
                    kept.append(count / spent)
                    if not is_bare:
                        latencies += [value * 1000 for load in loads for value in load.latencies]
                if number < 0:
                    spent = sum(load.seconds for load in loads)
                    count = max(PEOPLE, int(count * seconds / (3 * ROUNDS * spent)))
                say(f"round {number + 1} of {ROUNDS}, {count} people …")
    rate, ceiling = sorted(doors)[len(doors) // 2], sorted(ceilings)[len(ceilings) // 2]
    for failure in failures[:3]:
        say(failure.decode(errors="replace"))
    return Result(
        name="register",
        value=rate,
        unit="persons/s",
        p50_ms=percentile(latencies, 50),
        p99_ms=percentile(latencies, 99),
        ratios={"http_to_bare": rate / ceiling},
        targets={"http_to_bare": TARGET},
        checks={"every page was taken": not failures, **_checks(done, beside=beside)},
        machine=machine(postgresql=bench.postgresql),
        figures={
            "bare callable, persons/s": ceiling,
            "posts a person": len(PAGES) + 3,
            "registered people beside": float(beside),
        },
    )


def _checks(people: int, *, beside: int) -> dict[str, bool]:
    """Counted from the rows: as many people as were sent, each with their NIK, their phone, their yes and their statements."""
    counted = {
        "every registration is a person": ("SELECT count(*) FROM people_person", people + beside),
        "each has a NIK of their own": ("SELECT count(*) FROM people_nikclaim", people + beside),
        "each has a phone of their own": (
            "SELECT count(*) FROM people_contactclaim WHERE kind = 'phone'",
            people + beside,
        ),
        "each agreed": (
            "SELECT count(DISTINCT person_id) FROM people_consent WHERE purpose = 'identity_check'",
            people,
        ),
        "each was proven": (
            "SELECT count(*) FROM registrations_profile WHERE proven_by = 'registry'",
            people + beside,
        ),
        "each photo is kept": ("SELECT count(*) FROM registrations_document", people),
    }
    return {name: row(sql) == (wanted,) for name, (sql, wanted) in counted.items()}


def _register(port: int, *, first: int, count: int, photo: bytes, is_bare: bool) -> list[Load]:
    people = [f"+62813{first + number:08d}" for number in range(count)]
    browsers = [uuid.uuid4().hex for _ in people]
    make = _bare if is_bare else _page

    def send(requests: list[bytes]) -> Load:
        return drive(port=port, requests=requests, expect=b"", status=b"302")

    loads = [
        send(
            [
                make(path="/daftar", step="phone", phone=phone, browser=browser, typed={"phone": phone})
                for phone, browser in zip(people, browsers, strict=True)
            ]
        )
    ]
    codes = _codes()
    loads.append(
        send(
            [
                make(path="/masuk/kode", step="code", phone=phone, browser=browser, typed={"otp": codes[phone]})
                for phone, browser in zip(people, browsers, strict=True)
            ]
        )
    )
    ids = [_registration(phone) for phone in people]
    sessions = _sessions(ids)
    for step, slug, typed in PAGES:
        loads.append(
            send(
                [
                    make(
                        path=f"/daftar/isi/{slug}",
                        step=step,
                        registration=str(registration),
                        session=session,
                        typed=typed
                        | ({"nik": f"99{first + number:04d}170890{1 + number % 8000:04d}"} if step == "nik" else {}),
                        photo=photo if step == "photo" else b"",
                    )
                    for number, (registration, session) in enumerate(zip(ids, sessions, strict=True))
                ]
            )
        )
    loads.append(
        send(
            [
                make(path="/daftar/periksa", step="submit", registration=str(registration), session=session, typed={})
                for registration, session in zip(ids, sessions, strict=True)
            ]
        )
    )
    return loads


def _bare(*, path: str, typed: dict[str, str], photo: bytes = b"", **more: str) -> bytes:
    asked: dict[str, Any] = more | {"typed": typed, **({"otp": typed["otp"]} if "otp" in typed else {})}
    if photo:
        asked["photo"] = base64.b64encode(photo).decode()
    # Where the door takes as much as a photo weighs.
    address = "/daftar/isi/foto-ktp" if photo else "/"
    body = json.dumps(asked).encode()
    return f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _page(
    *, path: str, step: str, typed: dict[str, str], browser: str = "", phone: str = "", session: str = "",
    registration: str = "", photo: bytes = b"",
) -> bytes:  # fmt: skip
    cookies = [f"portal_csrf={CSRF}"]
    if browser:
        cookies.append("portal_browser=" + signing.Signer(salt="prakerja.portal.browser").sign(browser))
    if step == "code":
        cookies.append("portal_pending=" + _pending(phone, browser))
    if session:
        cookies.append(f"portal_session={session}")
    fields = {"csrfmiddlewaretoken": CSRF, **typed}
    kind = "application/x-www-form-urlencoded"
    body = urlencode(fields).encode()
    if photo:
        kind = "multipart/form-data; boundary=edge"
        body = (
            (
                f'--edge\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{CSRF}\r\n'
                '--edge\r\nContent-Disposition: form-data; name="photo"; filename="ktp.jpg"\r\n'
                "Content-Type: image/jpeg\r\n\r\n"
            ).encode()
            + photo
            + b"\r\n--edge--\r\n"
        )
    number = int(phone[-6:]) if phone else 0
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {'; '.join(cookies)}\r\n"
        f"Forwarded: for=10.{number // 40_000 % 200}.{number // 200 % 200}.{number % 200}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _pending(phone: str, browser: str) -> str:
    """What the door keeps in the browser between the phone and its code."""
    import time

    told = {"phone": phone, "following": "", "said": "sent", "seconds": 0, "began": int(time.time()), "begins": True}
    place = {"table": "portal_cookie", "column": "pending", "row_id": uuid.UUID(browser)}
    return base64.urlsafe_b64encode(seal(json.dumps(told), **place)).decode()


def _codes() -> dict[str, str]:
    """Phone → code, of the messages that wait; nobody sends them here."""
    found = {}
    for message_id, to, parameters in rows("SELECT id, to_enc, parameters_enc FROM notifications_strangermessage"):
        place: dict[str, Any] = {"table": "notifications_strangermessage", "row_id": message_id}
        said = json.loads(unseal(parameters, column="parameters_enc", **place))
        found[unseal(to, column="to_enc", **place)] = str(said["otp"])
    return found


def _registration(phone: str) -> uuid.UUID:
    found = row("SELECT id FROM registrations_registration WHERE phone_index = %s", [blind_index("phone", phone)])
    assert found is not None
    registration_id: uuid.UUID = found[0]
    return registration_id


def _sessions(ids: list[uuid.UUID]) -> list[str]:
    from prakerja.access.session_store import SessionStore
    from prakerja.config.settings import portal
    from prakerja.portal.registering import SESSION_REGISTRATION

    keys = []
    of_the_door = {name: getattr(portal, name) for name in dir(portal) if name.startswith("SESSION_")}
    with override_settings(**of_the_door):
        for registration_id in ids:
            session = SessionStore()
            session[SESSION_REGISTRATION] = str(registration_id)
            session.save()
            keys.append(str(session.session_key))
    return keys


def _card() -> bytes:
    """What the page's script makes of a photo: 1,000 pixels wide, some tens of kilobytes."""
    picture = Image.new("RGB", (1000, 630), "#cfe3f0")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size=34)
    for number in range(8):
        pen.text((50, 40 + 68 * number), f"KARTU REKAAN BUKAN KTP {number}", fill="#102030", font=font)
    out = io.BytesIO()
    picture.save(out, format="JPEG", quality=85)
    return out.getvalue()
