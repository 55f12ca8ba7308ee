"""A list of results by page: one operator sends it, the worker reads it, another confirms it without the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from prakerja.access.models import User
from prakerja.access.permitting import operator_by_email
from prakerja.audit.models import Record
from prakerja.awards.models import Award
from prakerja.intake.models import (
    AskedImport,
    ListedLine,
    ResultImport,
    UploadedLine,
    UploadedList,
    UploadedPiece,
    Wave,
)
from prakerja.intake.operations import import_results, prepare_results
from prakerja.intake.result_files import ResultFile
from prakerja.intake.tasks import run_asked, run_forgetting
from prakerja.intake.uploaded_lists import KEPT
from prakerja.kernel import clock
from prakerja.kernel.clock import wall
from prakerja.kernel.ids import new_id
from prakerja.lists import in_memory
from prakerja.notifications.models import Message
from tests import builders as b
from tests.console.test_draws import client_of
from tests.console.test_own_account import text
from tests.intake.test_imports_go_on import Killed, after
from tests.lists import files
from tests.money import wib
from tests.portal.conftest import set_clock

pytestmark = pytest.mark.django_db
PAGE, SEND, GO_ON = "/waves/21/results/", "/results/upload/?wave=21", "/results/go-on/"
CONFIRM, BACK = f"{PAGE}confirm/", f"{PAGE}take-back/"
GIVEN = {"decree": "SK-21", "day": "2021-09-22", "hour": "20:00"}
# Four people, and a line whose phone nobody has.
LIST = files.text([*files.people(4), [*files.people(5)[4][:4], "12", *files.people(5)[4][5:]]])


@pytest.fixture(autouse=True)
def _time() -> Iterator[None]:
    b.world()
    set_clock(b.ANNOUNCED)
    yield
    clock.forget()


def words(page: object) -> str:
    return " ".join(text(page).split())


def send(client: Client, content: str = LIST, **given: Any) -> Any:
    sent = SimpleUploadedFile("lolos.csv", content.encode())
    return client.post(SEND, {**GIVEN, "file": sent, **given}, follow=True)


def work() -> int:
    return run_asked(clock.now())


def seen(client: Client, address: str = CONFIRM) -> dict[str, str]:
    return dict(re.findall(r'name="(digest|decree)" value="([^"]+)"', client.get(address).text))


def actor_of(client: Client) -> Any:
    return operator_by_email(email=User.objects.get(id=client.session["_auth_user_id"]).email)


def test_one_sends_it_and_another_confirms_it_without_the_file() -> None:
    first, second = client_of("approver"), client_of("authoriser")
    assert SEND in first.get(PAGE).text
    assert SEND not in second.get(PAGE).text
    assert (second.get(SEND).status_code, first.get("/results/upload/").status_code) == (403, 404)
    assert "errorlist" in send(first, "nik,nama\n").text
    assert not UploadedList.objects.exists()

    assert "Diterima" in words(send(first))
    assert "Sistem sedang mengerjakan" in words(first.get(PAGE))
    assert "sedang dikerjakan" in words(send(first))
    # Nothing of it can be read where it lies.
    kept = UploadedPiece.objects.get()
    assert files.person(1)["nik"].encode() not in bytes(kept.content_enc)
    assert work() == 1
    assert (Award.objects.count(), Message.objects.count(), ListedLine.objects.count()) == (0, 0, 0)

    page = words(second.get(CONFIRM))
    assert "Akan ditetapkan 4" in page
    assert "Ditolak 1" in page
    assert "Bantuan yang dicadangkan Rp14.200.000" in page
    assert "Batas waktu membeli 2021-10-21 23.59 WIB" in page
    assert "Nomor ponsel Indonesia" in page
    assert UploadedList.objects.get().list_digest in page
    assert CONFIRM in second.get("/attention/").text
    assert CONFIRM in second.get("/waves/21/").text
    file = first.get(f"{PAGE}{UploadedList.objects.get().id}/rejected.csv")
    assert file["Content-Disposition"] == 'attachment; filename="21.rejected.csv"'
    assert "6,phone_format," in file.text
    assert files.person(5)["nik"] not in file.text

    # What was prepared again since is another thing.
    stale = seen(second)
    send(first)
    work()
    assert "disiapkan lagi sesudah halaman Anda" in words(second.post(CONFIRM, stale, follow=True))
    assert UploadedPiece.objects.count() == 1
    assert first.get(CONFIRM).status_code == 403
    assert "Disahkan" in words(second.post(CONFIRM, seen(second), follow=True))
    assert "sedang dikerjakan" in words(second.post(CONFIRM, seen(second), follow=True))
    assert (Award.objects.count(), work(), Award.objects.count()) == (0, 1, 4)
    assert Wave.objects.get().announced_at == b.ANNOUNCED
    assert not UploadedPiece.objects.exists()
    page = words(second.get(PAGE))
    assert "Selesai ditetapkan" in page
    assert "sudah dihapus" in page
    assert "sudah disahkan" in words(second.post(CONFIRM, stale, follow=True))
    begun = Record.objects.get(action="wave.results_begun")
    asked = Record.objects.get(action="wave.results_confirmation_asked")
    assert begun.actor_id == asked.actor_id == actor_of(second).id

    # The reasons stay for whoever corrects them, and go by their day.
    assert UploadedLine.objects.filter(fate="rejected").count() == 2
    oldest, newest = UploadedList.objects.order_by("id").values_list("uploaded_at", flat=True)
    assert (run_forgetting(oldest + KEPT - timedelta(seconds=1)), run_forgetting(newest + KEPT)) == (0, 2)
    assert not UploadedLine.objects.exists()


def test_taken_back_it_is_gone_and_nobody_confirms_it() -> None:
    first, second, third = client_of("approver"), client_of("authoriser"), client_of("approver")
    send(first)
    work()
    assert "sudah menyiapkan daftar keputusan SK-21" in words(send(third))
    now = seen(second)
    assert "Petugas lain yang menariknya" in words(second.post(BACK, seen(second, BACK), follow=True))
    assert "dua petugas" in words(second.get(BACK))
    assert "Diminta ditarik oleh" in words(first.get(PAGE))
    # Confirmed, and taken back before the worker came to it.
    assert "Disahkan" in words(second.post(CONFIRM, now, follow=True))
    assert "berkasnya dihapus" in words(first.post(BACK, seen(first, BACK), follow=True))
    assert UploadedPiece.objects.exists()
    work()
    assert "Tidak ada yang ditetapkan" in words(second.get(PAGE))
    assert (Award.objects.count(), UploadedPiece.objects.count()) == (0, 0)
    assert second.get(CONFIRM).status_code == 404


def test_a_damaged_list_is_said_so_and_dropped() -> None:
    first = client_of("approver")
    send(first, files.text([*files.people(3), files.HEADER]))
    work()
    assert "Ditolak:" in words(first.get(PAGE))
    assert not UploadedPiece.objects.exists()
    assert not ListedLine.objects.exists()


def test_a_near_deadline_is_stood_for_by_whoever_confirms() -> None:
    first, second = client_of("approver"), client_of("authoriser")
    send(first)
    work()
    set_clock(wib("2021-10-18 09:00"))
    assert "kurang dari 7 hari" in words(second.get(CONFIRM))
    assert "kurang dari 7 hari" in words(second.post(CONFIRM, seen(second), follow=True))
    assert not AskedImport.objects.filter(step="award").exists()
    second.post(CONFIRM, seen(second) | {"is_short_deadline_confirmed": "on"})
    assert (work(), Award.objects.count()) == (1, 4)
    assert (
        Record.objects.get(action="wave.results_begun").data["short_deadline_confirmed_by"] == actor_of(second).traced
    )


def test_a_worker_that_was_killed_is_followed_by_the_next() -> None:
    first, second = client_of("approver"), client_of("authoriser")
    send(first)
    work()
    second.post(CONFIRM, seen(second))
    begin(actor_of(second), LIST, digest=UploadedList.objects.get().list_digest)
    assert Award.objects.count() == 2
    assert (work(), Award.objects.count(), Message.objects.values("person_id").distinct().count()) == (1, 4, 4)
    assert "Selesai ditetapkan" in words(second.get(PAGE))
    # Killed once more, between the last award and its answer.
    AskedImport.objects.filter(step="award").update(ended_at=None, answer="")
    assert (work(), Award.objects.count()) == (1, 4)
    assert AskedImport.objects.get(step="award").answer == "done"


def test_what_a_command_began_is_taken_over_by_page(tmp_path: Path) -> None:
    one, other, approver = client_of("authoriser"), client_of("authoriser"), client_of("approver")
    file = ResultFile(files.csv_file(tmp_path, LIST))
    given: Any = {"wave_number": 21, "decree_number": "SK-21", "announced_at": b.ANNOUNCED, "at": b.ANNOUNCED}
    prepare_results(rows=file, actor=actor_of(approver), digest=file.digest(), **given)
    assert "prakerja wave confirm-results" in words(one.get(CONFIRM))
    begin(actor_of(one), LIST, digest=file.digest())
    assert "belum selesai: 2 orang lagi" in words(send(approver))
    assert GO_ON in other.get(PAGE).text

    def go_on(content: str = "", **more: str) -> str:
        sent = {"file": SimpleUploadedFile("lolos.csv", content.encode())} if content else {}
        return words(other.post(GO_ON, {**sent, **more}, follow=True))

    assert "Tanyakan dahulu" in go_on(LIST)
    assert "Berkasnya tidak ada di sini" in go_on(take_over="on")
    assert "bukan berkas yang sama" in go_on(f"{LIST}\n", take_over="on")
    assert "Diteruskan" in go_on(LIST, take_over="on")
    assert (work(), Award.objects.count(), UploadedPiece.objects.count()) == (1, 4, 0)
    assert Record.objects.get(action="wave.results_taken_over").actor_id == actor_of(other).id
    assert "Tidak ada impor yang terputus" in words(other.get(GO_ON, follow=True))


def test_a_list_that_another_left_half_read_is_put_aside_by_page() -> None:
    first, second = client_of("approver"), client_of("approver")
    ResultImport.objects.create(
        id=new_id(),
        wave=Wave.objects.get(),
        decree_number="SK-20",
        announced_at=b.ANNOUNCED,
        begun_by=actor_of(first).traced,
        begun_at=b.ANNOUNCED,
        begun_wall=wall(),
        seen_wall=wall(),
    )
    assert "Tanyakan dahulu" in words(send(second))
    assert "take_over" in second.get(SEND).text
    assert "take_over" not in first.get(SEND).text
    assert "Diterima" in words(send(second, take_over="on"))
    work()
    assert [one.status for one in ResultImport.objects.order_by("id")] == ["refused", "prepared"]
    assert "Akan ditetapkan 4" in words(second.get(PAGE))


def begin(actor: Any, content: str, *, digest: str) -> None:
    """What kill -9 leaves of awards that had begun: two people have theirs."""
    with in_memory([content.encode()]) as path, pytest.raises(Killed):
        import_results(
            rows=ResultFile(path),
            wave_number=21,
            decree_number="SK-21",
            announced_at=None,
            actor=actor,
            at=b.ANNOUNCED,
            digest=digest,
            progress=after(2),
            chunk=2,
        )
