"""Registration: a task list and one question a page; saved at every page, and gone on with on any device by the phone's code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from prakerja.kernel import clock, dates
from prakerja.kernel.errors import Refused
from prakerja.kernel.installation import is_sandbox
from prakerja.kernel.pictures import MOST_BYTES
from prakerja.people.consents import consent_text
from prakerja.portal.drafts import is_given_back, keeps_typed
from prakerja.portal.jinja2env import language
from prakerja.portal.pages import page, pressed_on, seconds_until, take_notice, typed_code, typed_text
from prakerja.portal.registering import registering
from prakerja.portal.registration_words import (
    CHOICES,
    DECLARATION_WORDS,
    NOTICES,
    REGISTRY_ADVICE,
    STEP_TITLES,
    step_sentence,
)
from prakerja.portal.texts import sentence
from prakerja.portal.views.sessions import goes_on
from prakerja.registrations import operations as registrations
from prakerja.registrations.answers import Answers
from prakerja.registrations.policies import CONTRADICTED, IDENTITY_STEPS, STEP_OF_FIELD, STEPS, is_done, next_step
from prakerja.registrations.queries import OwnRegistration, email_code_of, own_registration
from prakerja.registrations.regions import PROVINCES, regencies_of

SLUGS = {
    "consent": "persetujuan",
    "nik": "nik",
    "family_card": "kartu-keluarga",
    "name": "nama",
    "birth_date": "tanggal-lahir",
    "email": "email",
    "province": "provinsi",
    "regency": "kabupaten",
    "address": "alamat",
    "education": "pendidikan",
    "school": "sekolah",
    "work": "pekerjaan",
    "post": "jabatan",
    "photo": "foto-ktp",
    "needs": "kebutuhan",
    "declarations": "pernyataan",
}
_STEP_OF_SLUG = {slug: step for step, slug in SLUGS.items()}
GROUPS = (
    (gettext_lazy("Identitas sesuai KTP"), ("consent", *IDENTITY_STEPS)),
    (gettext_lazy("Kontak dan alamat"), ("email", "province", "regency", "address")),
    (gettext_lazy("Pendidikan dan pekerjaan"), ("education", "school", "work", "post")),
    (gettext_lazy("Foto dan pernyataan"), ("photo", "needs", "declarations")),
)
SESSION_SAID = "registration_said"
# Answers that stand in a form as they are kept.
_TEXTS = (
    *("nik", "family_card_number", "name", "email", "province_code", "regency_code", "district", "village", "street"),
    *("education", "work_status", "help_wanted"),
)
# Fields whose several boxes come as one value, separated by blanks.
_BOXES = ("disabilities",)


@dataclass(frozen=True)
class Task:
    title: str
    address: str
    # done, todo, wrong (to be corrected), later (another task comes first).
    state: str


@registering
@require_safe
def tasks(request: HttpRequest, own: OwnRegistration) -> HttpResponse:
    """What is done and what is not; once it was sent, where it stands."""
    notice = str(NOTICES.get(take_notice(request), ""))
    if own.status != "drafting":
        return _page(request, own, "register_status", notice=notice)
    groups = [(title, [_task(own, step) for step in steps]) for title, steps in GROUPS]
    following = next_step(answers=own.answers, has_photo=own.has_photo)
    done = sum(is_done(step=step, answers=own.answers, has_photo=own.has_photo) for step in STEPS)
    return _page(
        request,
        own,
        "register_tasks",
        notice=notice,
        groups=groups,
        registry=_registry_task(own),
        following=step_address(following) if following else reverse("portal:registration_review"),
        done=done,
        count=len(STEPS),
    )


@registering
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def step(request: HttpRequest, own: OwnRegistration, slug: str) -> HttpResponse:
    """One question. A right answer leads to the next one that is open, a wrong one says what is wrong with it."""
    if own.status != "drafting" or slug not in _STEP_OF_SLUG:
        return redirect("portal:registration")
    name = _STEP_OF_SLUG[slug]
    if name == "regency" and not own.answers.province_code:
        return HttpResponseRedirect(step_address("province"))
    if request.method != "POST":
        typed = _typed(request) if is_given_back(request) else _as_typed(own.answers)
        return _step_page(request, own, name, typed, {})
    if name == "photo":
        return _photo(request, own)
    typed = _typed(request)
    try:
        registrations.save_step(
            registration_id=own.registration_id, step=name, typed=typed, language=language(), at=clock.now()
        )
    except Refused as refused:
        if refused.reason != "answers_wrong":
            raise
        errors = {field: step_sentence(reason) for field, reason in refused.details["problems"].items()}
        return _step_page(request, own, name, typed, errors)
    return _after(request, own, name)


def _photo(request: HttpRequest, own: OwnRegistration) -> HttpResponse:
    sent = request.FILES.get("photo")
    try:
        if sent is not None and sent.size is not None and sent.size > MOST_BYTES:
            raise Refused("photo_too_big")
        content = sent.read() if sent is not None else b""
        if not content and own.has_photo:
            # Nothing new: the one that is there stays.
            return _after(request, own, "photo")
        registrations.save_photo(registration_id=own.registration_id, content=content, at=clock.now())
    except Refused as refused:
        if not refused.reason.startswith("photo_"):
            raise
        return _step_page(request, own, "photo", {}, {"photo": step_sentence(refused.reason)})
    return _after(request, own, "photo")


def _after(request: HttpRequest, own: OwnRegistration, name: str) -> HttpResponse:
    """Where a saved page leads: the registry once the identity is whole, the code of an address, else the next open question."""

    now = own_registration(registration_id=own.registration_id)
    if name in IDENTITY_STEPS and now.answers.has_identity() and now.registry_status == "unasked":
        return _ask(request, now)
    if name == "email" and now.answers.email and not now.answers.email_confirmed:
        return _send_email_code(request, now)
    following = next_step(answers=now.answers, has_photo=now.has_photo, after=name)
    return HttpResponseRedirect(step_address(following) if following else reverse("portal:registration_review"))


def _ask(request: HttpRequest, own: OwnRegistration) -> HttpResponse:
    try:
        state = registrations.ask_registry(registration_id=own.registration_id, at=clock.now(), by_person=True)
    except Refused as refused:
        if refused.reason == "identity_incomplete":
            return redirect("portal:registration")
        request.session[SESSION_SAID] = refused.reason
        return redirect("portal:registration_registry")
    request.session[SESSION_SAID] = ""
    if state == "match":
        request.session["notice"] = "registration_match"
        return redirect("portal:registration")
    return redirect("portal:registration_registry")


@registering
@require_http_methods(["GET", "HEAD", "POST"])
def registry(request: HttpRequest, own: OwnRegistration) -> HttpResponse:
    """What the civil registry said: which field, what it means, what to do next. A POST asks again."""
    if not own.answers.has_identity() or own.answers.said_yes("identity_check") is None or own.is_accepted:
        return redirect("portal:registration")
    if request.method == "POST":
        return _ask(request, own)
    said = str(request.session.get(SESSION_SAID, ""))
    advice = REGISTRY_ADVICE[own.registry_status]
    return _page(
        request,
        own,
        "register_registry",
        advice=advice,
        limit=said == "registry_asked_enough",
        fields=[
            (STEP_TITLES[STEP_OF_FIELD[field]], step_address(STEP_OF_FIELD[field])) for field in own.registry_fields
        ],
        corrections=[(STEP_TITLES[one], step_address(one)) for one in IDENTITY_STEPS],
        contradicts=own.registry_status in CONTRADICTED,
        following=reverse("portal:registration"),
    )


def _send_email_code(request: HttpRequest, own: OwnRegistration, said: str = "sent") -> HttpResponse:
    try:
        registrations.request_email_code(registration_id=own.registration_id, language=language(), at=clock.now())
    except Refused as refused:
        said = refused.reason
    request.session[SESSION_SAID] = said
    return redirect("portal:registration_email_code")


@registering
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("otp")
def email_code(request: HttpRequest, own: OwnRegistration) -> HttpResponse:
    """Ask for the code that went to the e-mail address. It may be left for later: the task list shows it."""
    if own.status != "drafting" or not own.answers.email or own.answers.email_confirmed:
        return redirect("portal:registration")
    at = clock.now()
    if request.method == "POST":
        if request.POST.get("action") == "again":
            return _send_email_code(request, own, "sent_again")
        try:
            registrations.confirm_email(registration_id=own.registration_id, otp=typed_code(request), at=at)
        except Refused as refused:
            request.session[SESSION_SAID] = refused.reason
            return redirect("portal:registration_email_code")
        request.session[SESSION_SAID] = ""
        following = next_step(answers=own.answers, has_photo=own.has_photo, after="email")
        return HttpResponseRedirect(step_address(following) if following else reverse("portal:registration_review"))
    state = email_code_of(registration_id=own.registration_id, email=own.answers.email, at=at)
    said = str(request.session.get(SESSION_SAID, ""))
    errors: dict[str, str] = {}
    if state.locked_until is not None:
        errors[""] = sentence(Refused("otp_locked", until=state.locked_until))
    elif said == "otp_daily_limit":
        errors[""] = sentence(Refused(said))
    elif said == "otp_format":
        errors["otp"] = sentence(Refused(said))
    elif not state.is_live:
        errors["otp"] = sentence(Refused("otp_expired"))
    elif said == "otp_wrong":
        errors["otp"] = sentence(Refused("otp_wrong", left=state.tries_left))
    return _page(
        request,
        own,
        "register_email_code",
        errors=errors,
        state=state,
        email=own.answers.email,
        wait=seconds_until(state.next_at, at),
        following=step_address(next_step(answers=own.answers, has_photo=own.has_photo, after="email") or "email"),
        edit=step_address("email"),
    )


@registering
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, own: OwnRegistration) -> HttpResponse:
    """Everything once more before it is sent; a POST sends it."""
    if own.status != "drafting":
        return redirect("portal:registration")
    missing = next_step(answers=own.answers, has_photo=own.has_photo)
    if missing:
        return redirect("portal:registration")
    problem = ""
    if request.method == "POST":
        try:
            registrations.submit_registration(registration_id=own.registration_id, at=clock.now())
        except Refused as refused:
            if refused.reason not in ("registration_incomplete", "registry_contradicts"):
                raise
            return redirect(
                "portal:registration_registry" if refused.reason == "registry_contradicts" else "portal:registration"
            )
        return redirect("portal:registration")
    return _page(request, own, "register_review", problem=problem, lines=_lines(own.answers))


@registering
@keeps_typed
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("words")
def ask_human(request: HttpRequest, own: OwnRegistration) -> HttpResponse:
    """Ask that a human look at the documents: the photo of the card is there, one of the family card may come along."""
    if own.status != "drafting" or own.case_status == "open" or not own.answers.has_identity():
        return redirect("portal:registration")
    words, errors = typed_text(request, "words"), {}
    if request.method == "POST":
        try:
            if (sent := request.FILES.get("kk")) is not None:
                content = b"" if (sent.size or 0) > MOST_BYTES else sent.read()
                if not content:
                    raise Refused("photo_too_big" if sent.size else "photo_missing")
                registrations.save_photo(
                    registration_id=own.registration_id, content=content, kind="kk", at=clock.now()
                )
            registrations.ask_human(registration_id=own.registration_id, words=words, at=clock.now())
        except Refused as refused:
            if refused.reason == "words_too_long":
                errors["words"] = step_sentence("words_too_long")
            elif refused.reason.startswith("photo_"):
                errors["kk"] = step_sentence(refused.reason, card="KK")
            elif refused.reason == "case_needs_photo":
                return HttpResponseRedirect(step_address("photo"))
            else:
                raise
        else:
            request.session["notice"] = "registration_asked"
            return redirect("portal:registration")
    return _page(
        request,
        own,
        "register_ask",
        status=422 if errors else 200,
        errors=errors,
        words=words,
        photo=step_address("photo"),
    )


@registering
@pressed_on("portal:registration")
def keep(request: HttpRequest, own: OwnRegistration) -> HttpResponse:
    """Somebody looks for a card meanwhile: the idle time begins anew."""
    return goes_on(request, reverse("portal:registration"))


def step_address(name: str) -> str:
    """The address of a question's page."""
    return reverse("portal:registration_step", args=[SLUGS[name]])


