"""The pages of a class site: classes, code, lessons, quiz, certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examples.institution import quiz
from examples.institution.classes import ClassRun, matching
from examples.institution.enrolments import Enrolment
from examples.institution.study import CODE, UsedByOther, WrongClass, clean_code
from examples.shared import web
from examples.shared.advice import next_step
from examples.shared.prakerja_client import PartnerRefusal, PartnerUnavailable

if TYPE_CHECKING:
    from examples.institution.app import School

pages = Blueprint("classes", __name__)

LABELS = {
    "online": "Daring",
    "onsite": "Luring (tatap muka)",
    "blended": "Daring dan luring",
    "live": "Terjadwal bersama pengajar",
    "self_paced": "Mandiri, kapan saja",
    "opening": "Sedang dibuka",
    "open": "Sedang belajar",
    "finishing": "Laporan belum terkirim",
    "finished": "Selesai",
}


@dataclass(frozen=True)
class Problem:
    """A refusal as the page shows it; `link` leads to where the visitor can go on."""

    code: str
    message: str
    advice: str
    link: str = ""
    link_text: str = ""


def _school() -> School:
    found: School = current_app.extensions["school"]
    return found


@pages.app_context_processor
def _labels() -> dict[str, object]:
    return {"label": _label}


def _label(word: str) -> str:
    return web.say(LABELS.get(word, word))


def accent() -> Response:
    """The site's one colour; a file of its own, because the pages' policy allows no inline style."""
    return Response(f":root {{ --accent: {g.site.accent}; }}\n", mimetype="text/css")


pages.add_url_rule("/accent.css", "accent", accent)


def front() -> ResponseReturnValue:
    """All institutions, with a search."""
    words = request.args.get("q", "").strip()[:100]
    listed = sorted(_school().institutions().items(), key=lambda entry: entry[1])
    found = [entry for entry in listed if all(word in entry[1].lower() for word in words.lower().split())]
    return render_template("front.html", institutions=found, words=words)


@pages.get("/")
def home() -> ResponseReturnValue:
    """The institution's classes."""
    words = request.args.get("q", "").strip()[:100]
    runs = matching(_school().classes.all(web.site().code), words)
    return render_template("home.html", runs=runs, words=words)


def _class(course_code: str, schedule_code: str) -> ClassRun:
    run = _school().classes.find(web.site().code, course_code, schedule_code)
    if run is None:
        abort(404)
    return run


def _my_enrolment(number: int) -> Enrolment:
    account = web.account()
    found = account and _school().study().enrolments.find(account_id=account.id, number=number)
    if not found or found.institution != web.site().code:
        abort(404)
    return found


def _class_page(
    run: ClassRun, errors: dict[str, str] | None = None, problem: Problem | None = None
) -> ResponseReturnValue:
    account = web.account()
    mine = None
    if account:
        mine = next(
            (
                entry
                for entry in _school().study().enrolments.of_account(account.id)
                if (entry.course_code, entry.schedule_code) == (run.course_code, run.schedule_code)
                and entry.status != "opening"
            ),
            None,
        )
    page = render_template("class.html", run=run, mine=mine, errors=errors or {}, problem=problem)
    return page, 422 if errors or problem else 200


@pages.get("/class/<course_code>/<schedule_code>")
def class_page(course_code: str, schedule_code: str) -> ResponseReturnValue:
    """One class with the form for the code."""
    return _class_page(_class(course_code, schedule_code))


@pages.post("/class/<course_code>/<schedule_code>")
def redeem(course_code: str, schedule_code: str) -> ResponseReturnValue:
    """Open the class with a code."""
    account = web.account()
    if account is None:
        return web.to_sign_in()
    run = _class(course_code, schedule_code)
    code = clean_code(request.form.get("code", ""))
    if not CODE.fullmatch(code):
        return _class_page(
            run, errors={"code": web.say("Kode terdiri dari 12 huruf dan angka. Salin dari halaman pesanan Anda.")}
        )
    try:
        opened = _school().study().open_class(account_id=account.id, run=run, redeem_code=code)
    except WrongClass as error:
        return _class_page(run, problem=_wrong_class(error))
    except UsedByOther:
        return _class_page(run, problem=_used_by_other())
    except (PartnerRefusal, PartnerUnavailable) as error:
        return _class_page(run, problem=_problem(error))
    web.notice("Kelas sudah dibuka. Selamat belajar!")
    return redirect(url_for("classes.lessons", number=opened.number), 303)


def _wrong_class(error: WrongClass) -> Problem:
    right = _school().classes.find(web.site().code, error.course_code, error.schedule_code)
    link = (
        url_for("classes.class_page", course_code=right.course_code, schedule_code=right.schedule_code)
        if right
        else url_for("classes.home")
    )
    return Problem(
        code="WRONG_CLASS",
        message=web.say("Kode ini untuk kelas lain, bukan untuk kelas di halaman ini."),
        advice=web.say("Kode Anda belum terpakai. Buka kelas yang Anda beli, lalu ketik kode di sana."),
        link=link,
        link_text=right.title if right else web.say("Semua kelas"),
    )


