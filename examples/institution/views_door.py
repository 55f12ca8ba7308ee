"""The page at the door: for teachers, a field that a scanner types into."""

from __future__ import annotations

import uuid

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from examples.institution.classes import POST_TEST
from examples.institution.pages import Problem, refused, school
from examples.institution.study import CODE, clean_code
from examples.institution.views_assignments import teaching
from examples.shared import web
from examples.shared.prakerja_client import PartnerRefusal, PartnerUnavailable

SEQUENCES = (*range(1, 11), POST_TEST)


@teaching.route("/door", methods=["GET", "POST"])
def door() -> ResponseReturnValue:
    """Take the code of whoever stands at the door; the field is empty and ready again afterwards."""
    account = web.account()
    if account is None or not school().assignments().is_teacher(account.id):
        abort(404)
    chosen = request.values.get("sequence", "1")
    sequence = int(chosen) if chosen.isdecimal() and int(chosen) in SEQUENCES else 1
    errors: dict[str, str] = {}
    problem: Problem | None = None
    if request.method == "POST":
        code = clean_code(request.form.get("code", ""))
        if not CODE.fullmatch(code):
            errors["code"] = web.say("Pindai lagi, atau ketik 12 huruf dan angkanya.")
        else:
            try:
                told = (
                    school()
                    .door()
                    .let_in(
                        redeem_code=code, sequence=sequence, key=request.form.get("key", "")[:100] or str(uuid.uuid4())
                    )
                )
            except (PartnerRefusal, PartnerUnavailable) as error:
                problem = refused(error)
            else:
                run = school().classes.find(web.site().code, str(told["course_code"]), str(told["schedule_code"]))
                title = run.title if run is not None else str(told["course_code"])
                web.notice("Hadir tercatat: {title}.", title=title)
                return redirect(url_for("teaching.door", sequence=sequence), 303)
    page = render_template(
        "door.html",
        errors=errors,
        problem=problem,
        sequence=sequence,
        sequences=SEQUENCES,
        post_test=POST_TEST,
        key=str(uuid.uuid4()),
    )
    return page, 422 if errors or problem else 200
