"""The way to Prakerja's verification page and back."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examples.institution.attendance import StrangeState
from examples.institution.classes import POST_TEST
from examples.institution.pages import Problem, class_page, lessons_page, opened, pages, refused, school
from examples.shared import web
from examples.shared.advice import next_step
from examples.shared.prakerja_client import PartnerRefusal, PartnerUnavailable

REASON = re.compile(r"ERR[A-Z]{3}[0-9]{5}")
# What Prakerja's page gives back as the reason. The sentence is ours: what stands in an address is never shown.
REASONS = {
    "ERRTRX40092": "Anda membatalkan verifikasi kehadiran.",
    "ERRTRX40392": "Verifikasi wajah tidak berhasil.",
    "ERRTRX41090": "Waktu verifikasi sudah habis.",
    "ERRTRX40027": "Waktu kehadiran belum mulai atau sudah lewat.",
}
UNVERIFIED = "Kehadiran Anda belum terverifikasi."


def lead(url: str) -> ResponseReturnValue:
    """Send the browser to Prakerja: at once when our pages' policy knows the address, else over a link."""
    if _origin(url) == _origin(school().portal_url):
        return redirect(url, 303)
    return render_template("leave.html", url=url)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


@pages.post("/my/<int:number>/attend/<int:sequence>")
def attend(number: int, sequence: int) -> ResponseReturnValue:
    """Ask for the page of one attendance."""
    enrolment, run = opened(number)
    account = web.account()
    if account is None or sequence not in run.sequences:
        abort(404)
    try:
        url = school().attendance().next_page(account=account, enrolment=enrolment, sequence=sequence)
    except (PartnerRefusal, PartnerUnavailable) as error:
        return lessons_page(enrolment, run, problem=refused(error))
    if url is not None:
        return lead(url)
    web.notice("Kehadiran ini sudah terverifikasi.")
    return redirect(url_for("classes.lessons", number=number), 303)


@pages.get("/callback")
def callback() -> ResponseReturnValue:
    """Where Prakerja's page sends the browser. Nothing in this address is proof: the state is looked up, Prakerja asked."""
    account = web.account()
    if account is None:
        return web.to_sign_in()
    state = request.args.get("state", "")[:200]
    try:
        enrolment, sequence, is_verified = school().attendance().come_back(account=account, state=state)
    except StrangeState:
        return _strange()
    if is_verified:
        if sequence == POST_TEST:
            web.notice("Tes akhir sudah dapat dikerjakan.")
        else:
            web.notice("Kehadiran terverifikasi. Selamat belajar!")
        return redirect(url_for("classes.lessons", number=enrolment.number), 303)
    problem = _unverified(request.args.get("code", ""))
    run = school().classes.find(enrolment.institution, enrolment.course_code, enrolment.schedule_code)
    if run is None:
        abort(404)
    return class_page(run, problem=problem) if sequence == 1 else lessons_page(enrolment, run, problem=problem)


def _unverified(code: str) -> Problem:
    known = code if REASON.fullmatch(code) else ""
    return Problem(code=known, message=web.say(REASONS.get(known, UNVERIFIED)), advice=web.say(next_step(known)))


def _strange() -> ResponseReturnValue:
    page = render_template(
        "shared/problem.html",
        title=web.say("Tautan kembali ini tidak berlaku"),
        text=web.say("Tautan ini milik akun lain, atau sudah diganti oleh yang lebih baru."),
        advice=web.say("Buka kelas Anda dan mulai verifikasi dari sana."),
    )
    return page, 403
