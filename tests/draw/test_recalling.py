"""Seats that come back are given on by the places that were drawn, to nobody twice, decided by two."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from hashlib import sha256

import pytest

from prakerja.access.actors import SYSTEM, Actor
from prakerja.awards.models import Award
from prakerja.awards.operations import blacklist_person, withdraw_award
from prakerja.draw import operations as draws
from prakerja.draw.models import Awarding, Document, Draw, Dropped, LogEntry, Recalled
from prakerja.draw.protocol.documents import Recall
from prakerja.draw.protocol.folder import open_files
from prakerja.draw.protocol.verifying import verify
from prakerja.draw.public import public_file, public_recalls
from prakerja.draw.tasks import run_awards, run_telling
from prakerja.draw.writing import published_folder, write_folder
from prakerja.intake.models import Application, Decree, Wave
from prakerja.intake.operations import import_results
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Transfer
from prakerja.notifications.models import Message
from prakerja.people.models import Person
from tests.builders import operator, result_row
from tests.draw.awarded import ANNOUNCED, decided, differences, drawn_wave, winners
from tests.draw.drawing import NAME, PUBLISHED
from tests.intake.joining import OPEN, wave

pytestmark = pytest.mark.django_db(transaction=True)
LATER = ANNOUNCED + timedelta(days=20)
TOLD = LATER + timedelta(hours=2)
TERMS = {"draw_name": NAME, "decree_number": "SK 22-R/2021", "announced_at": TOLD}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PRAKERJA_PUBLISHED", str(tmp_path / "published"))


@pytest.fixture
def two() -> tuple[Actor, Actor]:
    """Who prepares and who confirms."""
    return operator("approver"), operator("authoriser")


def refused(reason: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.reason == reason)


def expected(back: set[uuid.UUID], gone: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Who is to get the seats of `back`, by a walk along the line that knows nothing of how the program does it."""
    line = rows(
        "SELECT e.person_id, o.kind, o.pool, e.stratum, e.family, e.allowance FROM draw_outcome o "
        "JOIN draw_entry e ON e.number = o.number WHERE o.draw_id = %s ORDER BY o.position",
        [Draw.objects.get().id],
    )
    seats = Counter(pool for person, kind, pool, *_ in line if person in back)
    used = Counter(bytes(one[4]) for one in line if one[1] == "W" and one[0] not in back and one[4] is not None)
    given: dict[uuid.UUID, str] = {}
    for is_national in (False, True):
        if is_national:
            seats = Counter({"*": sum(seats.values())})
        for person, kind, _, stratum, family, allowance in line:
            pool = "*" if is_national else stratum
            if kind == "W" or person in gone or person in given or not seats[pool]:
                continue
            if family is not None and used[bytes(family)] >= allowance:
                continue
            given[person], seats[pool] = pool, seats[pool] - 1
            if family is not None:
                used[bytes(family)] += 1
    return given


