"""The published redemption calls of an institution (partner-api.md 2.8, 2.10): read, one call, answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.partner_api import answers, bodies, errors
from prakerja.partner_api.endpoint import Call, endpoint
from prakerja.partner_api.envelope import stamp
from prakerja.partner_api.guide import Guide
from prakerja.training import operations as training
from prakerja.training import queries as training_queries

_PREFIX = "/api/v1/integration/payment/redeem-code"


# A sandbox can be asked for any of these by typing its code (2.7).
CODE_REFUSALS = tuple(errors.MAGIC_CODES.values())


@endpoint(
    path=f"{_PREFIX}/status",
    kind="institution",
    body=bodies.RedeemCodeStatus,
    guide=Guide(
        title=_("Status kode redeem"),
        about=_(
            "Menjawab untuk kelas apa sebuah kode, apakah sudah ditukar, dan apakah kehadiran pada urutan itu sudah "
            "terverifikasi. Hanya jawaban ini yang membuktikan kehadiran, bukan kembalinya peserta ke situs Anda."
        ),
        data=answers.RedeemCodeData,
        refuses=(*CODE_REFUSALS, "sequence_invalid"),
    ),
)
def status(call: Call[bodies.RedeemCodeStatus]) -> Any:
    code = typed_code(call, call.body.redeem_code)
    found = training_queries.redemption_status(
        institution_id=call.client.partner_id, code=code, sequence=call.body.sequence or 1, at=call.at
    )
    return _data(found)


@endpoint(
    path=f"{_PREFIX}/commit",
    kind="institution",
    body=bodies.RedeemCodeCommit,
    guide=Guide(
        title=_("Tukar kode (cara lama)"),
        about=_(
            "Menyatakan kode dipakai, tanpa langkah peserta. Selalu tersedia di sandbox; untuk kunci asli hanya bila "
            "disetujui. Penukaran kedua ditolak."
        ),
        data=answers.RedeemCodeData,
        refuses=CODE_REFUSALS,
    ),
)
def commit(call: Call[bodies.RedeemCodeCommit]) -> Any:
    code = typed_code(call, call.body.redeem_code or call.body.code or "")
    return _data(training.redeem(institution_id=call.client.partner_id, code=code, at=call.at))


def typed_code(call: Call[Any], code: str) -> str:
    """People type codes, so case does not count. In a sandbox an error's own code asks for that error (2.7)."""
    code = code.upper()
    if call.client.is_sandbox and code in errors.MAGIC_CODES:
        raise Refused(errors.MAGIC_CODES[code])
    return code


def _data(found: training_queries.RedemptionStatus) -> dict[str, Any]:
    kind, label = _course_type(delivery=found.delivery, mode=found.mode)
    return {
        "redeem_code": found.redeem_code,
        "course_code": found.course_code,
        "invoice_code": found.invoice_code,
        "schedule_code": found.schedule_code,
        "status": found.status,
        "attendance_status": found.attendance_status,
        # A client decodes this into a string, so "not yet" is empty and never another type.
        "redeem_at": stamp(found.redeem_at) if found.redeem_at else "",
        "dp_platform": found.platform_name,
        "schedule_start_end": f"{_local(found.starts_at)} - {_local(found.ends_at)}",
        "course_type": kind,
        "course_type_label": label,
        "course_learning_method": label.lower(),
        "is_online_attendance": found.mode != "onsite",
        "sequence": found.sequence,
    }


def _course_type(*, delivery: str, mode: str) -> tuple[int, str]:
    """The contract's numbers: 1 and 2 as the test cases have them, 3 proposed (partner-api.md 2.9, G4)."""
    if mode == "onsite":
        return 3, "Luring"
    return (1, "Pembelajaran Mandiri") if delivery == "self_paced" else (2, "Webinar")


def _local(instant: datetime) -> str:
    return instant.astimezone(WIB).strftime("%Y-%m-%d %H:%M:%S")
