"""Questions to the office: taken once, within a day's limits, answered and closed by an operator, wiped in the end."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from prakerja.access.actors import Actor
from prakerja.audit.models import Record
from prakerja.cases.models import Case, Entry
from prakerja.cases.operations import answer_case, ask_again, close_case, open_case
from prakerja.cases.policies import DAY, ENDS_AFTER, OF_BROWSER, OF_V6, PAUSE_V6, WIPED_AFTER
from prakerja.cases.queries import case_by_number, case_id_of, read_case, waiting_cases
from prakerja.cases.tasks import TASKS
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from tests.builders import operator

AT = datetime(2021, 10, 1, 9, tzinfo=WIB)
pytestmark = pytest.mark.django_db(transaction=True)


def ask(*, at: datetime = AT, **given: object) -> str:
    asked = {
        "case_id": uuid.uuid4(),
        "topic": "payment",
        "words": "Insentif saya belum masuk sejak Senin.",
        "contact": "",
        "language": "id",
        "browser": "peramban-satu",
        "network": "203.0.113.7",
    }
    return open_case(**asked | given, at=at)  # type: ignore[arg-type]


def refusal(**given: object) -> str:
    before = Case.objects.count()
    with pytest.raises(Refused) as caught:
        ask(**given)
    assert Case.objects.count() == before
    return caught.value.reason


def test_a_question_is_answered_by_its_number(helper: Actor) -> None:
    number = ask()
    assert len(number) == 12
    [waiting] = waiting_cases(most=10)
    answer_case(
        case_id=waiting.case_id,
        answer="Bank belum menjawab; kami tanyakan lagi.",
        actor=helper,
        at=AT + timedelta(hours=1),
    )
    assert waiting_cases(most=10) == []
    spaced = " ".join((number[:4], number[4:8], number[8:])).lower()
    found = case_by_number(number=spaced)
    assert [(one.is_ours, one.words) for one in found.entries] == [
        (False, "Insentif saya belum masuk sejak Senin."),
        (True, "Bank belum menjawab; kami tanyakan lagi."),
    ]
    assert found.line.status == "answered"
    ask_again(number=number, words="Terima kasih, sampai kapan?", at=AT + timedelta(hours=2))
    assert case_by_number(number=number).line.status == "open"
    close_case(case_id=waiting.case_id, actor=helper, at=AT + timedelta(hours=3))
    with pytest.raises(Refused, match="office_case_closed"):
        ask_again(number=number, words="Masih ada satu pertanyaan.", at=AT + timedelta(hours=4))
    assert len(case_by_number(number=number).entries) == 3


@pytest.fixture
def helper() -> Actor:
    return operator("helper")


def test_what_is_written_stands_nowhere_readable(helper: Actor) -> None:
    number = ask(contact="0812 3456 7890")
    stored = (
        repr(list(Case.objects.values())) + repr(list(Entry.objects.values())) + repr(list(Record.objects.values()))
    )
    for secret in (number, "Insentif saya", "81234567890", "203.0.113.7", "peramban-satu"):
        assert secret not in stored
    whole = read_case(case_id=case_id_of(number=number), actor=helper, at=AT)
    assert whole.contact == "+6281234567890"
    assert case_by_number(number=number).contact == ""
    assert Record.objects.filter(action="case.read").count() == 1


def test_sent_twice_it_is_one_question() -> None:
    case_id = uuid.uuid4()
    assert ask(case_id=case_id) == ask(case_id=case_id)
    assert Case.objects.count() == 1
    # Somebody else who guesses the form's id learns nothing.
    assert refusal(case_id=case_id, browser="peramban-lain") == "cases_too_many"
    number = ask(case_id=case_id)
    ask_again(number=number, words="Sekali lagi, dua klik.", at=AT)
    ask_again(number=number, words="Sekali lagi, dua klik.", at=AT)
    assert Entry.objects.count() == 2


def test_a_browser_and_a_household_have_a_days_limit_and_a_village_a_wide_one() -> None:
    for _ in range(OF_BROWSER):
        ask()
    assert refusal() == "cases_too_many"
    # Others behind the same address go on.
    for number in range(OF_V6):
        ask(browser=f"tetangga-{number}")
    for number in range(OF_V6):
        ask(browser=f"serumah-{number}", network="2001:db8::/64")
    # Beyond it they are slowed, not shut out.
    assert refusal(browser="tamu", network="2001:db8::/64") == "cases_in_turn"
    ask(browser="tamu", network="2001:db8::/64", at=AT + PAUSE_V6)
    assert refusal(browser="tamu-lain", network="2001:db8::/64", at=AT + PAUSE_V6) == "cases_in_turn"
    ask(at=AT + DAY)
    # Where nobody can tell the network, nobody is slowed by it.
    ask(browser="tanpa-jaringan", network="")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"topic": "apa saja"}, "topic_unknown"),
        ({"words": "  tolong \u200b "}, "words_missing"),
        ({"words": "a" * 2_001}, "words_too_long"),
        ({"contact": "tidak ada"}, "contact_format"),
    ],
)
def test_what_cannot_be_taken_is_refused(given: dict[str, object], reason: str) -> None:
    assert refusal(**given) == reason


def test_only_a_helper_reads_answers_and_closes() -> None:
    case_id = case_id_of(number=ask())
    viewer = operator("viewer")
    for verb, more in ((read_case, {}), (answer_case, {"answer": "Jawaban yang panjang."}), (close_case, {})):
        with pytest.raises(Refused, match="not_permitted"):
            verb(case_id=case_id, actor=viewer, at=AT, **more)
    with pytest.raises(Refused, match="operator_needed"):
        answer_case(case_id=case_id, answer="Jawaban yang panjang.", actor=Actor.system("command"), at=AT)
    assert Case.objects.get().status == "open"


def test_a_case_ends_is_wiped_and_forgets_where_it_came_from(helper: Actor) -> None:
    number = ask(contact="siti@contoh.id")
    answer_case(case_id=case_id_of(number=number), answer="Sudah kami periksa.", actor=helper, at=AT)
    ends, _prunes, wipes, forgets = TASKS
    forgotten = forgets.next_due()
    assert forgotten == AT + DAY + timedelta(seconds=1)
    assert forgets.run(forgotten) == 1
    assert Case.objects.get().browser_index is None
    assert ends.next_due() == AT + ENDS_AFTER
    assert ends.run(AT + ENDS_AFTER) == 1
    assert case_by_number(number=number).line.status == "closed"
    assert wipes.next_due() == AT + ENDS_AFTER + WIPED_AFTER
    assert wipes.run(AT + ENDS_AFTER + WIPED_AFTER) == 1
    wiped = case_by_number(number=number)
    assert (wiped.is_wiped, wiped.entries) == (True, ())
    assert [task.next_due() for task in TASKS] == [None] * 4