def test_seats_that_came_back_go_to_who_is_next(two: tuple[Actor, Actor]) -> None:
    first, second = two
    drawn_wave(two, people=90, quota=40, leave=1)
    all_winners = sorted(winners(), key=str)
    dropped, *given_back = all_winners[:8]
    with refused("awards_unfinished"):
        draws.prepare_recall(**TERMS, actor=first, at=PUBLISHED)
    decided(two)
    run_awards(ANNOUNCED)
    run_telling(ANNOUNCED)
    for person in given_back:
        withdraw_award(person_id=person, at=LATER)
    back = {dropped, *given_back}
    one_out = next(iter(expected(back, set())))
    with transaction():
        blacklist_person(person_id=one_out, reason="not_bought", at=LATER)
    prepared = draws.prepare_recall(**TERMS, actor=first, at=LATER)
    assert (prepared.terms["recall"], prepared.terms["released"], prepared.terms["people"]) == (1, 8, 8)
    # Somebody else leaves the programme between the two operators.
    last = all_winners[8]
    withdraw_award(person_id=last, at=LATER)
    with refused("recall_changed"):
        draws.confirm_recall(draw_name=NAME, digest=prepared.digest, actor=second, at=LATER)
    assert (Recalled.objects.count(), Awarding.objects.count()) == (0, 1)
    back.add(last)
    prepared = draws.prepare_recall(**TERMS, actor=first, at=LATER)
    with refused("not_permitted"):
        draws.confirm_recall(draw_name=NAME, digest=prepared.digest, actor=first, at=LATER)
    for _ in range(2):
        draws.confirm_recall(draw_name=NAME, digest=prepared.digest, actor=second, at=LATER)
    # Anybody may read what was given on, as everything else of the draw.
    names = public_recalls(wave_number=22, number=1)
    of_it = ["recall.json", "recall.note", "released.txt", "declined.txt", "awarded.txt"]
    assert [name.removeprefix("recall-1/") for name in names] == [
        *of_it,
        *(f"log/entries/{number:06d}.json" for number in range(4)),
        "log/checkpoints/000004.note",
        "semua.zip",
    ]
    assert all(public_file(wave_number=22, number=1, name=name) for name in names)
    with refused("awards_unfinished"):
        draws.prepare_recall(**TERMS, actor=first, at=LATER)
    assert run_awards(TOLD - timedelta(seconds=1)) == 0
    assert run_awards(TOLD) == 9
    recalled = dict(
        rows(
            "SELECT e.person_id, r.pool FROM draw_recalled r JOIN draw_entry e ON e.number = r.number WHERE r.recall = 1"
        )
    )
    assert recalled == expected(back, {dropped, one_out})
    assert {one.person_id for one in Award.objects.filter(awarded_at=TOLD)} == set(recalled)
    assert set(Application.objects.filter(person_id__in=recalled).values_list("status", flat=True)) == {"selected"}
    # Their days count from their own announcement; the wave's stays.
    deadlines = {one.purchase_deadline_at for one in Award.objects.filter(awarded_at=TOLD)}
    assert len(deadlines) == 1
    assert (
        deadlines.pop() > Award.objects.filter(awarded_at=ANNOUNCED).latest("purchase_deadline_at").purchase_deadline_at
    )
    assert Wave.objects.get().announced_at == ANNOUNCED
    assert Message.objects.filter(template="result_pass", channel="sms").count() == 39 + 9
    assert Transfer.objects.filter(kind="fund").count() == 39 + 9
    assert Dropped.objects.count() == 1
    # A seat comes back once.
    with refused("nothing_released"):
        draws.prepare_recall(**{**TERMS, "announced_at": TOLD}, actor=first, at=TOLD)
    assert differences() == {}
    _published(recalled)


def _published(recalled: dict[uuid.UUID, str]) -> None:
    """The folder says the same, and that of the draw is as it was."""
    folder = published_folder() / "g22-1-recall-1"
    content = (folder / "recall.json").read_bytes()
    recall = Recall.read(content)
    assert content == bytes(Document.objects.get(name="recall-1").content)
    assert content in [bytes(one.content) for one in LogEntry.objects.all()]
    for name, told in (("released", recall.released), ("declined", recall.declined), ("awarded", recall.awarded)):
        lines = (folder / f"{name}.txt").read_bytes()
        assert (told.count, told.sha256) == (lines.count(b"\n"), sha256(lines).hexdigest())
    assert recall.awarded.count == len(recalled)
    write_folder(draw_name=NAME)
    for path in (folder, folder.with_name("g22-1-recall-1.zip")):
        report = verify(files=open_files(published_folder() / "g22-1"), trust=draws.trust(), recalls=[open_files(path)])
        assert [(one.number, one.detail) for one in report.checks if one.holds is not True] == []


