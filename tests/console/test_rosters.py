"""Lists of other offices by page: one operator imports, another sees what changes and confirms, and it is undone by two."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from prakerja.kernel.clock import now
from prakerja.rosters.models import ListedNik
from prakerja.rosters.queries import counting, turns
from prakerja.serving import WHOLE_BODY
from tests.builders import install
from tests.console.test_cancelled_classes import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def sent(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("dtks.csv", text.encode())


def test_a_list_is_imported_confirmed_and_undone_by_page() -> None:
    install()
    page, address = reverse("console_rosters"), reverse("console_roster_import")
    assert signed_in("helper").get(address).status_code == 403
    first, second = signed_in("approver"), signed_in("authoriser")
    assert address in first.get(page).text
    assert address not in second.get(page).text

    broken = first.post(address, {"roster": "DTKS", "file": sent("nik\n9.90102E+15\n9.90102E+15\n")})
    assert "angka yang diringkas Excel" in broken.text
    short = first.post(address, {"roster": "DTKS", "file": sent("nik\n9901021708900001\n"), "rows": 2})
    assert "mungkin terpotong" in short.text
    assert ListedNik.objects.count() == 0
    given = {"roster": "DTKS", "file": sent("nik,nama\n9901021708900001,Siti\n123,Budi\n"), "rows": 2}
    assert first.post(address, given).status_code == 302
    assert counting(at=now()) == ()

    (waiting,) = turns(is_open=True)
    confirm = reverse("console_roster_confirm", args=[waiting.turn_id])
    assert first.get(confirm).status_code == 403
    assert confirm in second.get(page).text
    assert "<dt>Masuk</dt><dd>1</dd>" in second.get(confirm).text
    assert second.post(confirm).status_code == 302
    assert [(one.roster, one.number) for one in counting(at=now())] == [("DTKS", 3)]
    # Confirmed on a page that is stale by now: nothing changes.
    assert "sudah diganti atau disahkan" in second.post(confirm, follow=True).text

    rejected = first.get(reverse("console_roster_rejected", args=["DTKS", 3]))
    assert rejected["Content-Disposition"] == 'attachment; filename="DTKS-3.rejected.csv"'
    assert "3,nik_format," in rejected.text
    assert "123" not in rejected.text.replace("1234", "")
    assert first.get(reverse("console_roster_rejected", args=["DTKS", 9])).status_code == 404

    undo = reverse("console_roster_undo", args=["DTKS"])
    assert "errorlist" in first.post(undo, {"reason": " "}).text
    assert first.post(undo, {"reason": "salah bulan"}).status_code == 302
    other = signed_in("approver")
    assert "sudah menyiapkan daftar ini" in other.post(undo, {"reason": "salah bulan"}).text
    (waiting,) = turns(is_open=True)
    back = reverse("console_roster_take_back", args=[waiting.turn_id])
    assert back in second.get(page).text
    assert "dua petugas menariknya" in second.get(back).text
    assert "Petugas lain yang menariknya" in second.post(back, follow=True).text
    assert "meminta ini ditarik" in first.get(page).text
    assert "Yang berlaku tetap" in first.post(back, follow=True).text
    assert "sudah diganti atau disahkan" in second.get(back, follow=True).text

    assert first.post(undo, {"reason": "salah bulan"}).status_code == 302
    (waiting,) = turns(is_open=True)
    second.post(reverse("console_roster_confirm", args=[waiting.turn_id]))
    assert counting(at=now()) == ()


def test_a_file_that_no_page_takes_is_said_so_and_is_no_old_form() -> None:
    """The server does not read it, and with it not the form's token."""
    install()
    browser = signed_in("approver")
    browser.handler.enforce_csrf_checks = True
    answer = browser.post(reverse("console_roster_import"), {"roster": "DTKS"}, **{WHOLE_BODY: False})
    assert answer.status_code == 413
    assert "prakerja roster import" in answer.text
