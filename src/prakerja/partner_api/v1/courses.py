"""Our own calls with which institutions manage courses and classes, and platforms their prices. HMAC-SHA256.

Every write runs under its Idempotency-Key: a repetition gets the first answer, whatever happened since.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext_noop as _

from prakerja.catalogue import curation, pricing, schedules
from prakerja.kernel.errors import Refused
from prakerja.kernel.pages import decode_cursor, page_of, place_as_identifier
from prakerja.partner_api import bodies, extension_answers, extension_bodies
from prakerja.partner_api.endpoint import Call, endpoint
from prakerja.partner_api.envelope import stamp
from prakerja.partner_api.guide import Guide
from prakerja.partner_api.idempotency import answer_once
from prakerja.purchases.class_cancelling import cancel_class

_PREFIX = "/api/v1/partner"


@endpoint(
    method="GET",
    path=f"{_PREFIX}/courses",
    kind="institution",
    body=bodies.Page,
    algorithm="sha256",
    guide=Guide(
        title=_("Daftar pelatihan lembaga Anda"),
        about=_(
            "Semua pelatihan Anda dengan isi putaran kurasi terbaru dan keadaannya. is_listed berarti pelatihan boleh dijual."
        ),
        data=extension_answers.OwnCoursesData,
        refuses=("cursor_invalid",),
    ),
)
def courses(call: Call[bodies.Page]) -> Any:
    limit = call.body.limit
    after = decode_cursor(call.body.cursor)
    found = curation.courses_of_institution(institution_id=call.client.partner_id, after=after, limit=limit + 1)
    page = page_of(found, limit=limit, place=lambda one: one.course_code)
    return {"items": [_course(one) for one in page.items], "next_cursor": page.next_cursor}


@endpoint(
    method="GET",
    path=f"{_PREFIX}/courses/<str:course_code>",
    kind="institution",
    body=bodies.Body,
    algorithm="sha256",
    guide=Guide(
        title=_("Satu pelatihan lembaga Anda"),
        about=_("Isi putaran kurasi terbaru, keadaannya, dan catatan kurator."),
        data=extension_answers.OwnCourse,
        refuses=("course_unknown",),
    ),
)
def course(call: Call[bodies.Body]) -> Any:
    return _course(
        curation.course_of_institution(institution_id=call.client.partner_id, course_code=_code(call, "course_code"))
    )


@endpoint(
    path=f"{_PREFIX}/courses",
    kind="institution",
    body=extension_bodies.CourseContent,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Buat pelatihan"),
        about=_("Membuat rancangan; kodenya dari kami. Belum dikurasi dan belum terlihat siapa pun sampai diterima."),
        data=extension_answers.OwnCourse,
        keeps_first_answer=True,
    ),
)
def create_course(call: Call[extension_bodies.CourseContent]) -> Any:
    return answer_once(
        call,
        "POST courses",
        lambda: _course(
            curation.draft_course(institution_id=call.client.partner_id, content=_content(call.body), at=call.at)
        ),
    )


@endpoint(
    method="PUT",
    path=f"{_PREFIX}/courses/<str:course_code>",
    kind="institution",
    body=extension_bodies.CourseContent,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Ubah pelatihan"),
        about=_(
            "Mengganti seluruh isi rancangan. Untuk pelatihan yang sudah diterima, membuka putaran baru: isi lama tetap "
            "berlaku sampai perubahannya diterima."
        ),
        data=extension_answers.OwnCourse,
        refuses=("course_unknown", "curation_pending", "course_fact_fixed"),
        keeps_first_answer=True,
    ),
)
def change_course(call: Call[extension_bodies.CourseContent]) -> Any:
    code = _code(call, "course_code")
    return answer_once(
        call,
        "PUT courses",
        lambda: _course(
            curation.change_course(
                institution_id=call.client.partner_id, course_code=code, content=_content(call.body), at=call.at
            )
        ),
    )


@endpoint(
    path=f"{_PREFIX}/courses/<str:course_code>/submit",
    kind="institution",
    body=extension_bodies.CourseSubmit,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Ajukan pelatihan untuk dikurasi"),
        about=_("Menyerahkan rancangan kepada kurator. Sampai diputuskan, isinya tidak dapat diubah."),
        data=extension_answers.OwnCourse,
        refuses=("course_unknown", "curation_pending", "curation_not_open"),
        keeps_first_answer=True,
    ),
)
def submit_course(call: Call[extension_bodies.CourseSubmit]) -> Any:
    code = _code(call, "course_code")
    return answer_once(
        call,
        "POST courses/submit",
        lambda: _course(curation.submit_course(institution_id=call.client.partner_id, course_code=code, at=call.at)),
    )


@endpoint(
    path=f"{_PREFIX}/courses/<str:course_code>/withdraw",
    kind="institution",
    body=extension_bodies.CourseWithdraw,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Tarik pelatihan"),
        about=_(
            "Menarik perubahan yang belum diterima (change), atau seluruh pelatihan dari penjualan (course). Yang sudah "
            "dibeli tetap berlaku."
        ),
        data=extension_answers.OwnCourse,
        refuses=("course_unknown", "curation_not_open"),
        keeps_first_answer=True,
    ),
)
def withdraw_course(call: Call[extension_bodies.CourseWithdraw]) -> Any:
    code = _code(call, "course_code")
    return answer_once(
        call,
        "POST courses/withdraw",
        lambda: _course(
            curation.withdraw_course(
                institution_id=call.client.partner_id, course_code=code, what=call.body.what, at=call.at
            )
        ),
    )


@endpoint(
    path=f"{_PREFIX}/course-runs",
    kind="institution",
    body=extension_bodies.RunOpening,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Buka kelas"),
        about=_(
            "Membuka jadwal dari pelatihan Anda; kodenya dari kami. sessions adalah pertemuan kelas terjadwal; kosong berarti "
            "satu pertemuan. Terlihat platform begitu pelatihannya diterima."
        ),
        data=extension_answers.OwnRun,
        refuses=("course_unknown", "dates_invalid"),
        keeps_first_answer=True,
    ),
)
def open_run(call: Call[extension_bodies.RunOpening]) -> Any:
    body = call.body
    return answer_once(
        call,
        "POST course-runs",
        lambda: _run(
            schedules.open_run(
                institution_id=call.client.partner_id,
                course_code=body.course_code,
                starts_at=body.starts_at,
                ends_at=body.ends_at,
                capacity=body.capacity,
                sessions=_spans(body),
                at=call.at,
            )
        ),
    )


@endpoint(
    method="PUT",
    path=f"{_PREFIX}/course-runs/<str:schedule_code>",
    kind="institution",
    body=extension_bodies.RunDates,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Ubah kelas"),
        about=_(
            "Kapasitas boleh berubah, tetapi tidak kurang dari kursi yang terpakai; tanggal dan pertemuan hanya selama belum "
            "ada pembeli."
        ),
        data=extension_answers.OwnRun,
        refuses=("run_unknown", "run_begun", "dates_invalid", "class_has_buyers", "capacity_below_taken"),
        keeps_first_answer=True,
    ),
)
def change_run(call: Call[extension_bodies.RunDates]) -> Any:
    body, code = call.body, _code(call, "schedule_code")
    return answer_once(
        call,
        "PUT course-runs",
        lambda: _run(
            schedules.change_run(
                institution_id=call.client.partner_id,
                schedule_code=code,
                starts_at=body.starts_at,
                ends_at=body.ends_at,
                capacity=body.capacity,
                sessions=_spans(body),
                at=call.at,
            )
        ),
    )


@endpoint(
    path=f"{_PREFIX}/course-runs/<str:schedule_code>/cancel",
    kind="institution",
    body=extension_bodies.RunCancel,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Batalkan kelas"),
        about=_(
            "Kelas yang belum mulai tidak dijual lagi dan kodenya tidak dapat ditukar. Kami mengembalikan harganya kepada semua "
            "pembeli dan membatalkan transaksinya; platform diberi tahu lewat webhook class.cancelled dan "
            "transaction.voided. Kode yang sudah ditukar diperiksa petugas. Tidak dapat ditarik kembali."
        ),
        data=extension_answers.OwnRun,
        refuses=("run_unknown", "run_begun"),
        keeps_first_answer=True,
    ),
)
def cancel_run(call: Call[extension_bodies.RunCancel]) -> Any:
    code = _code(call, "schedule_code")
    return answer_once(
        call,
        "POST course-runs/cancel",
        lambda: _run(cancel_class(institution_id=call.client.partner_id, schedule_code=code, at=call.at)),
    )


@endpoint(
    method="PUT",
    path=f"{_PREFIX}/listings/<str:course_code>",
    kind="platform",
    body=extension_bodies.PriceWish,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Ajukan harga"),
        about=_(
            "Mengajukan harga Anda untuk satu pelatihan. Berlaku setelah diterima petugas; sampai saat itu harga lama tetap "
            "(live_price). Tidak boleh lebih tinggi daripada harga Anda untuk umum. Pengajuan yang masih menunggu diganti."
        ),
        data=extension_answers.PriceProposalData,
        refuses=("course_unknown", "price_above_outside"),
        keeps_first_answer=True,
    ),
)
def propose_price(call: Call[extension_bodies.PriceWish]) -> Any:
    code = _code(call, "course_code")
    return answer_once(
        call,
        "PUT listings",
        lambda: _price(
            pricing.propose_price(
                platform_id=call.client.partner_id,
                course_code=code,
                price=call.body.price,
                outside_price=call.body.outside_price,
                at=call.at,
            )
        ),
    )


@endpoint(
    method="GET",
    path=f"{_PREFIX}/price-proposals",
    kind="platform",
    body=bodies.Page,
    algorithm="sha256",
    guide=Guide(
        title=_("Daftar harga yang Anda ajukan"),
        about=_("Semua pengajuan harga Anda dari yang paling lama, dengan keputusan dan catatannya."),
        data=extension_answers.PriceProposalsData,
        refuses=("cursor_invalid",),
    ),
)
def price_proposals(call: Call[bodies.Page]) -> Any:
    after = decode_cursor(call.body.cursor)
    after_id = place_as_identifier(after) if after else None
    limit = call.body.limit
    found = pricing.proposals_of_platform(platform_id=call.client.partner_id, after=after_id, limit=limit + 1)
    page = page_of(found, limit=limit, place=lambda one: str(one.proposal_id))
    return {"items": [_price(one) for one in page.items], "next_cursor": page.next_cursor}


def _code(call: Call[Any], name: str) -> str:
    try:
        return msgspec.convert(call.path[name], bodies.Code)
    except msgspec.ValidationError:
        raise Refused("field_invalid", field=name) from None


def _content(body: extension_bodies.CourseContent) -> dict[str, Any]:
    return {name: getattr(body, name) for name in curation.CONTENT}


def _spans(body: extension_bodies.RunDates) -> list[schedules.Span]:
    return [(one.starts_at, one.ends_at) for one in body.sessions]


def _course(state: curation.CourseState) -> dict[str, Any]:
    return {
        "course_code": state.course_code,
        **state.content,
        "is_listed": state.is_listed,
        "curation": {
            "status": state.status,
            "note": state.note,
            "submitted_at": stamp(state.submitted_at) if state.submitted_at else None,
            "decided_at": stamp(state.decided_at) if state.decided_at else None,
        },
    }


def _run(state: schedules.RunState) -> dict[str, Any]:
    return {
        "course_code": state.course_code,
        "schedule_code": state.schedule_code,
        "starts_at": stamp(state.starts_at),
        "ends_at": stamp(state.ends_at),
        "session_count": state.session_count,
        "sessions": [{"starts_at": stamp(begins), "ends_at": stamp(ends)} for begins, ends in state.sessions],
        "capacity": state.capacity,
        "seats_taken": state.seats_taken,
    }


def _price(state: pricing.Proposal) -> dict[str, Any]:
    return {
        "course_code": state.course_code,
        "price": state.price,
        "outside_price": state.outside_price,
        "live_price": state.live_price,
        "status": state.status,
        "note": state.note,
        "proposed_at": stamp(state.proposed_at),
        "decided_at": stamp(state.decided_at) if state.decided_at else None,
    }
