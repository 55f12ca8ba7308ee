"""A participant's own cases: written with a file, answered at the console and by command, read by nobody else, let go in time."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from prakerja.cases.attachments import read_file
from prakerja.cases.models import Attachment, Case, Entry
from prakerja.cases.operations import answer_case, close_case, wipe_own_cases
from prakerja.cases.policies import OF_PERSON, file_terms
from prakerja.cases.queries import read_case, read_case_file
from prakerja.cases.tasks import TASKS
from prakerja.kernel import clock
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from tests import builders
from tests.portal import world

Enter = Callable[[uuid.UUID], Client]
WORDS = "Insentif pertama belum masuk, padahal jadwalnya kemarin."
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n9\n%%EOF\n"


def photo() -> bytes:
    """A picture that says where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    Image.new("RGB", (400, 300), "teal").save(out, format="JPEG", exif=exif)
    return out.getvalue()


def send(browser: Client, *, file: bytes = b"", **more: str) -> tuple[int, str]:
    form = re.search(r'name="form" value="([^"]+)"', browser.get("/kasus-saya/baru").text)
    assert form is not None
    told: dict[str, object] = {"form": form[1], "topic": "payment", "words": WORDS} | more
    if file:
        told["file"] = SimpleUploadedFile("surat.jpg", file)
    answer = browser.post("/kasus-saya/baru", told)
    return answer.status_code, answer.headers.get("Location", "") or answer.text


def test_a_case_goes_there_and_back_with_its_files(enter: Enter, portal: Client) -> None:
    who = world.award(videos=3)
    browser = enter(who.person_id)
    assert "Belum ada kasus" in browser.get("/kasus-saya").text
    assert 'href="/kasus-saya"' in browser.get("/akun").text
    status, address = send(browser, file=photo())
    assert status == 302
    page = browser.get(address).text
    assert "Kasus Anda sudah kami terima" in page
    assert WORDS in page
    [link] = re.findall(r'href="(/kasus-saya/[^"]+/file/[^"]+)"', page)
    file = browser.get(link)
    assert (file["Content-Type"], file["Content-Disposition"]) == ("image/jpeg", 'attachment; filename="foto.jpg"')
    assert b"Kamera Rahasia" not in file.content
    case = Case.objects.get()
    stored = repr(list(Attachment.objects.values())) + repr(list(Entry.objects.values()))
    assert WORDS not in stored
    assert file.content[:8].hex() not in bytes(Attachment.objects.get().content_enc).hex()
    # The office: who it is, what was sent, an answer.
    helper = builders.operator("helper")
    whole = read_case(case_id=case.id, actor=helper, at=clock.now())
    assert whole.asked_by == who.person_id
    [line] = whole.entries[0].files
    assert read_case_file(case_id=case.id, file_id=line.file_id, actor=helper, at=clock.now()).content == file.content
    answer_case(case_id=case.id, answer="Bank kami tanyakan hari ini.", actor=helper, at=clock.now())
    told = Message.objects.filter(person_id=who.person_id, template="case_answered")
    assert set(told.values_list("channel", flat=True)) == {"sms", "dashboard"}
    assert "Bank kami tanyakan" in browser.get(address).text
    again = browser.post(address, {"words": "Ini buktinya, terima kasih.", "file": SimpleUploadedFile("a.jpg", PDF)})
    assert again.status_code == 302
    twice = browser.post(address, {"words": "Ini buktinya, terima kasih.", "file": SimpleUploadedFile("a.jpg", PDF)})
    assert (twice.status_code, Entry.objects.count(), Attachment.objects.count()) == (302, 3, 2)
    assert "Menunggu jawaban" in browser.get("/kasus-saya").text
    # By its number it is told nobody, and to another account it does not exist.
    number = re.search(r"Kasus ([A-Z0-9 ]{14})", browser.get("/kasus-saya").text)
    assert number is not None
    by_number = browser.post("/bantuan/kasus", {"number": number[1]})
    assert "dikirim dari akun" in by_number.text
    assert WORDS not in by_number.text
    other = enter(world.award(videos=3).person_id)
    assert [other.get(one).status_code for one in (address, link)] == [404, 404]
    assert other.post(address, {"words": "Saya ikut menulis di sini."}).status_code == 404


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><script>alert(1)</script>", "bukan foto dan bukan PDF"),
        (PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>"), "lebih dari halaman saja"),
        (PDF.replace(b"/Catalog", b"/Catalog /A << /S /J#61vaScript >>"), "lebih dari halaman saja"),
        (photo()[:-400], "rusak atau tidak lengkap"),
        (photo() + b"\0" * 2_097_152, "paling besar 2 MB"),
    ],
)
def test_a_file_that_cannot_be_taken_is_said_at_its_field_and_keeps_the_words(
    enter: Enter, content: bytes, words: str
) -> None:
    status, text = send(enter(world.award(videos=3).person_id), file=content)
    assert status == 422
    assert 'href="#file"' in text
    assert words in text
    assert WORDS in text
    assert Case.objects.count() == 0


def test_a_days_limit_is_the_accounts(enter: Enter) -> None:
    browser = enter(world.award(videos=3).person_id)
    for _ in range(OF_PERSON):
        assert send(browser)[0] == 302
    status, text = send(browser)
    assert (status, "sudah banyak pertanyaan" in text) == (422, True)
    assert send(enter(world.award(videos=3).person_id))[0] == 302


def test_files_go_before_the_words_and_everything_with_an_erasure(enter: Enter) -> None:
    who = world.award(videos=3)
    browser = enter(who.person_id)
    for _ in range(2):
        send(browser, file=PDF)
    helper, at = builders.operator("helper"), clock.now()
    case = Case.objects.order_by("id")[0]
    close_case(case_id=case.id, actor=helper, at=at)
    prunes = next(task for task in TASKS if task.name == "prune_case_files")
    due = prunes.next_due()
    assert due == at + file_terms(at).kept
    assert prunes.run(due - timedelta(seconds=1)) == 0
    assert prunes.run(due) == 1
    assert (Attachment.objects.count(), Entry.objects.count(), prunes.next_due()) == (1, 2, None)
    with transaction():
        assert wipe_own_cases(person_id=who.person_id, at=due) == 2
    assert (Attachment.objects.count(), Entry.objects.count()) == (0, 0)
    assert set(Case.objects.values_list("status", flat=True)) == {"closed"}


def test_a_case_holds_so_many_files(enter: Enter) -> None:
    browser = enter(world.award(videos=3).person_id)
    _status, address = send(browser, file=PDF)
    for number in range(9):
        browser.post(address, {"words": f"Halaman nomor {number} dari surat", "file": SimpleUploadedFile("a", PDF)})
    full = browser.post(address, {"words": "Halaman terakhir dari surat", "file": SimpleUploadedFile("a", PDF)})
    assert (full.status_code, Attachment.objects.count()) == (422, 10)
    assert "file sebanyak yang boleh" in full.text


def test_what_it_is_called_does_not_count() -> None:
    assert read_file(PDF).kind == "pdf"
    assert read_file(photo()).kind == "photo"
    with pytest.raises(Refused, match="case_file_kind"):
        read_file(b"GIF89a" + b"\0" * 50)