def _page(
    request: HttpRequest, own: OwnRegistration, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    return page(request, template, section="register", status=status, registers=True, own=own, **context)


def _step_page(
    request: HttpRequest, own: OwnRegistration, name: str, typed: dict[str, str], errors: dict[str, str]
) -> HttpResponse:
    more: dict[str, Any] = {}
    if name == "consent":
        more["asked"] = consent_text(purpose="identity_check")
    if name == "needs":
        more["asked"] = consent_text(purpose="special_needs")
    if name == "photo":
        # What the script says before anything is sent is what the server would say.
        reasons = {
            "kind": "kind",
            "small": "too_small",
            "dark": "too_dark",
            "bright": "too_bright",
            "blurred": "blurred",
        }
        more["photo_words"] = [(word, step_sentence(f"photo_{reason}")) for word, reason in reasons.items()]
    if name == "province":
        more["options"] = sorted(PROVINCES.items(), key=lambda one: one[1])
    if name == "regency":
        more["options"] = sorted(regencies_of(own.answers.province_code).items(), key=lambda one: one[1])
        more["province"] = PROVINCES[own.answers.province_code]
    if name in CHOICES:
        more["options"] = CHOICES[name]
    if name == "declarations":
        more["declarations"] = DECLARATION_WORDS
    return _page(
        request,
        own,
        "register_step",
        status=422 if errors else 200,
        step=name,
        title=STEP_TITLES[name],
        action=step_address(name),
        typed=typed,
        errors=errors,
        number=STEPS.index(name) + 1,
        count=len(STEPS),
        is_sandbox=is_sandbox(),
        **more,
    )


def _typed(request: HttpRequest) -> dict[str, str]:
    typed = {name: value.replace("\x00", "") for name, value in request.POST.items() if isinstance(value, str)}
    return typed | {name: " ".join(request.POST.getlist(name)) for name in _BOXES if name in request.POST}


def _as_typed(answers: Answers) -> dict[str, str]:
    """What was answered before, as its form has it."""
    typed = {name: value for name in _TEXTS if (value := getattr(answers, name))}
    if answers.birth_date is not None:
        born = answers.birth_date
        typed |= {"birth_day": str(born.day), "birth_month": str(born.month), "birth_year": str(born.year)}
    if answers.email or answers.has_no_email:
        typed["has_email"] = "yes" if answers.email else "no"
    for name in ("is_enrolled", "holds_excluded_post"):
        if (said := getattr(answers, name)) is not None:
            typed[name] = "yes" if said else "no"
    typed["disabilities"] = " ".join(answers.disabilities or ())
    return (
        typed
        | {
            f"agree_{box}": "yes"
            for box, what in (("identity", "identity_check"), ("needs", "special_needs"))
            if answers.said_yes(what)
        }
        | {f"declare_{one.what}": "yes" for one in answers.declarations}
    )


def _task(own: OwnRegistration, name: str) -> Task:
    done = is_done(step=name, answers=own.answers, has_photo=own.has_photo)
    state = "done" if done else "todo"
    wrong = set() if own.is_accepted else {STEP_OF_FIELD[field] for field in own.registry_fields}
    if done and name in wrong:
        state = "wrong"
    if name == "email" and own.returned_for == "email_claimed":
        state = "wrong"
    if name == "regency" and not own.answers.province_code:
        state = "later"
    return Task(str(STEP_TITLES[name]), step_address(name), state)


def _registry_task(own: OwnRegistration) -> Task:
    states: dict[str, str] = {"match": "done", "unasked": "later", "waiting": "waiting"}
    state = "done" if own.is_accepted else states.get(own.registry_status, "wrong")
    if state == "later" and own.answers.has_identity() and own.answers.said_yes("identity_check"):
        state = "todo"
    return Task(_("Pencocokan dengan data Dukcapil"), reverse("portal:registration_registry"), state)


def _lines(answers: Answers) -> list[tuple[str, str, str]]:
    """Title, answer and address of each question, for the last look."""
    show: dict[str, Callable[[], str]] = {
        "nik": lambda: answers.nik,
        "family_card": lambda: answers.family_card_number,
        "name": lambda: answers.name,
        "birth_date": lambda: _day(answers),
        "email": lambda: answers.email or _("Tidak punya email"),
        "province": lambda: PROVINCES.get(answers.province_code, ""),
        "regency": lambda: regencies_of(answers.province_code).get(answers.regency_code, ""),
        "address": lambda: f"{answers.street}, {answers.village}, {answers.district}",
        "education": lambda: str(dict(CHOICES["education"])[answers.education]),
        "school": lambda: _yes_no(answers.is_enrolled),
        "work": lambda: str(dict(CHOICES["work"])[answers.work_status]),
        "post": lambda: _yes_no(answers.holds_excluded_post),
        "photo": lambda: _("Sudah dikirim"),
        "needs": lambda: _("Ada") if answers.disabilities or answers.help_wanted else _("Tidak ada"),
    }
    return [(str(STEP_TITLES[name]), read(), step_address(name)) for name, read in show.items()]


def _day(answers: Answers) -> str:

    return dates.day(answers.birth_date) if answers.birth_date else ""


def _yes_no(said: bool | None) -> str:
    return _("Ya") if said else _("Tidak")
