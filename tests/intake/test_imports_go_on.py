"""An import that is cut off anywhere is followed by the same call, and ends as if nothing had happened."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.audit.models import Record
from prakerja.awards.models import Award, Blacklist, CardClaim
from prakerja.awards.operations import other_cards
from prakerja.awards.queries import card_number
from prakerja.intake.models import ListedLine, ResultImport, Wave
from prakerja.intake.operations import (
    ImportOutcome,
    Progress,
    ResultRow,
    give_up_import,
    import_results,
    prepare_correction,
)
from prakerja.intake.policies import born_until
from prakerja.intake.queries import result_imports
from prakerja.kernel.codes import is_card_number
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index
from prakerja.ledger.models import Transfer
from prakerja.notifications.models import Message
from prakerja.people.models import ContactClaim, Person
from tests import builders as b
from tests.money import wib

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Stands for SIGKILL: between two commits nobody hears of it."""


def take(
    listed: list[ResultRow],
    *,
    progress: Callable[[Progress], None] | None = None,
    at: datetime = b.ANNOUNCED,
    decree: str = "SK-21",
    wave: int = 21,
) -> ImportOutcome:
    return import_results(
        actor=SYSTEM,
        rows=listed,
        wave_number=wave,
        decree_number=decree,
        announced_at=b.ANNOUNCED,
        at=at,
        progress=progress,
        chunk=2,
    )


def after(count: int) -> Callable[[Progress], None]:
    """Dies after the import has told so many times how far it is."""
    told: list[Progress] = []

    def tell(seen: Progress) -> None:
        told.append(seen)
        if len(told) == count:
            raise Killed

    return tell


def of_seven() -> list[ResultRow]:
    """Seven who may be awarded, and between them one line twice and one that cannot be read."""
    listed = [b.result_row() for _ in range(7)]
    return [*listed[:3], listed[0], b.result_row(phone="12"), *listed[3:]]


# Told once when the list was read, then after each of four chunks.
@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5])
def test_an_import_that_is_cut_off_goes_on(cut: int) -> None:
    b.world()
    listed = of_seven()
    with pytest.raises(Killed):
        take(listed, progress=after(cut))
    assert Award.objects.count() == min(7, 2 * (cut - 1))
    outcome = take(listed, at=b.ANNOUNCED + timedelta(hours=1))
    assert (outcome.awarded, outcome.already, outcome.rejected_rows) == (7, 0, 2)
    assert [why for _, why in outcome.rejected] == ["twice_in_file", "phone_format"]
    assert (Person.objects.count(), Award.objects.count(), Message.objects.count()) == (7, 7, 21)
    assert Message.objects.values("person_id", "channel").distinct().count() == 21
    assert rows("SELECT count(DISTINCT purchase_deadline_at) FROM awards_award") == [(1,)]
    assert sorted(Transfer.objects.exclude(person_id=None).values_list("kind", flat=True)) == 7 * ["fund"] + 7 * [
        "reserve"
    ]
    assert Record.objects.filter(action="award.made").count() == 7
    assert Record.objects.filter(action="wave.results_imported").count() == 1
    assert not ListedLine.objects.exists()
    assert ResultImport.objects.latest("id").status == "done"
    assert not ResultImport.objects.filter(status="awarding").exists()
    assert take(listed).already == 7


def test_nobody_is_awarded_before_the_whole_list_was_read() -> None:
    """Damage at the end of a list of a wave came when everything before it had been written."""
    b.world()

    class Broken(Exception):
        pass

    def listed() -> Iterator[ResultRow]:
        for _ in range(5):
            yield b.result_row()
            assert not Award.objects.exists()
        raise Broken

    with pytest.raises(Broken):
        take(listed())  # type: ignore[arg-type]
    assert (Award.objects.count(), Person.objects.count(), ListedLine.objects.count()) == (0, 0, 0)
    assert [one.status for one in result_imports(most=5)] == ["refused"]
    assert Wave.objects.get().announced_at is None


def test_another_list_waits_until_the_one_that_was_cut_off_is_through() -> None:
    """Who is on it was decided by the awards that there were: nothing comes between, a corrected announcement neither."""
    b.world()
    listed = of_seven()
    with pytest.raises(Killed):
        take(listed, progress=after(3))
    assert [(one.status, one.people, one.awarded, one.left) for one in result_imports(most=1)] == [
        ("awarding", 7, 4, 3)
    ]
    for other, decree in ((listed[:2], "SK-21"), (listed, "SK-22")):
        with pytest.raises(Refused) as caught:
            take(other, decree=decree)
        assert caught.value.reason == "import_unfinished"
        assert caught.value.details == {"wave": 21, "decree": "SK-21", "by": SYSTEM.traced, "awarded": 4, "left": 3}
    with pytest.raises(Refused, match="import_unfinished"):
        prepare_correction(
            wave_number=21,
            announced_at=wib("2021-09-23 20:00"),
            reason="salah",
            actor=b.operator("approver"),
            at=b.BUY_AT,
        )
    assert Award.objects.count() == 4


