"""Assignments as a participant hands them in, their files, and the teacher's page with the feedback."""

from __future__ import annotations

import hmac
from typing import Literal

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examples.institution.assignments import (
    DEMONSTRATION,
    DEMONSTRATION_SEQUENCE,
    MOST,
    PRACTICE,
    TOKEN,
    UPLOADS,
    WORDS,
    Assignment,
    Upload,
    lesson_of,
    sequence_fits,
)
from examples.institution.pages import Problem, opened, pages, refused, school
from examples.shared import web
from examples.shared.accounts import FailureCounter
from examples.shared.prakerja_client import PartnerRefusal, PartnerUnavailable

STATES = ("Belum dikirim", "Sedang diperiksa Prakerja", "Diterima", "Gagal, kirim lagi")
NOTES = 4000
teaching = Blueprint("teaching", __name__)
_failures = FailureCounter()


def _typed(name: str, most: int) -> str:
    text = request.form.get(name, "").replace("\x00", "").replace("\r\n", "\n").strip()
    return "".join(letter for letter in text if letter in "\n\t" or letter.isprintable())[:most]


@pages.app_context_processor
def _states() -> dict[str, object]:
    return {"submission_state": lambda status: web.say(STATES[status])}


@pages.route("/my/<int:number>/assignments", methods=["GET", "POST"])
def tasks(number: int) -> ResponseReturnValue:
    """What was handed in, where it stands at Prakerja, what the teacher said; and the form for the next one."""
    enrolment, run = opened(number)
    kept = school().assignments()
    errors: dict[str, str] = {}
    problem: Problem | None = None
    if request.method == "POST":
        scope, typed, words = request.form.get("scope", ""), request.form.get("sequence", ""), _typed("words", WORDS)
        sequence = DEMONSTRATION_SEQUENCE if scope == DEMONSTRATION else int(typed) if typed.isdecimal() else 0
        if not sequence_fits(scope, sequence):
            errors["sequence"] = web.say("Pilih nomor tugas dari 1 sampai {n}.", n=MOST)
        field = f"words-{scope}-{sequence}"
        upload = _uploaded()
        if upload == "":
            errors[field] = web.say("Pilih berkas pdf, docx, zip, gambar, txt, atau md yang tidak kosong.")
        elif upload is None and not words:
            errors[field] = web.say("Tulis jawaban tugas Anda, atau pilih berkasnya.")
        if not errors:
            try:
                kept.hand_in(
                    enrolment=enrolment,
                    scope=scope,
                    sequence=sequence,
                    words=words,
                    upload=upload if isinstance(upload, Upload) else None,
                )
            except (PartnerRefusal, PartnerUnavailable) as error:
                problem = refused(error)
            else:
                web.notice("Tugas sudah dikirim. Prakerja memeriksa berkasnya.")
                return redirect(url_for("classes.tasks", number=number), 303)
    listed: list[Assignment] = []
    try:
        listed = kept.of_enrolment(enrolment)
    except (PartnerRefusal, PartnerUnavailable) as error:
        problem = problem or refused(error)
    mandatory = kept.mandatory(enrolment)
    shown = max(
        [mandatory or 0, run.required_assignments, 1, *(one.sequence for one in listed if one.scope == PRACTICE)]
    )
    by_place = {(one.scope, one.sequence): one for one in listed}
    page = render_template(
        "assignments.html",
        enrolment=enrolment,
        run=run,
        assignments=listed,
        practice=[
            (number, lesson_of(number, run.lessons), by_place.get((PRACTICE, number)))
            for number in range(1, min(shown, MOST) + 1)
        ],
        shown_work=by_place.get((DEMONSTRATION, DEMONSTRATION_SEQUENCE)),
        mandatory=mandatory,
        errors=errors,
        problem=problem,
        suffixes=",".join(f".{suffix}" for suffix in UPLOADS),
        typed=(request.form.get("scope", ""), request.form.get("sequence", ""), request.form.get("words", "")),
    )
    return page, 422 if errors or problem else 200


def _uploaded() -> Upload | Literal[""] | None:
    """The chosen file; None when there is none, "" when it is no file that can be handed in."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    suffix, content = sent.filename.rpartition(".")[2].lower(), sent.read()
    return Upload(suffix, content) if suffix in UPLOADS and content.strip() else ""


@pages.get("/files/<token>.<suffix>")
def file(token: str, suffix: str) -> ResponseReturnValue:
    """One file, for whoever knows its address: Prakerja fetches it without a session. A browser shows none of them."""
    content = school().assignments().file(token, suffix) if TOKEN.fullmatch(token) and suffix in UPLOADS else None
    if content is None:
        abort(404)
    shown = {} if suffix == "txt" else {"Content-Disposition": f'attachment; filename="tugas.{suffix}"'}
    return Response(content, mimetype=UPLOADS[suffix], headers=shown)


@teaching.before_request
def _need_account() -> ResponseReturnValue | None:
    return None if web.account() else web.to_sign_in()


@teaching.route("/", methods=["GET", "POST"])
def desk() -> ResponseReturnValue:
    """Everybody's assignments, for teachers; for others the form that makes one."""
    account = web.account()
    if account is None:
        return web.to_sign_in()
    kept = school().assignments()
    errors: dict[str, str] = {}
    if request.method == "POST" and not kept.is_teacher(account.id):
        site = web.site().code
        typed = request.form.get("teacher_password", "")[:200]
        if _failures.is_blocked(site=site, email=account.email):
            errors["teacher_password"] = web.say("Terlalu banyak percobaan. Coba lagi sepuluh menit kemudian.")
        elif hmac.compare_digest(typed.encode(), school().teacher_password.encode()):
            kept.make_teacher(account.id)
            return redirect(url_for("teaching.desk"), 303)
        else:
            _failures.count(site=site, email=account.email)
            errors["teacher_password"] = web.say("Kata sandi pengajar tidak cocok.")
    return _desk_page(errors=errors)


@teaching.post("/<int:number>")
def judge(number: int) -> ResponseReturnValue:
    """Give feedback on one assignment."""
    account = web.account()
    kept = school().assignments()
    if account is None or not kept.is_teacher(account.id):
        abort(404)
    notes = _typed("notes", NOTES)
    if not notes:
        return _desk_page(errors={f"notes-{number}": web.say("Tulis umpan balik untuk peserta.")})
    try:
        if not kept.judge(number=number, notes=notes):
            abort(404)
    except (PartnerRefusal, PartnerUnavailable) as error:
        return _desk_page(problem=refused(error))
    web.notice("Umpan balik sudah dikirim.")
    return redirect(url_for("teaching.desk"), 303)


def _desk_page(errors: dict[str, str] | None = None, problem: Problem | None = None) -> ResponseReturnValue:
    account = web.account()
    kept = school().assignments()
    is_teacher = account is not None and kept.is_teacher(account.id)
    page = render_template(
        "teacher.html",
        is_teacher=is_teacher,
        assignments=kept.of_institution() if is_teacher else [],
        demonstration=DEMONSTRATION,
        errors=errors or {},
        problem=problem,
    )
    return page, 422 if errors or problem else 200
