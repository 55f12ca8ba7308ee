"""A wave's draw by page: prepared by one operator, confirmed by another, and everything that comes between the two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from prakerja.access.models import OperatorRole, User
from prakerja.audit.models import Record
from prakerja.awards.models import Award
from prakerja.awards.operations import withdraw_award
from prakerja.draw.log import log_document
from prakerja.draw.models import AskedStep, Awarding, Draft, Draw, LogCheckpoint, Step
from prakerja.draw.operations import make_list, trust
from prakerja.draw.protocol.folder import open_files
from prakerja.draw.protocol.verifying import verify
from prakerja.draw.tasks import run_asked, run_awards, run_simulations
from prakerja.draw.writing import published_folder
from prakerja.intake.models import Wave
from prakerja.intake.operations import join_wave
from prakerja.kernel import clock
from prakerja.kernel.db import transaction
from prakerja.proofs.notes import COSIGNATURE, Signer
from prakerja.sandbox.building import fund_programme
from tests import builders as b
from tests.console.test_own_account import text
from tests.draw.drawing import COMMITTED, DRAWN, LISTED, PUBLISHED, RULED, committed, drawn, listed, published, ruled
from tests.intake.joining import OPEN, registered, wave
from tests.portal.conftest import set_clock

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/waves/22/draw/"
WEIGHTS = "31 3 DKI Jakarta\n32: 1\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))
    yield
    clock.forget()


@pytest.fixture
def ahead() -> None:
    """A wave that has not opened."""
    made = wave()
    made.quota = 5
    made.save(update_fields=["quota"])
    set_clock(RULED)


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(id=b.operator(role).id))
    return client


@pytest.fixture
def first() -> Client:
    return client_of("approver")


@pytest.fixture
def second() -> Client:
    return client_of("authoriser")


def prepared(first: Client, step: str, given: dict[str, str] | None = None) -> str:
    answer = first.post(f"{PAGE}{step}/prepare/", given or {}, follow=True)
    assert answer.redirect_chain, text(answer)
    run_asked(clock.now())
    waiting = Step.objects.filter(confirmed_at=None, replaced_at=None).first()
    return waiting.digest if waiting else ""


def confirm(second: Client, step: str, digest: str) -> str:
    """In fours, as the page shows it."""
    digits = " ".join(re.findall("....", digest.upper()))
    return text(second.post(f"{PAGE}{step}/confirm/", {"digits": digits}, follow=True))


@pytest.mark.usefixtures("ahead")
def test_a_wave_is_drawn_by_two_operators_page_by_page(first: Client, second: Client) -> None:
    def step(name: str, at: datetime, given: dict[str, str] | None = None) -> None:
        set_clock(at)
        assert f"{PAGE}{name}/prepare/" in first.get(PAGE).text
        assert f"{PAGE}{name}/prepare/" not in second.get(PAGE).text
        digest = prepared(first, name, given)
        assert f"{PAGE}{name}/confirm/" in second.get(PAGE).text
        assert digest[:4] in text(second.get(f"{PAGE}{name}/confirm/"))
        assert "Disahkan" in confirm(second, name, digest)

    step("rules", RULED, {"weights": WEIGHTS})
    for number in range(8):
        join_wave(person_id=registered(number), wave_number=22, at=OPEN)
    set_clock(LISTED)
    prepared(first, "list")
    assert "Pendaftar dalam daftar 8" in " ".join(text(first.get(PAGE)).split())
    step("commit", COMMITTED)
    enter = f"{PAGE}sources/0/"
    assert enter not in first.get(PAGE).text
    assert "baru muncul" in text(first.post(enter, {}))
    set_clock(DRAWN)
    assert enter in second.get(PAGE).text
    assert "bukan nilai yang ditetapkan" in text(second.post(enter, {"signature": "c" + "0" * 95}))
    assert "Nilai sumber 0 terbukti" in text(second.post(enter, {}, follow=True))
    step("draw", DRAWN)
    step("publish", PUBLISHED)
    page = text(first.get(PAGE))
    assert "Sudah diterbitkan" in page
    report = verify(files=open_files(published_folder() / "g22-1"), trust=trust())
    assert (report.holds, report.winners) == (True, 5)


@pytest.mark.usefixtures("ahead")
def test_what_waits_is_prepared_anew_or_taken_back_meanwhile(first: Client, second: Client) -> None:
    """A stale page confirms nothing, and says so; nor does one whose step was taken back half way."""
    seen = prepared(first, "rules", {"weights": WEIGHTS})
    another = client_of("approver")
    # Of what another prepared one alone takes nothing back: they ask, everybody reads who, and it may be confirmed until another does it.
    asked = text(another.post(f"{PAGE}rules/take-back/", {"digest": seen}, follow=True))
    assert "Petugas lain yang menariknya" in asked
    assert "meminta ini ditarik" in text(second.get(f"{PAGE}rules/confirm/"))
    assert "Minta ditarik" in text(another.get(f"{PAGE}rules/take-back/"))
    assert Step.objects.get().replaced_at is None
    assert "Ditarik" in text(second.post(f"{PAGE}rules/take-back/", {"digest": seen}, follow=True))
    other = prepared(another, "rules", {"weights": "31 1"})
    stale = confirm(second, "rules", seen)
    assert "disiapkan ulang sesudah halaman Anda dibuka" in stale
    # The page that answers shows what waits now.
    assert other[:4] in stale.split()
    assert Draw.objects.get().status == "drafted"
    # Whoever wants to take back what they saw does not take back another one.
    stale = text(another.post(f"{PAGE}rules/take-back/", {"digest": seen}, follow=True))
    assert "Tidak ada yang disahkan" in stale
    assert other[:4] in text(first.get(PAGE)).split()
    assert "Ditarik" in text(another.post(f"{PAGE}rules/take-back/", {"digest": other}, follow=True))
    assert "Tidak ada lagi yang menunggu" in confirm(second, "rules", other)
    assert "Tidak ada lagi yang menunggu" in text(first.post(f"{PAGE}rules/take-back/", {"digest": other}, follow=True))
    assert Draw.objects.get().status == "drafted"
    assert [one.data["digest"] for one in Record.objects.filter(action="draw.rules_taken_back").order_by("id")] == [
        seen,
        other,
    ]
    assert "Disahkan" in confirm(second, "rules", prepared(first, "rules", {"weights": WEIGHTS}))


@pytest.mark.usefixtures("ahead")
def test_nobody_confirms_their_own_step_whatever_their_role_is_now(first: Client) -> None:
    digest = prepared(first, "rules", {"weights": WEIGHTS})
    address = f"{PAGE}rules/confirm/"
    assert first.get(address).status_code == 403
    assert first.post(address, {"digits": digest}).status_code == 403
    OperatorRole.objects.filter(role="approver").update(role="authoriser")
    shown = first.get(address)
    assert "Anda sendiri yang menyiapkan" in text(shown)
    assert '<form method="post"' not in shown.text
    assert "Anda sendiri yang menyiapkan" in text(first.post(address, {"digits": digest}))
    assert Draw.objects.get().status == "drafted"


def test_awards_are_decided_for_a_moment_and_taken_back_before_it(first: Client, second: Client) -> None:
    """The planned announcement is offered; a near deadline needs a name; what is decided is cancelled before its moment only."""
    two = b.operator("approver"), b.operator("authoriser")
    ruled(*two, quota=5)
    with transaction():
        fund_programme(at=OPEN)
    for number in range(6):
        join_wave(person_id=registered(number), wave_number=22, at=OPEN)
    listed(two[0])
    committed(*two)
    drawn(*two)
    published(*two)
    set_clock(PUBLISHED)
    moment = PUBLISHED + timedelta(hours=6)
    Wave.objects.update(results_at=moment)
    address = f"{PAGE}award/prepare/"
    assert f'value="{moment:%Y-%m-%d}"' in first.get(address).text
    given = {"decree_number": "SK 22/2021", "announced_day": f"{moment:%Y-%m-%d}", "announced_hour": f"{moment:%H:%M}"}
    assert "sudah lewat" in text(first.post(address, given | {"announced_day": "2021-10-01"}))
    digest = prepared(first, "award", given)
    waiting = text(second.get(f"{PAGE}award/confirm/"))
    assert "SK 22/2021" in waiting
    assert "Batas waktu pembelian pertama" in waiting
    assert "Disahkan" in confirm(second, "award", digest)
    page = second.get(PAGE)
    assert "Sudah diputuskan; menunggu saatnya" in text(page)
    assert "sudah diputuskan" in text(first.post(address, given))
    cancel = f"{PAGE}award/cancel/"
    assert cancel in page.text
    assert cancel not in client_of("viewer").get(PAGE).text
    assert "errorlist" in second.post(cancel, {"reason": " "}).text
    asked = text(second.post(cancel, {"reason": "Nomor keputusan salah"}, follow=True))
    assert "Sampai petugas lain setuju, pengumuman tetap" in asked
    assert Awarding.objects.get().status == "decided"
    # Whoever comes second reads who wants it and why.
    assert "Nomor keputusan salah" in text(first.get(cancel))
    assert "Pengumuman itu dibatalkan" in text(first.post(cancel, {"reason": "Benar"}, follow=True))
    assert Awarding.objects.get().status == "cancelled"
    confirm(second, "award", prepared(first, "award", given))
    # Another decree before its moment, by the same two pages: what stands now is offered.
    terms = f"{PAGE}terms/prepare/"
    assert terms in first.get(PAGE).text
    assert 'value="SK 22/2021"' in first.get(terms).text
    assert "Disahkan" in confirm(second, "terms", prepared(first, "terms", given | {"decree_number": "SK 22-C/2021"}))
    assert "SK 22-C/2021" in text(first.get(PAGE))
    set_clock(moment)
    run_awards(moment)
    assert "sudah dimulai" in text(second.post(cancel, {"reason": "Terlambat"}))
    assert Awarding.objects.get(status="done").people == 5
    # A seat comes back, and goes to the one who is left in line, by the same two pages.
    recall = f"{PAGE}recall/prepare/"
    later = given | {"decree_number": "SK 22-R/2021"}
    later["announced_day"] = f"{moment + timedelta(days=1):%Y-%m-%d}"
    assert "Tidak ada tempat yang kembali" in text(first.post(recall, later))
    withdraw_award(person_id=Award.objects.values_list("person_id", flat=True)[0], at=clock.now())
    digest = prepared(first, "recall", later)
    assert "Tempat yang kembali 1" in " ".join(text(second.get(PAGE)).split())
    assert "Ditarik" in text(first.post(f"{PAGE}recall/take-back/", {"digest": digest}, follow=True))
    assert "Disahkan" in confirm(second, "recall", prepared(first, "recall", later))
    assert Awarding.objects.get(recall=1).people == 1


@pytest.mark.usefixtures("ahead")
@pytest.mark.parametrize("digits", ["", "0", "g" * 16, "0" * 17, "0" * 16])
def test_other_digits_confirm_nothing(first: Client, second: Client, digits: str) -> None:
    prepared(first, "rules", {"weights": WEIGHTS})
    answer = second.post(f"{PAGE}rules/confirm/", {"digits": digits})
    assert answer.status_code == 200
    assert "errorlist" in answer.text
    assert Draw.objects.get().status == "drafted"


@pytest.mark.usefixtures("ahead")
def test_a_step_out_of_its_turn_says_where_the_draw_is(first: Client, second: Client) -> None:
    assert "Undian itu tidak ada" in text(first.post(f"{PAGE}commit/prepare/", {}))
    confirm(second, "rules", prepared(first, "rules", {"weights": WEIGHTS}))
    prepared(first, "list")
    assert "Gelombang ini belum ditutup" in text(first.get(PAGE))
    for step in ("commit", "draw", "publish", "rules"):
        given = {"weights": WEIGHTS} if step == "rules" else {}
        assert "Aturan sudah diterbitkan" in text(first.post(f"{PAGE}{step}/prepare/", given)), step
    assert Draw.objects.get().status == "ruled"


@pytest.mark.usefixtures("ahead")
def test_a_long_step_is_asked_for_once_and_stopped_half_way(first: Client, second: Client) -> None:
    """The worker makes it; whoever stops it leaves nothing to confirm, and a list goes on where it was."""
    confirm(second, "rules", prepared(first, "rules", {"weights": WEIGHTS}))
    for number in range(3):
        join_wave(person_id=registered(number), wave_number=22, at=OPEN)
    set_clock(LISTED)
    ask = f"{PAGE}list/prepare/"
    assert "Sistem sedang mengerjakannya" in text(first.post(ask, {}, follow=True))
    assert "sudah diminta" in text(first.post(ask, {}))
    stop = f"{PAGE}stop/"
    assert stop in second.get(PAGE).text
    assert stop not in client_of("viewer").get(PAGE).text
    # What another asked for, two stop: the second operator says so, and it goes on until a third does, or whoever asked for it.
    assert "dua petugas menghentikannya" in text(second.get(PAGE))
    given = {"asked_at": re.findall(r'name="asked_at" value="([^"]+)"', second.get(PAGE).text)[0]}
    for _ in range(2):
        assert "meminta langkah itu dihentikan" in text(second.post(stop, given, follow=True))
    assert AskedStep.objects.get().stop_asked_at is None
    assert "meminta langkah ini dihentikan" in text(first.get(PAGE))
    assert "Tidak ada lagi" in text(first.post(stop, {"asked_at": "2021-10-20T00:00:00+00:00"}, follow=True))
    assert "Langkah itu dihentikan" in text(client_of("approver").post(stop, given, follow=True))
    assert run_asked(clock.now()) == 1
    assert "Dihentikan petugas" in text(first.get(PAGE))
    assert "Tidak ada lagi yang sedang dikerjakan" in text(second.post(stop, given, follow=True))
    assert Draw.objects.get().status == "ruled"
    prepared(first, "list")
    assert Draw.objects.get().status == "listed"
    # Whoever lost their role meanwhile prepares nothing: the verb asks again.
    first.post(f"{PAGE}commit/prepare/", {})
    OperatorRole.objects.filter(role="approver").delete()
    assert run_asked(clock.now()) == 1
    assert Step.objects.filter(step="commit").count() == 0
    assert "Peran Anda tidak mengizinkan" in text(second.get(PAGE))


@pytest.mark.usefixtures("ahead")
def test_a_list_is_stopped_after_its_chunk_and_goes_on(first: Client, second: Client) -> None:
    confirm(second, "rules", prepared(first, "rules", {"weights": WEIGHTS}))
    for number in range(3):
        join_wave(person_id=registered(number), wave_number=22, at=OPEN)
    draw, actor = Draw.objects.get(), b.operator("approver")

    class Enough(Exception):
        pass

    def stop(_done: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        make_list(draw_name=draw.name, actor=actor, at=LISTED, chunk=1, progress=stop)
    assert Draft.objects.count() == 1
    assert make_list(draw_name=draw.name, actor=actor, at=LISTED, chunk=1) == 3


@pytest.mark.usefixtures("ahead")
@pytest.mark.parametrize("weights", ["", "31", "31 1\n31 2", "abc 1", "31 0", "31 1,5 7\n-1 3"])
def test_weights_that_cannot_be_read(first: Client, weights: str) -> None:
    answer = first.post(f"{PAGE}rules/prepare/", {"weights": weights})
    assert answer.status_code == 200
    assert "errorlist" in answer.text
    assert Draw.objects.count() == 0


@pytest.mark.usefixtures("ahead")
def test_who_only_looks_sees_the_draw_and_does_nothing(first: Client) -> None:
    viewer = client_of("viewer")
    prepared(first, "rules", {"weights": WEIGHTS})
    page = viewer.get(PAGE)
    assert "Menunggu pengesahan" in text(page)
    for action in ("prepare", "confirm", "take-back"):
        assert f"rules/{action}/" not in page.text
        assert viewer.get(f"{PAGE}rules/{action}/").status_code == 403
    assert viewer.get("/waves/99/draw/").status_code == 404
    assert first.get(f"{PAGE}nonsense/prepare/").status_code == 404


def test_a_witness_is_known_by_the_word_of_two_and_a_line_proves_itself(second: Client) -> None:
    address = "/waves/witnesses/"
    signer = Signer("saksi.example/1", b"1" * 32, COSIGNATURE)
    key = signer.verifier.spelled()
    administrator = client_of("administrator")
    assert "Itu bukan kunci seorang saksi" in text(second.post(address, {"key": "saksi"}))
    for _ in range(2):
        assert "setelah petugas lain" in text(second.post(address, {"key": key}, follow=True))
    assert "Menunggu petugas kedua" in text(administrator.get(address))
    assert trust().witnesses == ()
    assert "Saksi itu sekarang dikenal" in text(administrator.post(address, {"key": key}, follow=True))
    assert [one.spelled() for one in trust().witnesses] == [key]
    with transaction():
        log_document(content=b"{}", at=RULED)
    found = LogCheckpoint.objects.get()
    set_clock(LISTED)
    line = {"size": "1", "line": signer.cosignature(found.text, seconds=int(LISTED.timestamp()))}
    assert found.text.split()[0] in text(second.get(address))
    assert "bukan tanda tangan saksi" in text(second.post(address, line | {"line": "— saksi.example/1 AAAA"}))
    assert "terbukti dan disimpan" in text(second.post(address, line, follow=True))
    assert client_of("viewer").get(address).status_code == 403


@pytest.mark.usefixtures("ahead")
def test_a_simulation_is_asked_for_counted_by_the_worker_and_shown(first: Client) -> None:
    address = "/waves/22/simulation/"
    for number in range(4):
        join_wave(person_id=registered(number), wave_number=22, at=OPEN)
    set_clock(OPEN)
    assert address in first.get("/waves/22/").text
    assert "Dari bergabung" not in text(first.get(address))
    assert "Diminta" in text(first.post(address, follow=True))
    assert "sudah diminta" in text(first.post(address, follow=True))
    run_simulations(clock.now())
    shown = " ".join(text(first.get(address)).split())
    assert "Bergabung 4" in shown
    assert "Dari bergabung sampai terpilih" in shown
    # Nothing shares out the seats yet, and the page says so.
    assert "Kuota tidak dapat dibagi" in shown
    assert client_of("viewer").get(address).status_code == 403