def test_an_import_that_will_not_come_again_is_given_up() -> None:
    b.world()
    listed = of_seven()
    first, second = b.operator("approver"), b.operator("authoriser")
    with pytest.raises(Refused, match="nothing_unfinished"):
        give_up_import(wave_number=21, reason="x", actor=first, at=b.ANNOUNCED)
    with pytest.raises(Killed):
        take(listed, progress=after(3))
    with pytest.raises(Refused, match="reason_missing"):
        give_up_import(wave_number=21, reason=" ", actor=first, at=b.ANNOUNCED)
    with pytest.raises(Refused, match="operator_needed"):
        give_up_import(wave_number=21, reason="daftar hilang", actor=SYSTEM, at=b.ANNOUNCED)
    # One alone ends nothing for those who are left, however often they say it.
    for _ in range(2):
        assert give_up_import(wave_number=21, reason="hilang", actor=first, at=b.ANNOUNCED) is None
    assert [(one.status, one.left) for one in result_imports(most=1)] == [("awarding", 3)]
    assert give_up_import(wave_number=21, reason="daftar hilang", actor=second, at=b.ANNOUNCED) == 3
    assert Record.objects.get(action="wave.results_given_up").data == {
        "decree": "SK-21",
        "awarded": 4,
        "left": 3,
        "why": "daftar hilang",
    }
    assert (Award.objects.count(), ListedLine.objects.count()) == (4, 0)
    outcome = take(listed, decree="SK-21/2")
    assert (outcome.awarded, outcome.already) == (3, 4)


def test_who_is_left_gets_no_deadline_that_has_passed_or_is_near() -> None:
    """The same call a month later would have awarded people who were revoked within the minute."""
    b.world()
    listed = of_seven()
    with pytest.raises(Killed):
        take(listed, progress=after(3))
    for at, reason in (("2021-10-18 09:00", "deadline_close"), ("2021-10-22 09:00", "deadline_not_ahead")):
        with pytest.raises(Refused, match=reason):
            take(listed, at=wib(at))
    assert Award.objects.count() == 4


def test_what_happened_while_it_ran_keeps_people_out() -> None:
    """Somebody else got the phone, and somebody was blacklisted, after the list had been decided."""
    b.world()
    listed = of_seven()

    def meanwhile(seen: Progress) -> None:
        if (seen.stage, seen.done) != ("awarding", 4) or Blacklist.objects.exists():
            return
        with transaction():
            ContactClaim.objects.create(
                kind="phone", index=blind_index("phone", "+62" + listed[6].phone[1:]), person_id=new_id()
            )
            Blacklist.objects.create(
                nik_index=blind_index("nik", listed[7].nik), person_id=new_id(), reason="x", listed_at=b.ANNOUNCED
            )

    outcome = take(listed, progress=meanwhile)
    assert (outcome.awarded, outcome.rejected_rows, Award.objects.count()) == (5, 4, 5)
    assert [why for _, why in outcome.rejected] == [
        "twice_in_file",
        "phone_format",
        "contact_of_other_person",
        "BLACKLIST",
    ]
    assert [(one.status, one.people, one.awarded) for one in result_imports(most=1)] == [("done", 5, 5)]


def test_a_list_that_changed_between_two_looks_is_not_gone_on_with() -> None:
    b.world()
    first, then = of_seven(), of_seven()

    class Changing(list[ResultRow]):
        looks = 0

        def __iter__(self) -> Iterator[ResultRow]:
            self.looks += 1
            return iter(first if self.looks <= 2 else then)

    with pytest.raises(Refused, match="list_changed"):
        take(Changing())
    assert not Award.objects.exists()


def test_a_family_card_has_its_places_in_the_order_of_the_list() -> None:
    """Who cannot be reached at an address of their own takes no place; who holds one from before does."""
    b.world()
    one = b.result_row(family_card_number="9900000000000077")
    take([one])
    family = {"family_card_number": "9900000000000077"}
    stranger = b.result_row(phone=one.phone, **family)
    outcome = take([stranger, b.result_row(**family), b.result_row(**family), b.result_row(email=one.email, **family)])
    assert (outcome.awarded, [why for _, why in outcome.rejected]) == (
        1,
        ["contact_of_other_person", "KK_PENUH", "KK_PENUH"],
    )


def test_a_line_that_was_rejected_as_twice_keeps_nobody_out() -> None:
    b.world()
    one, other = b.result_row(), b.result_row()
    again = b.result_row(nik=one.nik, birth_date=one.birth_date, phone=other.phone)
    outcome = take([one, again, other])
    assert (outcome.awarded, [why for _, why in outcome.rejected]) == (2, ["twice_in_file"])


@pytest.mark.parametrize("born", ["2000-02-28", "2000-02-29", "2000-03-01", "2003-09-22", "2003-09-23", "1957-01-01"])
@pytest.mark.parametrize("on", ["2020-02-29", "2018-02-28", "2018-03-01", "2021-09-22"])
@pytest.mark.parametrize("age", [18, 20, 65])
def test_full_years(born: str, on: str, age: int) -> None:
    """The last birthday against the years counted, as people count them."""
    day, birth = wib(f"{on} 12:00").date(), wib(f"{born} 12:00").date()
    years = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    assert (birth <= born_until(age=age, on=day)) == (years >= age)


def test_a_card_number_that_somebody_has_is_made_anew() -> None:
    """Of 755,000 numbers in eleven digits a handful meet those of the waves before."""
    b.world()
    who = b.participant(b.World(Wave.objects.get(), None, None))  # type: ignore[arg-type]
    taken = CardClaim.objects.get(person_id=who.person_id).index
    ids = [uuid.uuid4() for _ in range(4)]
    with transaction():
        run("CREATE TEMPORARY TABLE cards (award_id uuid, card_index bytea)")
        for award_id, index in zip(ids, (bytes(taken), b"same", b"same", b"free"), strict=True):
            run("INSERT INTO cards VALUES (%s, %s)", (award_id, index))
        found = {award_id: index for award_id, index, _ in other_cards(source="cards")}
        run("DROP TABLE cards")
    assert ids[0] in found
    assert len(found.keys() & {ids[1], ids[2]}) == 1
    assert ids[3] not in found
    assert len({*found.values(), bytes(taken)}) == 3
    assert is_card_number(card_number(person_id=who.person_id, award_id=who.award.id))


def run(sql: str, parameters: tuple[Any, ...] = ()) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