def test_a_recall_whose_decree_was_used_bars_nobody_and_gets_other_terms(two: tuple[Actor, Actor]) -> None:
    first, second = two
    drawn_wave(two, people=60, quota=20)
    decided(two)
    run_awards(ANNOUNCED)
    withdraw_award(person_id=min(winners(), key=str), at=ANNOUNCED)
    prepared = draws.prepare_recall(**TERMS, actor=first, at=LATER)
    draws.confirm_recall(draw_name=NAME, digest=prepared.digest, actor=second, at=LATER)
    Decree.objects.create(number=TERMS["decree_number"], wave=Wave.objects.get(), issued_at=LATER)
    # The worker does not stumble over it, and says why.
    assert run_awards(TOLD) == 0
    assert run_awards(TOLD) == 0
    found = Awarding.objects.get(recall=1)
    assert (found.status, found.refusal) == ("decided", "decree_exists")
    later = TOLD + timedelta(days=1)
    again = {"draw_name": NAME, "decree_number": "SK 22-S/2021", "announced_at": later}
    with refused("announcement_not_ahead"):
        draws.prepare_terms(**again, actor=first, at=later + timedelta(seconds=1))
    with refused("decree_exists"):
        draws.prepare_terms(**{**again, "decree_number": "SK 22-R/2021"}, actor=first, at=TOLD)
    for _ in range(2):
        other = draws.prepare_terms(**again, actor=first, at=TOLD)
        with refused("not_permitted"):
            draws.confirm_terms(draw_name=NAME, digest=other.digest, actor=first, at=TOLD)
        draws.confirm_terms(draw_name=NAME, digest=other.digest, actor=second, at=TOLD)
        draws.confirm_terms(draw_name=NAME, digest=other.digest, actor=second, at=TOLD)
    assert run_awards(TOLD) == 0
    assert run_awards(later) == 1
    assert Award.objects.get(awarded_at=later).wave_id == Wave.objects.get().id
    found.refresh_from_db()
    assert (found.status, found.refusal, found.decree_number) == ("done", "", "SK 22-S/2021")
    with refused("nothing_decided"):
        draws.prepare_terms(**again, actor=first, at=TOLD)


def test_what_other_waves_gave_a_family_since_the_list_counts(two: tuple[Actor, Actor]) -> None:
    """Two of a card were awarded by another wave's list meanwhile: nobody of that card is recalled, and the next in line is."""
    first, second = two
    drawn_wave(two, people=60, quota=10)
    wave(21, opens=OPEN - timedelta(days=20), closes=OPEN - timedelta(days=10))
    friends = {"wave_number": 21, "decree_number": "SK 21/2021", "announced_at": LATER, "actor": SYSTEM, "at": LATER}
    # While the draw has its turn no list of another wave is awarded: it would take what families have left.
    with refused("cards_held"):
        import_results(rows=[result_row()], **{**friends, "announced_at": PUBLISHED, "at": PUBLISHED})
    decided(two)
    run_awards(ANNOUNCED)
    cards = dict(Person.objects.values_list("id", "family_card_index"))

    def who_is_next(gone: uuid.UUID) -> uuid.UUID:
        (found,) = expected({gone}, set())
        return found

    # Of two families, so that the seat which comes back is none of the card that is filled up.
    gone = next(one for one in sorted(winners(), key=str) if cards[who_is_next(one)] != cards[one])
    next_one = who_is_next(gone)
    withdraw_award(person_id=gone, at=LATER)
    card = f"9901{int(Person.objects.get(id=next_one).name.split()[1]) // 3:012d}"
    # One of the card may have won already: the list takes what is left.
    rows_of_card = [result_row(family_card_number=card) for _ in range(2)]
    assert import_results(rows=rows_of_card, **friends).awarded in (1, 2)
    family = set(Person.objects.filter(family_card_index=cards[next_one]).values_list("id", flat=True))
    after = LATER + timedelta(hours=1)
    prepared = draws.prepare_recall(**TERMS, actor=first, at=after)
    draws.confirm_recall(draw_name=NAME, digest=prepared.digest, actor=second, at=after)
    with refused("cards_held"):
        import_results(rows=[result_row()], **{**friends, "decree_number": "SK 21-B/2021", "at": after})
    recalled = {
        person for (person,) in rows("SELECT e.person_id FROM draw_recalled r JOIN draw_entry e ON e.number = r.number")
    }
    assert recalled == set(expected({gone}, family))
    assert not recalled & family
    # Whoever checks the folder sees who was passed over, and that it is right.
    folder = published_folder() / "g22-1-recall-1"
    report = verify(files=open_files(published_folder() / "g22-1"), trust=draws.trust(), recalls=[open_files(folder)])
    assert [(one.number, one.detail) for one in report.checks if one.holds is not True] == []
    run_awards(TOLD)
    assert Award.objects.filter(person_id__in=recalled).count() == 1