def _used_by_other() -> Problem:
    return Problem(
        code="USED",
        message=web.say("Kode ini sudah dipakai."),
        advice=web.say(next_step("ERRTRX40021")),
        link=url_for("classes.mine"),
        link_text=web.say("Kelas saya"),
    )


def _problem(error: PartnerRefusal | PartnerUnavailable) -> Problem:
    if isinstance(error, PartnerRefusal):
        return Problem(error.code, error.message, web.say(next_step(error.code)))
    return Problem(
        "",
        web.say("Layanan Prakerja belum dapat dihubungi."),
        web.say("Tunggu sebentar, lalu kirim lagi. Mengirim dua kali tidak merugikan Anda."),
    )


@pages.get("/my")
def mine() -> ResponseReturnValue:
    """The visitor's classes."""
    account = web.account()
    if account is None:
        return web.to_sign_in()
    return render_template("mine.html", enrolments=_school().study().enrolments.of_account(account.id))


def _opened(number: int) -> tuple[Enrolment, ClassRun]:
    enrolment = _my_enrolment(number)
    if enrolment.status == "opening":
        abort(404)
    return enrolment, _class(enrolment.course_code, enrolment.schedule_code)


@pages.before_request
def _need_account() -> ResponseReturnValue | None:
    needs = request.view_args is not None and "number" in request.view_args
    return web.to_sign_in() if needs and not web.account() else None


@pages.get("/my/<int:number>")
def lessons(number: int) -> ResponseReturnValue:
    """The class: lessons, progress, certificate."""
    enrolment, run = _opened(number)
    done = _school().study().enrolments.lessons_done(enrolment)
    return render_template("lessons.html", enrolment=enrolment, run=run, done=done)


@pages.route("/my/<int:number>/lessons/<int:lesson>", methods=["GET", "POST"])
def lesson(number: int, lesson: int) -> ResponseReturnValue:
    """One lesson, to be read and marked done."""
    enrolment, run = _opened(number)
    if not 1 <= lesson <= len(run.lessons):
        abort(404)
    kept = _school().study().enrolments
    if request.method == "POST":
        kept.mark_done(enrolment, lesson)
        if lesson < len(run.lessons):
            return redirect(url_for("classes.lesson", number=number, lesson=lesson + 1), 303)
        return redirect(url_for("classes.lessons", number=number), 303)
    return render_template(
        "lesson.html", enrolment=enrolment, run=run, lesson=lesson, done=kept.lessons_done(enrolment)
    )


@pages.route("/my/<int:number>/finish", methods=["GET", "POST"])
def finish(number: int) -> ResponseReturnValue:
    """The final quiz; sending it reports the class as finished."""
    enrolment, run = _opened(number)
    study = _school().study()
    here = url_for("classes.lessons", number=number)
    if enrolment.status != "open":
        return redirect(here, 303)
    if len(study.enrolments.lessons_done(enrolment)) < len(run.lessons):
        web.notice("Selesaikan semua pelajaran dahulu, baru kuis akhir terbuka.")
        return redirect(here, 303)
    asked = quiz.questions(run.lessons)
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = {
            question.field: web.say("Jawab pertanyaan {n}.", n=position)
            for position, question in enumerate(asked, 1)
            if not request.form.get(question.field)
        }
        if not errors:
            return _report(enrolment, run, quiz.score(asked, request.form))
    page = render_template(
        "quiz.html", enrolment=enrolment, run=run, questions=asked, errors=errors, answers=request.form
    )
    return page, 422 if errors else 200


@pages.post("/my/<int:number>/report")
def report(number: int) -> ResponseReturnValue:
    """Send the report again whose answer never came."""
    enrolment, run = _opened(number)
    if enrolment.status != "finishing":
        return redirect(url_for("classes.lessons", number=number), 303)
    return _report(enrolment, run, enrolment.score or 0)


def _report(enrolment: Enrolment, run: ClassRun, score: int) -> ResponseReturnValue:
    study = _school().study()
    try:
        study.finish(enrolment=enrolment, run=run, score=score)
    except (PartnerRefusal, PartnerUnavailable) as error:
        kept = study.enrolments.find(account_id=enrolment.account_id, number=enrolment.number)
        page = render_template(
            "lessons.html",
            enrolment=kept,
            run=run,
            done=study.enrolments.lessons_done(enrolment),
            problem=_problem(error),
        )
        return page, 422
    web.notice("Selamat, kelas selesai dan sudah dilaporkan ke Prakerja.")
    return redirect(url_for("classes.lessons", number=enrolment.number), 303)
