"""My cases: what I asked the office from my account, its answers, and a place to write with a photo or a PDF (rules.md 11.7)."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.cases.attachments import File
from prakerja.cases.labels import STATE_WORDS, TOPIC_WORDS
from prakerja.cases.operations import ask_own_again, open_case
from prakerja.cases.policies import ENDS_AFTER, LONGEST, file_terms
from prakerja.cases.queries import own_case, own_cases, own_file
from prakerja.kernel import clock
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.pictures import MOST_BYTES
from prakerja.portal.browsers import asker_of, remember
from prakerja.portal.contact import contact
from prakerja.portal.drafts import is_given_back, keeps_typed
from prakerja.portal.formats import grouped
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import page, participant, take_notice, typed_text, with_notice
from prakerja.portal.texts import NOTICES, sentence

_FIELDS = {"topic_unknown": "topic", "words_missing": "words", "words_too_long": "words"}


@participant
@require_safe
def cases(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Every case of mine, the newest first."""
    return page(
        request,
        "own_cases",
        section="own_account",
        notice=NOTICES.get(take_notice(request), ""),
        found=[(one, grouped(one.number)) for one in own_cases(person_id=person_id)],
        topic_words=TOPIC_WORDS,
        state_words=STATE_WORDS,
    )


@participant
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def new_case(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """The form; a POST takes the question and leads to it. Sent twice it is one case."""
    asker, errors = asker_of(request), {}
    topic, words = request.POST.get("topic", "") or request.GET.get("perihal", ""), typed_text(request, "words")
    case_id = _form_id(request.POST.get("form", ""))
    if request.method == "POST":
        try:
            open_case(
                case_id=case_id,
                topic=topic,
                words=words,
                contact="",
                language=language(),
                browser=asker.browser,
                network="",
                at=clock.now(),
                asked_by=person_id,
                file=_sent(request),
            )
        except Refused as refused:
            errors[_field(refused)] = sentence(refused)
        else:
            answer: HttpResponse = with_notice(request, "case_sent", "portal:own_case", case_id)
            remember(request, answer, asker)
            return answer
    answer = page(
        request,
        "own_case_new",
        section="own_account",
        status=422 if errors else 200,
        errors=errors,
        form_id=str(case_id),
        topic=topic,
        words=words,
        topics=TOPIC_WORDS,
        longest=LONGEST,
        kept_days=file_terms(clock.now()).kept.days,
        is_answering=contact().is_open(clock.now()),
    )
    # By the browser's name a second click is known.
    remember(request, answer, asker)
    return answer


@participant
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, person_id: uuid.UUID, case_id: uuid.UUID) -> HttpResponse:
    """What I wrote and what was answered; a POST writes once more."""
    errors: dict[str, str] = {}
    words = typed_text(request, "words") if request.method == "POST" or is_given_back(request) else ""
    try:
        if request.method == "POST":
            try:
                ask_own_again(person_id=person_id, case_id=case_id, words=words, at=clock.now(), file=_sent(request))
            except Refused as refused:
                if refused.reason == "office_case_unknown":
                    raise
                errors[_field(refused)] = sentence(refused)
            else:
                return with_notice(request, "case_written", "portal:own_case", case_id)
        found = own_case(person_id=person_id, case_id=case_id)
    except Refused as refused:
        raise Http404 from refused
    return page(
        request,
        "own_case",
        section="own_account",
        status=422 if errors else 200,
        notice=NOTICES.get(take_notice(request), ""),
        errors=errors,
        found=found,
        number=grouped(found.line.number),
        words=words,
        topic_words=TOPIC_WORDS,
        state_words=STATE_WORDS,
        longest=LONGEST,
        ends_days=ENDS_AFTER.days,
        kept_days=file_terms(clock.now()).kept.days,
    )


@participant
@require_safe
def case_file(request: HttpRequest, person_id: uuid.UUID, case_id: uuid.UUID, file_id: uuid.UUID) -> HttpResponse:
    """A photo or a PDF that I sent."""
    try:
        return file_answer(own_file(person_id=person_id, case_id=case_id, file_id=file_id))
    except Refused as refused:
        raise Http404 from refused


def file_answer(file: File) -> HttpResponse:
    """A file to take along; it is no page of ours, whatever stands in it."""
    kind, name = ("image/jpeg", "foto.jpg") if file.kind == "photo" else ("application/pdf", "berkas.pdf")
    answer = HttpResponse(file.content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _sent(request: HttpRequest) -> bytes:
    """The file that came with the form; empty when none did. Raises Refused: photo_too_big."""
    sent = request.FILES.get("file")
    if sent is None:
        return b""
    if (sent.size or 0) > MOST_BYTES:
        raise Refused("photo_too_big")
    return bytes(sent.read())


def _field(refused: Refused) -> str:
    if refused.reason.startswith(("photo_", "case_file")):
        return "file"
    return _FIELDS.get(refused.reason, "")


def _form_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return new_id()
