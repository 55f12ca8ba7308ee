"""Write to the office, and read its answer by the number that was given (rules.md 11.6)."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.cases.labels import STATE_WORDS, TOPIC_WORDS
from prakerja.cases.operations import ask_again, open_case
from prakerja.cases.policies import LONGEST
from prakerja.cases.queries import WholeCase, case_by_number
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.forgiving import asked_words
from prakerja.kernel.ids import new_id
from prakerja.portal.browsers import asker_of, remember
from prakerja.portal.contact import contact
from prakerja.portal.drafts import give_back, keeps_typed
from prakerja.portal.formats import grouped
from prakerja.portal.help_texts import find_questions, guessed_words, sections
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import anyone, page, typed_text
from prakerja.portal.texts import sentence
from prakerja.portal.throttle import slowed
from prakerja.portal.views.front import public_front, public_scheme
from prakerja.registrations.regions import region_called
from prakerja.reporting.courses import CourseSearch
from prakerja.reporting.queries import search_courses

# Which field of the form a refusal is about.
_FIELDS = {
    "topic_unknown": "topic",
    "words_missing": "words",
    "words_too_long": "words",
    "contact_format": "contact",
    "office_case_unknown": "number",
}


@anyone
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Questions and answers, with a search that knows other forms of a word and forgives slips."""
    at = clock.now()
    scheme = public_scheme(public_front(at))
    text = request.GET.get("cari", "").replace("\x00", "")[:100].strip()
    courses = search_courses(search=CourseSearch(text=text), at=at) if text else None
    guessed = guessed_words(text, scheme=scheme)
    region = region_called(text) if text else None
    # Who looks for a skill or a town here is shown the way to the courses, and no answer to a word that only looks like theirs.
    is_of_courses = region is not None or bool(
        courses and courses.total and not any(w.is_corrected for w in courses.asked)
    )
    is_elsewhere = is_of_courses and len(guessed) == len(asked_words(text))
    return page(
        request,
        "help",
        section="help",
        text=text,
        sections=sections(scheme),
        found=[] if is_elsewhere else find_questions(text, scheme=scheme),
        guessed={} if is_elsewhere else {typed: meant for typed, meant in guessed.items() if meant},
        courses_found=courses.total if courses else 0,
        region=region,
        is_answering=contact().is_open(at),
    )


@anyone
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@slowed
def write_us(request: HttpRequest) -> HttpResponse:
    """The form; a POST takes the question and shows its number. Sent twice it is one question."""
    asker = asker_of(request)
    give_back(request)
    given = request.POST
    typed = {
        "topic": given.get("topic", "") or request.GET.get("perihal", ""),
        "words": typed_text(request, "words"),
        "contact": given.get("contact", "").replace("\x00", "").strip()[:254],
    }
    case_id = _form_id(given.get("form", ""))
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            number = open_case(
                case_id=case_id,
                topic=typed["topic"],
                words=typed["words"],
                contact=typed["contact"],
                language=language(),
                browser=asker.browser,
                # Who signed in with this browser before has a count of its own, whatever others do at its address.
                network="" if asker.marks else asker.network,
                at=clock.now(),
            )
        except Refused as refused:
            errors[_FIELDS.get(refused.reason, "")] = sentence(refused)
        else:
            return _kept(request, page(request, "case_sent", section="help", number=grouped(number)))
    answer = page(
        request,
        "write_us",
        section="help",
        status=422 if errors else 200,
        errors=errors,
        form_id=str(case_id),
        topics=TOPIC_WORDS,
        longest=LONGEST,
        is_answering=contact().is_open(clock.now()),
        **typed,
    )
    # The browser keeps a name, by which a second click is known and a day's questions are counted.
    remember(request, answer, asker)
    return _kept(request, answer)


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
@slowed
def case(request: HttpRequest) -> HttpResponse:
    """The answer to a question, for whoever types its number; and a place to write once more."""
    typed = request.POST.get("number", "").replace("\x00", "")[:60]
    words = typed_text(request, "words")
    errors: dict[str, str] = {}
    found: WholeCase | None = None
    is_sent = False
    if request.method == "POST":
        try:
            found = case_by_number(number=typed)
            if "words" in request.POST:
                ask_again(number=typed, words=words, at=clock.now())
                found, words, is_sent = case_by_number(number=typed), "", True
        except Refused as refused:
            errors[_FIELDS.get(refused.reason, "")] = sentence(refused)
    answer = page(
        request,
        "case",
        section="help",
        status=422 if errors else 200,
        errors=errors,
        typed=typed,
        words=words,
        found=found,
        is_sent=is_sent,
        number=grouped(found.line.number) if found else "",
        topic_words=TOPIC_WORDS,
        state_words=STATE_WORDS,
        longest=LONGEST,
    )
    return _kept(request, answer)


def _form_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return new_id()


def _kept(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Kept by no cache: whoever comes next to this phone reads nothing."""
    add_never_cache_headers(answer)
    return answer
