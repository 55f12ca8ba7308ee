"""Our own calls that the published contract lacks (decisions.md 68). Signed with HMAC-SHA256.

A platform learns what it sells and the code of what it sold; an institution learns its classes and reports completion.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from prakerja.catalogue import queries as catalogue
from prakerja.kernel.pages import Page
from prakerja.partner_api import answers, bodies
from prakerja.partner_api.endpoint import Call, endpoint
from prakerja.partner_api.envelope import stamp
from prakerja.partner_api.guide import Guide
from prakerja.partner_api.idempotency import answer_once
from prakerja.partner_api.v1.payment import payment_status_data
from prakerja.partner_api.v1.redeem_code import CODE_REFUSALS, typed_code
from prakerja.purchases import queries as purchases
from prakerja.training import operations as training

_PREFIX = "/api/v1/partner"


@endpoint(
    method="GET",
    path=f"{_PREFIX}/listings",
    kind="platform",
    body=bodies.Page,
    algorithm="sha256",
    guide=Guide(
        title=_("Daftar pelatihan yang Anda jual"),
        about=_(
            "Pelatihan yang boleh dijual platform Anda, dengan harga Anda, jadwal, sisa kursi, dan cara menukar kode."
        ),
        data=answers.ListingsData,
        refuses=("cursor_invalid",),
    ),
)
def listings(call: Call[bodies.Page]) -> Any:
    return _page(
        catalogue.listings(
            platform_id=call.client.partner_id, cursor=call.body.cursor, limit=call.body.limit, at=call.at
        )
    )


@endpoint(
    method="GET",
    path=f"{_PREFIX}/course-runs",
    kind="institution",
    body=bodies.Page,
    algorithm="sha256",
    guide=Guide(
        title=_("Daftar kelas Anda"),
        about=_(
            "Semua jadwal dari pelatihan lembaga Anda sendiri, dengan pertemuan, tugas wajib, kapasitas, dan kursi yang "
            "terpakai."
        ),
        data=answers.CourseRunsData,
        refuses=("cursor_invalid",),
    ),
)
def course_runs(call: Call[bodies.Page]) -> Any:
    return _page(
        catalogue.course_runs(institution_id=call.client.partner_id, cursor=call.body.cursor, limit=call.body.limit)
    )


@endpoint(
    method="GET",
    path=f"{_PREFIX}/transactions/<path:invoice_code>",
    kind="platform",
    body=bodies.Body,
    algorithm="sha256",
    guide=Guide(
        title=_("Satu transaksi Anda"),
        about=_(
            "Isi status pembayaran, ditambah kode voucher (selama aturan gelombang mengizinkan platform "
            "menampilkannya; selain itu null), keadaan dan masa berlaku kodenya, kelasnya, cara menukarnya, dan apakah "
            "lembaga membatalkan kelasnya. Tanyakan setiap kali Anda menampilkan pesanan: kode yang berakhir tidak diberitahukan."
        ),
        data=answers.TransactionData,
        refuses=("invoice_unknown",),
    ),
)
def transaction(call: Call[bodies.Body]) -> Any:
    invoice_code = bodies.text(call.path["invoice_code"], field="invoice_code")
    found = purchases.transaction_of_platform(platform_id=call.client.partner_id, invoice_code=invoice_code)
    return payment_status_data(found.payment) | {
        "voucher_code": found.voucher_code,
        "voucher_status": found.voucher_status,
        "redeemable_from": stamp(found.redeemable_from),
        "redeemable_until": stamp(found.redeemable_until),
        "course_code": found.course_code,
        "schedule_code": found.schedule_code,
        "course_title": found.course_title,
        "mode": found.mode,
        "place": found.place._asdict() if found.place else None,
        "institution": {"code": found.institution_code, "name": found.institution_name},
        "how_to_redeem": found.how_to_redeem,
        "class_cancelled_at": stamp(found.class_cancelled_at) if found.class_cancelled_at else None,
    }


@endpoint(
    path=f"{_PREFIX}/completions",
    kind="institution",
    body=bodies.Completion,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Laporkan penyelesaian"),
        about=_(
            "Melaporkan bahwa peserta menyelesaikan pelatihan. Laporan yang sama boleh dikirim ulang dan dijawab sama; "
            "isi yang berbeda ditolak: perbaiki dengan PUT, atau tarik."
        ),
        data=answers.CompletionData,
        refuses=(
            *CODE_REFUSALS,
            "voucher_not_redeemed",
            "class_not_over",
            "attendance_incomplete",
            "completion_differs",
            "certificate_kind_unknown",
            "certificate_number_used",
        ),
    ),
)
def completions(call: Call[bodies.Completion]) -> Any:
    code = typed_code(call, call.body.redeem_code)
    found = training.report_completion(
        institution_id=call.client.partner_id,
        is_sandbox=call.client.is_sandbox,
        code=code,
        completed_date=call.body.completed_date,
        score=call.body.score,
        certificate_number=call.body.certificate_number,
        certificate_kind=call.body.certificate_kind,
        idempotency_key=call.idempotency_key,
        at=call.at,
    )
    return _completion(code, found)


_WRONG_REPORT = (*CODE_REFUSALS[:1], "not_owner", "completion_unreported", "certificate_visible")


@endpoint(
    method="PUT",
    path=f"{_PREFIX}/completions",
    kind="institution",
    body=bodies.CompletionChange,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Perbaiki laporan penyelesaian"),
        about=_(
            "Mengganti seluruh isi laporan yang keliru, selama sertifikatnya belum tampak bagi peserta; visible_from "
            "tetap. Sesudah itu mintalah kepada Prakerja."
        ),
        data=answers.CompletionData,
        refuses=(*_WRONG_REPORT, "certificate_kind_unknown", "certificate_number_used"),
        keeps_first_answer=True,
    ),
)
def correct_completion(call: Call[bodies.CompletionChange]) -> Any:
    code = typed_code(call, call.body.redeem_code)
    return answer_once(
        call,
        "PUT completions",
        lambda: _completion(
            code,
            training.change_report(
                institution_id=call.client.partner_id,
                is_sandbox=call.client.is_sandbox,
                code=code,
                completed_date=call.body.completed_date,
                score=call.body.score,
                certificate_number=call.body.certificate_number,
                certificate_kind=call.body.certificate_kind,
                at=call.at,
            ),
        ),
    )


@endpoint(
    path=f"{_PREFIX}/completions/withdraw",
    kind="institution",
    body=bodies.CompletionWithdrawal,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Tarik laporan penyelesaian"),
        about=_(
            "Menarik laporan yang keliru, selama sertifikatnya belum tampak bagi peserta. Nomor sertifikatnya bebas lagi, "
            "dan kode yang sama boleh dilaporkan lagi dengan Idempotency-Key baru. Peserta dan platform diberi tahu."
        ),
        data=answers.CompletionWithdrawalData,
        refuses=_WRONG_REPORT,
        keeps_first_answer=True,
    ),
)
def withdraw_completion(call: Call[bodies.CompletionWithdrawal]) -> Any:
    code = typed_code(call, call.body.redeem_code)

    def withdraw() -> dict[str, Any]:
        training.take_back_report(
            institution_id=call.client.partner_id,
            is_sandbox=call.client.is_sandbox,
            code=code,
            reason=call.body.reason,
            at=call.at,
        )
        return {"redeem_code": code, "withdrawn_at": stamp(call.at)}

    return answer_once(call, "POST completions/withdraw", withdraw)


def _completion(code: str, found: training.CompletionReceipt) -> dict[str, Any]:
    return {
        "redeem_code": code,
        "completed_date": found.completed_date.isoformat(),
        "score": found.score,
        "certificate_number": found.certificate_number,
        "certificate_kind": found.certificate_kind,
        "visible_from": stamp(found.visible_from),
    }


def _page(page: Page[dict[str, Any]]) -> dict[str, Any]:
    return {"items": [_with_stamps(item) for item in page.items], "next_cursor": page.next_cursor}


def _with_stamps(item: dict[str, Any]) -> dict[str, Any]:
    """The query gives the members of the wire; only instants are still Python's, or the database's spelling."""
    return {name: _wire(name, value) for name, value in item.items()}


def _wire(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _with_stamps(value)
    if isinstance(value, list):
        return [_wire("", member) for member in value]
    if isinstance(value, datetime):
        return stamp(value)
    if name.endswith("_at") and isinstance(value, str):
        return stamp(datetime.fromisoformat(value))
    return value
