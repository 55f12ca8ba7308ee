"""The pages of a class site: classes, code, lessons, quiz, certificate."""

from __future__ import annotations

from flask import Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examples.institution import quiz
from examples.institution.classes import ClassRun, matching
from examples.institution.dresses import dress_of
from examples.institution.enrolments import Enrolment
from examples.institution.lessons import lesson_of, lessons_of
from examples.institution.pages import (
    class_page,
    find_class,
    lessons_page,
    may_finish,
    opened,
    pages,
    refused,
    school,
    used_by_other,
    wrong_class,
)
from examples.institution.study import CODE, UsedByOther, WrongClass, clean_code
from examples.institution.views_attendance import lead
from examples.shared import web
from examples.shared.prakerja_client import PartnerRefusal, PartnerUnavailable
from examples.shared.store import Account


def accent() -> Response:
    """The site's colour and look; a file of its own, because the pages' policy allows no inline style."""
    sheet = dress_of(g.site.code).sheet if g.site.code else f":root {{ --accent: {g.site.accent}; }}\n"
    return Response(sheet, mimetype="text/css")


@pages.get("/picture.svg")
def picture() -> Response:
    """The picture of the institution's first page."""
    return Response(dress_of(web.site().code).picture, mimetype="image/svg+xml")


@pages.context_processor
def _dress() -> dict[str, object]:
    return {"dress": dress_of(web.site().code)}


pages.add_url_rule("/accent.css", "accent", accent)


def front() -> ResponseReturnValue:
    """All institutions, with a search."""
    words = request.args.get("q", "").strip()[:100]
    listed = sorted(school().institutions().items(), key=lambda entry: entry[1])
    found = [entry for entry in listed if all(word in entry[1].lower() for word in words.lower().split())]
    return render_template("front.html", institutions=found, words=words)


@pages.get("/")
def home() -> ResponseReturnValue:
    """The institution's classes."""
    words = request.args.get("q", "").strip()[:100]
    runs = matching(school().classes.all(web.site().code), words)
    return render_template("home.html", runs=runs, words=words)


@pages.get("/class/<course_code>/<schedule_code>", endpoint="class_page")
def show_class(course_code: str, schedule_code: str) -> ResponseReturnValue:
    """One class with the form for the code."""
    return class_page(find_class(course_code, schedule_code))


@pages.post("/class/<course_code>/<schedule_code>")
def redeem(course_code: str, schedule_code: str) -> ResponseReturnValue:
    """Open the class with a code."""
    account = web.account()
    if account is None:
        return web.to_sign_in()
    run = find_class(course_code, schedule_code)
    code = clean_code(request.form.get("code", ""))
    if not CODE.fullmatch(code):
        return class_page(
            run,
            errors={
                "code": web.say(
                    "Kode terdiri dari 12 huruf dan angka. Salin dari halaman pesanan atau dashboard Prakerja."
                )
            },
        )
    try:
        found = _open(account, run, code)
    except WrongClass as error:
        return class_page(run, problem=wrong_class(error))
    except UsedByOther:
        return class_page(run, problem=used_by_other())
    except (PartnerRefusal, PartnerUnavailable) as error:
        return class_page(run, problem=refused(error))
    if isinstance(found, str):
        return lead(found)
    web.notice("Kelas sudah dibuka. Selamat belajar!")
    return redirect(url_for("classes.lessons", number=found.number), 303)


def _open(account: Account, run: ClassRun, code: str) -> str | Enrolment:
    """Prakerja's page to go to, or the open class."""
    if school().verifies:
        return school().attendance().begin(account=account, run=run, redeem_code=code)
    return school().study().open_class(account_id=account.id, run=run, redeem_code=code)


@pages.get("/my")
def mine() -> ResponseReturnValue:
    """The visitor's classes."""
    account = web.account()
    if account is None:
        return web.to_sign_in()
    return render_template("mine.html", enrolments=school().study().enrolments.of_account(account.id))


@pages.before_request
def _need_account() -> ResponseReturnValue | None:
    needs = request.view_args is not None and "number" in request.view_args
    return web.to_sign_in() if needs and not web.account() else None


@pages.get("/my/<int:number>")
def lessons(number: int) -> ResponseReturnValue:
    """The class: lessons, progress, certificate."""
    enrolment, run = opened(number)
    return lessons_page(enrolment, run)


@pages.route("/my/<int:number>/lessons/<int:lesson>", methods=["GET", "POST"])
def lesson(number: int, lesson: int) -> ResponseReturnValue:
    """One lesson, to be read and marked done."""
    enrolment, run = opened(number)
    if not 1 <= lesson <= len(run.lessons):
        abort(404)
    kept = school().study().enrolments
    if request.method == "POST":
        kept.mark_done(enrolment, lesson)
        if lesson < len(run.lessons):
            return redirect(url_for("classes.lesson", number=number, lesson=lesson + 1), 303)
        return redirect(url_for("classes.lessons", number=number), 303)
    own = lesson_of(run.course_code, run.lessons[lesson - 1])
    all_pages = len(own.pages) if own else 1
    asked = request.args.get("page", "1")
    page = min(max(int(asked), 1), all_pages) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    return render_template(
        "lesson.html",
        enrolment=enrolment,
        run=run,
        lesson=lesson,
        done=kept.lessons_done(enrolment),
        written=own,
        page=page,
        all_pages=all_pages,
    )


@pages.route("/my/<int:number>/finish", methods=["GET", "POST"])
def finish(number: int) -> ResponseReturnValue:
    """The final quiz; sending it reports the class as finished."""
    enrolment, run = opened(number)
    study = school().study()
    here = url_for("classes.lessons", number=number)
    if enrolment.status != "open":
        return redirect(here, 303)
    if len(study.enrolments.lessons_done(enrolment)) < len(run.lessons):
        web.notice("Selesaikan semua pelajaran dahulu, baru tes akhir terbuka.")
        return redirect(here, 303)
    if not may_finish(enrolment, run):
        web.notice("Verifikasi dahulu kehadiran Anda untuk tes akhir.")
        return redirect(here, 303)
    asked = quiz.questions(run.lessons, lessons_of(run.course_code, run.lessons))
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
    enrolment, run = opened(number)
    if enrolment.status != "finishing":
        return redirect(url_for("classes.lessons", number=number), 303)
    return _report(enrolment, run, enrolment.score or 0)


def _report(enrolment: Enrolment, run: ClassRun, score: int) -> ResponseReturnValue:
    study = school().study()
    try:
        study.finish(enrolment=enrolment, run=run, score=score)
    except (PartnerRefusal, PartnerUnavailable) as error:
        return lessons_page(enrolment, run, problem=refused(error))
    web.notice("Selamat, kelas selesai dan sudah dilaporkan ke Prakerja.")
    return redirect(url_for("classes.lessons", number=enrolment.number), 303)
