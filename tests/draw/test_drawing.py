"""A wave from its rules to the published draw, by two operators; and everything that they may not do."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from prakerja.access.actors import Actor
from prakerja.awards.operations import blacklist_person
from prakerja.draw import operations as draws
from prakerja.draw.demo_beacon import demo_signature
from prakerja.draw.models import Cosignature, Document, Draw, Entry, Outcome, RandomValue, Step
from prakerja.draw.protocol.documents import Commitment
from prakerja.draw.protocol.folder import open_files
from prakerja.draw.protocol.hashes import reason_mark
from prakerja.draw.protocol.trust import Trust
from prakerja.draw.protocol.verifying import Report, verify
from prakerja.draw.public import public_files
from prakerja.draw.writing import published_folder
from prakerja.intake.models import Application
from prakerja.kernel.db import transaction as piece
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import unseal_bytes
from prakerja.proofs.drand import QUICKNET
from prakerja.registrations.models import Profile
from tests.builders import operator
from tests.draw.drawing import (
    COMMITTED,
    DRAWN,
    NAME,
    PUBLISHED,
    RULED,
    WEIGHTS,
    committed,
    drawn,
    join,
    listed,
    published,
    ruled,
)
from tests.draw.published import ROUND, SIGNATURE
from tests.intake.joining import CLOSES, OPENS, wave
from tests.kernel.strangers import Visit, stranger
from tests.waiting import LIMIT, free_port

pytestmark = pytest.mark.django_db(transaction=True)
TOOL = Path(__file__).parents[2] / "tools/verify_draw.py"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


@pytest.fixture
def two() -> tuple[Actor, Actor]:
    """Who prepares and who confirms."""
    return operator("approver"), operator("authoriser")


def check(name: str = "g22-1") -> Report:
    return verify(files=open_files(published_folder() / name), trust=draws.trust())


def by_stranger(tmp_path: Path, name: str = "g22-1") -> str:
    keys = tmp_path / "keys.json"
    keys.write_bytes(draws.trust().spelled())
    told = subprocess.run(
        [sys.executable, "-I", TOOL, published_folder() / name, keys], capture_output=True, text=True, timeout=LIMIT
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def test_from_the_rules_to_a_draw_that_anybody_can_check(two: tuple[Actor, Actor], tmp_path: Path) -> None:
    ruled(*two, quota=5)
    people = [join(number) for number in range(12)]
    family = [join(20 + number, card=99) for number in range(4)]
    assert listed(two[0]) == 16
    committed(*two)
    drawn(*two)
    published(*two)
    assert Draw.objects.get().status == "published"
    report = check()
    assert [(one.number, one.detail) for one in report.checks if one.holds is not True] == []
    assert (report.draw, report.winners, report.unfilled) == (NAME, 5, 0)
    assert "g22/1 holds: 5 winners of 16 rows, 0 seats left" in by_stranger(tmp_path)
    # All are of one province: the seat of the other one flows to everybody.
    assert Outcome.objects.filter(kind="W", pool="31").count() == 4
    assert Outcome.objects.filter(kind="W", pool="*").count() == 1
    labelled = Entry.objects.exclude(family=None)
    assert {one.person_id for one in labelled} == set(family)
    assert {one.allowance for one in labelled} == {2}
    assert Entry.objects.filter(person_id__in=people, family=None).count() == 12


def refused(reason: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.reason == reason)


def test_nobody_confirms_their_own_step_or_something_else_than_waits(two: tuple[Actor, Actor]) -> None:
    first, second = two
    wave()
    both = operator("approver")
    prepared = draws.prepare_rules(wave_number=22, weights=WEIGHTS, actor=first, at=RULED)
    with refused("not_permitted"):
        draws.confirm_rules(draw_name=NAME, digest=prepared.digest, actor=first, at=RULED)
    with refused("not_permitted"):
        draws.confirm_rules(draw_name=NAME, digest=prepared.digest, actor=both, at=RULED)
    with refused("operator_needed"):
        draws.confirm_rules(draw_name=NAME, digest=prepared.digest, actor=Actor.system("command"), at=RULED)
    # Nobody replaces what another prepared by preparing it again: they take it back, which everybody sees.
    with refused("step_waits"):
        draws.prepare_rules(wave_number=22, actor=both, at=RULED)
    back = {"draw_name": NAME, "step": "rules", "digest": prepared.digest, "at": RULED}
    for _ in range(2):
        # Of what another prepared, one alone takes nothing back.
        assert not draws.take_back_step(**back, actor=both)
    assert Step.objects.get(replaced_at=None).back_asked_by == both.id
    with refused("step_waits"):
        draws.prepare_rules(wave_number=22, actor=both, at=RULED)
    assert draws.take_back_step(**back, actor=second)
    # Somebody prepared another one meanwhile: who confirms the page that they see confirms nothing.
    other = draws.prepare_rules(wave_number=22, weights={"31": 1}, actor=both, at=RULED)
    with refused("step_changed"):
        draws.confirm_rules(draw_name=NAME, digest=prepared.digest, actor=second, at=RULED)
    assert Draw.objects.get().status == "drafted"
    draws.confirm_rules(draw_name=NAME, digest=other.digest, actor=second, at=RULED)
    # Whoever was cut off may say it again; another may not.
    draws.confirm_rules(draw_name=NAME, digest=other.digest, actor=second, at=RULED)
    with refused("draw_elsewhere"):
        draws.confirm_rules(draw_name=NAME, digest=other.digest, actor=operator("authoriser"), at=RULED)
    assert Step.objects.filter(confirmed_at=None, replaced_at=None).count() == 0


def test_one_who_holds_both_roles_cannot_exist_and_one_operator_is_never_two(two: tuple[Actor, Actor]) -> None:
    """The trigger of the roles keeps both from one person; the row of a step would refuse them as well."""
    wave()
    draws.prepare_rules(wave_number=22, weights=WEIGHTS, actor=two[0], at=RULED)
    step = Step.objects.get()
    step.confirmed_by, step.confirmed_at = step.prepared_by, RULED
    with pytest.raises(DatabaseError, match="two_people"), transaction.atomic():
        step.save()


@pytest.mark.parametrize(
    ("weights", "why"), [({}, "no stratum"), ({"31": 0}, "no stratum"), ({"x": 1}, "digits"), ({"31": -1}, "weight")]
)
def test_rules_that_share_out_nothing(two: tuple[Actor, Actor], weights: dict[str, int], why: str) -> None:
    wave()
    with pytest.raises(Refused) as refusal:
        draws.prepare_rules(wave_number=22, weights=weights, actor=two[0], at=RULED)
    assert refusal.value.reason == "rules_wrong"
    assert why in refusal.value.details["why"]
    assert Draw.objects.count() == 0


def test_rules_are_published_before_the_wave_opens(two: tuple[Actor, Actor]) -> None:
    wave()
    prepared = draws.prepare_rules(wave_number=22, weights=WEIGHTS, actor=two[0], at=RULED)
    with refused("wave_open_already"):
        draws.confirm_rules(draw_name=NAME, digest=prepared.digest, actor=two[1], at=OPENS)
    with refused("wave_open_already"):
        draws.prepare_rules(wave_number=22, weights=WEIGHTS, actor=two[0], at=OPENS)
    with refused("wave_unknown"):
        draws.prepare_rules(wave_number=99, weights=WEIGHTS, actor=two[0], at=RULED)
    assert Draw.objects.get().status == "drafted"


def test_nobody_is_listed_while_the_wave_is_open_or_in_a_province_without_weight(two: tuple[Actor, Actor]) -> None:
    ruled(*two, weights={"32": 1})
    join(1)
    with refused("wave_not_closed"):
        draws.make_list(draw_name=NAME, actor=two[0], at=CLOSES - timedelta(seconds=1))
    with pytest.raises(Refused) as refusal:
        listed(two[0])
    assert (refusal.value.reason, refusal.value.details["stratum"]) == ("stratum_unknown", "31")
    assert Entry.objects.count() == 0


def test_everybody_excluded_has_a_mark_that_they_alone_can_read(two: tuple[Actor, Actor]) -> None:
    """What speaks against somebody since they joined excludes them, and the list says so without saying why."""
    ruled(*two)
    good, enrolled, listed_one = join(1), join(2), join(3)
    Profile.objects.filter(person_id=enrolled).update(is_enrolled=True)
    with piece():
        blacklist_person(person_id=listed_one, reason="not_bought", at=OPENS)
    assert listed(two[0]) == 3
    assert Entry.objects.get(person_id=good).codes == ""
    for person, code in ((enrolled, "SEKOLAH"), (listed_one, "BLACKLIST")):
        entry = Entry.objects.get(person_id=person)
        assert (entry.codes, entry.stratum, entry.groups) == (code, "", "")
        application = Application.objects.get(person_id=person)
        nonce = unseal_bytes(
            application.nonce_enc, table="intake_application", column="nonce_enc", row_id=application.id
        )
        assert entry.mark == reason_mark(ticket=bytes(entry.ticket), nonce=nonce, codes=[code])


def test_who_joined_before_there_were_draws_gets_a_nonce_with_the_list(two: tuple[Actor, Actor]) -> None:
    ruled(*two)
    join(1)
    Application.objects.update(nonce_enc=None)
    assert listed(two[0]) == 1
    assert Application.objects.filter(nonce_enc=None).count() == 0
    committed(*two)
    drawn(*two)
    published(*two)
    assert check().holds


def test_nobody_joined(two: tuple[Actor, Actor], tmp_path: Path) -> None:
    """An empty list has a file, a root and a draw; every seat stays."""
    ruled(*two)
    assert listed(two[0]) == 0
    committed(*two)
    drawn(*two)
    published(*two)
    report = check()
    assert (report.holds, report.winners, report.unfilled) == (True, 0, 100)
    assert "0 winners of 0 rows, 100 seats left" in by_stranger(tmp_path)


def test_one_list_at_a_time_is_fixed(two: tuple[Actor, Actor]) -> None:
    ruled(*two)
    join(1)
    listed(two[0])
    committed(*two)
    other = wave(23, opens=COMMITTED + timedelta(hours=1), closes=COMMITTED + timedelta(hours=3))
    prepared = draws.prepare_rules(wave_number=other.number, weights=WEIGHTS, actor=two[0], at=COMMITTED)
    draws.confirm_rules(draw_name="g23/1", digest=prepared.digest, actor=two[1], at=COMMITTED)
    with refused("other_draw_under_way"):
        draws.make_list(draw_name="g23/1", actor=two[0], at=COMMITTED + timedelta(hours=4))
    # It waits for its awards, too: test_turns.py.
    drawn(*two)
    with refused("other_draw_under_way"):
        draws.make_list(draw_name="g23/1", actor=two[0], at=PUBLISHED)


def test_the_randomness_comes_late_enough_and_is_what_was_named(two: tuple[Actor, Actor]) -> None:
    first, second = two
    ruled(*two)
    join(1)
    listed(first)
    with refused("source_too_soon"):
        draws.prepare_commitment(
            draw_name=NAME, actor=first, at=COMMITTED, round_at=COMMITTED + timedelta(hours=23, minutes=59)
        )
    prepared = draws.prepare_commitment(draw_name=NAME, actor=first, at=COMMITTED)
    # Whoever confirms two hours later leaves less than the day that applicants have.
    with refused("source_too_soon"):
        draws.confirm_commitment(
            draw_name=NAME, digest=prepared.digest, actor=second, at=COMMITTED + timedelta(hours=2)
        )
    assert Draw.objects.get().status == "listed"
    committed(first, second, at=COMMITTED + timedelta(hours=2))
    late = COMMITTED + timedelta(hours=27)
    with pytest.raises(Refused) as refusal:
        draws.fetch_round(draw_name=NAME, number=0, actor=first, at=late - timedelta(minutes=1))
    assert (refusal.value.reason, refusal.value.details["appears"]) == ("source_not_yet", late)
    good = demo_signature(_round())
    for signature in (
        demo_signature(_round() + 1),
        demo_signature(_round() - 1),
        good.upper(),
        "c" + "0" * 95,
        "",
        "zz",
    ):
        with refused("value_wrong"):
            draws.enter_round(draw_name=NAME, number=0, signature=signature, actor=first, at=late)
    with pytest.raises(Refused) as refusal:
        draws.prepare_result(draw_name=NAME, actor=first, at=late)
    assert (refusal.value.reason, refusal.value.details["number"]) == ("value_missing", 0)
    with refused("source_unknown"):
        draws.enter_round(draw_name=NAME, number=1, signature=good, actor=first, at=late)
    with refused("not_permitted"):
        draws.enter_round(draw_name=NAME, number=0, signature=good, actor=operator("viewer"), at=late)
    draws.enter_round(draw_name=NAME, number=0, signature=good, actor=first, at=late)
    draws.enter_round(draw_name=NAME, number=0, signature=good, actor=second, at=late)
    assert RandomValue.objects.get().entered_by == first.traced


def _round() -> int:
    commitment = Commitment.read(bytes(Document.objects.get(name="commitment").content))
    return commitment.sources[0].round  # type: ignore[union-attr]


def test_what_witnesses_did_not_see_in_time_is_not_drawn(two: tuple[Actor, Actor]) -> None:
    ruled(*two)
    join(1)
    listed(two[0])
    committed(*two)
    draws.fetch_round(draw_name=NAME, number=0, actor=two[0], at=DRAWN)
    Cosignature.objects.filter(checkpoint__size=2).update(seen_at=DRAWN)
    with refused("commitment_unwitnessed"):
        draws.prepare_result(draw_name=NAME, actor=two[0], at=DRAWN)


def test_a_draw_is_void_by_the_rule_alone_and_repeated_with_the_same_list(
    two: tuple[Actor, Actor], tmp_path: Path
) -> None:
    first, second = two
    ruled(*two)
    for number in range(8):
        join(number)
    listed(first)
    committed(*two)
    for reason, at in (
        ("taste", DRAWN),
        ("source", DRAWN + timedelta(days=6)),
        ("secret", DRAWN + timedelta(days=30)),
        ("list", DRAWN + timedelta(hours=2)),
    ):
        with pytest.raises(Refused) as refusal:
            draws.prepare_void(draw_name=NAME, reason=reason, actor=first, at=at)
        assert refusal.value.reason in ("void_reason_unknown", "void_not_due")
    gone = DRAWN + timedelta(days=8)
    # Nobody has to enter a round: the program asks for itself whether it is there.
    with refused("source_there"):
        draws.prepare_void(draw_name=NAME, reason="source", actor=first, at=gone)
    draws.fetch_round(draw_name=NAME, number=0, actor=first, at=gone)
    # The program holds the secret, so it is never missing, unless two witnesses did not see the commitment in time.
    with refused("secret_held"):
        draws.prepare_void(draw_name=NAME, reason="secret", actor=first, at=gone)
    seen = dict(Cosignature.objects.filter(checkpoint__size=2).values_list("id", "seen_at"))
    Cosignature.objects.filter(checkpoint__size=2).update(seen_at=gone)
    prepared = draws.prepare_void(draw_name=NAME, reason="secret", actor=first, at=gone)
    for one, at in seen.items():
        Cosignature.objects.filter(id=one).update(seen_at=at)
    with refused("secret_held"):
        draws.confirm_void(draw_name=NAME, digest=prepared.digest, actor=second, at=gone)
    Cosignature.objects.filter(checkpoint__size=2).update(seen_at=gone)
    # Whoever was cut off says it again, and is told the same.
    for _ in range(2):
        assert draws.confirm_void(draw_name=NAME, digest=prepared.digest, actor=second, at=gone) == "g22/2"
    assert Draw.objects.get(number=1).status == "void"
    with refused("draw_elsewhere"):
        draws.fetch_round(draw_name=NAME, number=0, actor=first, at=gone)
    committed(*two, name="g22/2", at=gone)
    drawn(*two, name="g22/2", at=gone + timedelta(hours=26))
    published(*two, name="g22/2", at=gone + timedelta(hours=27))
    report = check("g22-2")
    assert [(one.number, one.detail) for one in report.checks if one.holds is not True] == []
    assert "g22/2 holds" in by_stranger(tmp_path, "g22-2")
    assert Draw.objects.get(number=2).applicants_id == Draw.objects.get(number=1).applicants_id
    note = "void-1.note"
    assert (published_folder() / "g22-2" / note).read_bytes() == (published_folder() / "g22-1/void.note").read_bytes()
    assert note in public_files(wave_number=22, number=2)


def test_a_draw_whose_result_was_computed_is_never_void(two: tuple[Actor, Actor]) -> None:
    """Before anybody confirmed it, it is in the database: who does not like it would take another seed."""
    first, second = two
    ruled(*two)
    join(1)
    listed(first)
    committed(*two)
    draws.fetch_round(draw_name=NAME, number=0, actor=first, at=DRAWN)
    late = DRAWN + timedelta(days=30)
    Cosignature.objects.filter(checkpoint__size=2).update(seen_at=DRAWN)
    void = draws.prepare_void(draw_name=NAME, reason="secret", actor=first, at=late)
    Cosignature.objects.filter(checkpoint__size=2).update(seen_at=COMMITTED)
    prepared = draws.prepare_result(draw_name=NAME, actor=first, at=DRAWN)
    for reason in ("secret", "source", "list"):
        with pytest.raises(Refused) as refusal:
            draws.prepare_void(draw_name=NAME, reason=reason, actor=first, at=late)
        assert refusal.value.reason in ("result_known", "source_there")
    with refused("result_known"):
        draws.confirm_void(draw_name=NAME, digest=void.digest, actor=second, at=late)
    draws.confirm_result(draw_name=NAME, digest=prepared.digest, actor=second, at=late)
    assert Draw.objects.get().status == "drawn"


def test_drand_itself_is_asked_before_a_round_counts_as_missing(two: tuple[Actor, Actor], settings: Any) -> None:
    """The round of the worked examples, and a server that has it or not."""
    first, second = two
    ruled(*two)
    join(1)
    listed(first)
    # Outside a sandbox only drand counts.
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE kernel_installation CASCADE")
    appears = QUICKNET.at(ROUND)
    prepared = draws.prepare_commitment(draw_name=NAME, actor=first, at=COMMITTED, round_at=appears)
    draws.confirm_commitment(draw_name=NAME, digest=prepared.digest, actor=second, at=COMMITTED)
    late = appears + timedelta(days=7)

    def prepare() -> draws.Prepared:
        return draws.prepare_void(draw_name=NAME, reason="source", actor=first, at=late)

    with refused("source_silent"):
        prepare()
    answers: dict[str, str] = {"status": "404", "signature": ""}

    def answer(visit: Visit) -> None:
        assert visit.path == f"/{QUICKNET.hash}/public/{ROUND}"
        visit.say(int(answers["status"]), json.dumps({"round": ROUND, "signature": answers["signature"]}).encode())

    with stranger(answer) as server:
        settings.DRAND_URL = server.url
        waiting = prepare()
        # Something that is no round is no round.
        answers.update(status="200", signature="00" * 48)
        assert prepare().digest
        answers.update(signature=SIGNATURE)
        with refused("source_there"):
            prepare()
        with refused("source_there"):
            draws.confirm_void(draw_name=NAME, digest=waiting.digest, actor=second, at=late)
    settings.DRAND_URL = f"http://127.0.0.1:{free_port()}"
    # Whoever is cut off from everybody knows nothing of drand.
    with refused("source_silent"):
        prepare()
    assert Draw.objects.get().status == "committed"


def test_a_pulse_is_named_by_a_certificate_that_counts(two: tuple[Actor, Actor], settings: Any) -> None:
    first, _ = two
    ruled(*two)
    join(1)
    listed(first)
    pulse_at = (COMMITTED + timedelta(hours=30)).replace(minute=0, second=0, microsecond=0)
    for certificate in ("", "ab" * 64):
        with refused("source_wrong"):
            draws.prepare_commitment(
                draw_name=NAME, actor=first, at=COMMITTED, pulse_at=pulse_at, certificate=certificate
            )
    settings.NIST_CERTIFICATES = ["cd" * 64, "ab" * 64]
    draws.prepare_commitment(draw_name=NAME, actor=first, at=COMMITTED, pulse_at=pulse_at, certificate="AB" * 64)
    assert draws.trust().certificates == ("cd" * 64, "ab" * 64)
    assert Trust.read(draws.trust().spelled()) == draws.trust()


def test_a_wrong_list_is_made_anew_before_the_first_source(two: tuple[Actor, Actor]) -> None:
    ruled(*two)
    join(1)
    listed(two[0])
    committed(*two)
    at = COMMITTED + timedelta(hours=3)
    prepared = draws.prepare_void(draw_name=NAME, reason="list", actor=two[0], at=at)
    assert draws.confirm_void(draw_name=NAME, digest=prepared.digest, actor=two[1], at=at) == "g22/2"
    assert Draw.objects.get(number=2).status == "ruled"
    assert draws.make_list(draw_name="g22/2", actor=two[0], at=at) == 1
    assert Entry.objects.count() == 2


def test_nothing_that_was_signed_or_drawn_can_be_changed(two: tuple[Actor, Actor]) -> None:
    ruled(*two)
    join(1)
    listed(two[0])
    committed(*two)
    drawn(*two)
    for table, change in (
        ("draw_document", "content = ''"),
        ("draw_signednote", "content = ''"),
        ("draw_logentry", "content = ''"),
        ("draw_entry", "stratum = '94'"),
        ("draw_outcome", "kind = 'W'"),
    ):
        for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError, match="never changed"), connection.cursor() as cursor:
                cursor.execute(statement)
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE draw_draw SET status = 'listed', has_turn = NULL")


def test_a_folder_that_was_touched_is_not_published(two: tuple[Actor, Actor]) -> None:
    first, second = two
    ruled(*two)
    join(1)
    listed(first)
    committed(*two)
    drawn(*two)
    prepared = draws.prepare_publication(draw_name=NAME, actor=first, at=PUBLISHED)
    results = published_folder() / "g22-1/results/00000.txt"
    content = results.read_bytes()
    results.write_bytes(content.replace(b" W 31", b" W *"))
    with refused("folder_changed"):
        draws.confirm_publication(draw_name=NAME, digest=prepared.digest, actor=second, at=PUBLISHED)
    results.write_bytes(content)
    draws.confirm_publication(draw_name=NAME, digest=prepared.digest, actor=second, at=PUBLISHED)
    assert check().holds
