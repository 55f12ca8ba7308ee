"""What the pages of a class site share: the blueprint, whose class it is, and how a refusal is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from examples.institution.classes import POST_TEST, ClassRun
from examples.institution.enrolments import Enrolment
from examples.institution.study import WrongClass
from examples.shared import web
from examples.shared.advice import next_step, plain_sentence
from examples.shared.prakerja_client import PartnerRefusal, PartnerUnavailable

if TYPE_CHECKING:
    from examples.institution.app import School

pages = Blueprint("classes", __name__)

LABELS = {
    "online": "Daring",
    "onsite": "Tatap muka",
    "blended": "Daring dan tatap muka",
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
    # The link's text is the title of a class.
    is_title: bool = False


def school() -> School:
    """The program's own parts."""
    found: School = current_app.extensions["school"]
    return found


@pages.app_context_processor
def _labels() -> dict[str, object]:
    return {"label": _label}


def _label(word: str) -> str:
    return web.say(LABELS.get(word, word))


def find_class(course_code: str, schedule_code: str) -> ClassRun:
    run = school().classes.find(web.site().code, course_code, schedule_code)
    if run is None:
        abort(404)
    return run


def _my_enrolment(number: int) -> Enrolment:
    account = web.account()
    found = account and school().study().enrolments.find(account_id=account.id, number=number)
    if not found or found.institution != web.site().code:
        abort(404)
    return found


def class_page(
    run: ClassRun, errors: dict[str, str] | None = None, problem: Problem | None = None
) -> ResponseReturnValue:
    account = web.account()
    mine = None
    if account:
        mine = next(
            (
                entry
                for entry in school().study().enrolments.of_account(account.id)
                if (entry.course_code, entry.schedule_code) == (run.course_code, run.schedule_code)
                and entry.status != "opening"
            ),
            None,
        )
    page = render_template("class.html", run=run, mine=mine, errors=errors or {}, problem=problem)
    return page, 422 if errors or problem else 200


def wrong_class(error: WrongClass) -> Problem:
    right = school().classes.find(web.site().code, error.course_code, error.schedule_code)
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
        is_title=right is not None,
    )


def used_by_other() -> Problem:
    return Problem(
        code="USED",
        message=web.say("Kode ini sudah dipakai."),
        advice=web.say(next_step("ERRTRX40021")),
        link=url_for("classes.mine"),
        link_text=web.say("Kelas saya"),
    )


def refused(error: PartnerRefusal | PartnerUnavailable) -> Problem:
    if isinstance(error, PartnerRefusal):
        words = plain_sentence(error.code, error.message, web.say)
        return Problem(error.code, words, web.say(next_step(error.code)))
    return Problem(
        "",
        web.say("Layanan Prakerja belum dapat dihubungi."),
        web.say("Tunggu sebentar, lalu kirim lagi. Mengirim dua kali tidak merugikan Anda."),
    )


def opened(number: int) -> tuple[Enrolment, ClassRun]:
    enrolment = _my_enrolment(number)
    if enrolment.status == "opening":
        abort(404)
    return enrolment, find_class(enrolment.course_code, enrolment.schedule_code)


def lessons_page(enrolment: Enrolment, run: ClassRun, *, problem: Problem | None = None) -> ResponseReturnValue:
    """The class: attendance, lessons, certificate; with what went wrong, when something did."""
    study = school().study()
    page = render_template(
        "lessons.html",
        enrolment=study.enrolments.find(account_id=enrolment.account_id, number=enrolment.number),
        run=run,
        done=study.enrolments.lessons_done(enrolment),
        attended=study.enrolments.attended(enrolment),
        must_attend=school().verifies,
        mandatory=school().assignments().mandatory(enrolment) if run.required_assignments else 0,
        may_finish=may_finish(enrolment, run),
        post_test=POST_TEST,
        problem=problem,
    )
    return page, 422 if problem else 200


def may_finish(enrolment: Enrolment, run: ClassRun) -> bool:
    """Whether the final quiz is open: after the attendance of the post-test, where there is one."""
    if not school().verifies or POST_TEST not in run.sequences:
        return True
    return POST_TEST in school().study().enrolments.attended(enrolment)
