"""The published redemption calls of an institution (contract.md 2.8, 2.10): read, one call, answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.kernel.typed import normal_code
from prakerja.partner_api import answers, bodies, errors
from prakerja.partner_api.endpoint import Call, endpoint
from prakerja.partner_api.envelope import stamp
from prakerja.partner_api.guide import Guide
from prakerja.training import operations as training
from prakerja.training import queries as training_queries

_PREFIX = "/api/v1/integration/payment/redeem-code"


# A sandbox can be asked for any of these, and for ours, by typing its code (contract.md 2.7).
CODE_REFUSALS = errors.PUBLISHED_FAMILY


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
    return _status(call, call.body.redeem_code or call.body.code or "", call.body.sequence or 1)


@endpoint(
    method="GET",
    path=f"{_PREFIX}/status/<str:redeem_code>",
    kind="institution",
    body=bodies.Body,
    guide=Guide(
        title=_("Status kode redeem (cara lama)"),
        about=_("Cara Oktober 2022: kode di alamat, body kosong. Menjawab seperti yang baru, untuk urutan 1."),
        data=answers.RedeemCodeData,
        refuses=CODE_REFUSALS,
    ),
)
def status_in_the_path(call: Call[bodies.Body]) -> Any:
    return _status(call, bodies.redeem_code(call.path["redeem_code"]), 1)


@endpoint(
    path=f"{_PREFIX}/reset",
    kind="institution",
    body=bodies.RedeemCodeReset,
    guide=Guide(
        title=_("Atur ulang kode uji"),
        about=_(
            "Mengembalikan kode uji PRAT- ke awal: belum ditukar, tanpa kehadiran. Hanya untuk empat kasus positif: "
            "TC1-001, TC1-999, TC2-001, TC2-999."
        ),
        data=answers.RedeemCodeData,
        refuses=("code_unknown", "not_owner", "reset_not_allowed"),
    ),
)
def reset(call: Call[bodies.RedeemCodeReset]) -> Any:
    code = typed_code(call, call.body.redeem_code)
    return redemption_data(
        training.reset_test_code(institution_id=call.client.partner_id, is_sandbox=call.client.is_sandbox, code=code)
    )


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
        refuses=(*CODE_REFUSALS, "commit_disabled"),
    ),
)
def commit(call: Call[bodies.RedeemCodeCommit]) -> Any:
    code = typed_code(call, call.body.redeem_code or call.body.code or "")
    found = training.commit_code(
        institution_id=call.client.partner_id,
        is_sandbox=call.client.is_sandbox,
        is_allowed=call.client.legacy_commit,
        code=code,
        at=call.at,
    )
    return redemption_data(found)


def _status(call: Call[Any], typed: str, sequence: int) -> dict[str, Any]:
    found = training.attendance_status(
        institution_id=call.client.partner_id,
        is_sandbox=call.client.is_sandbox,
        code=typed_code(call, typed),
        sequence=sequence,
        at=call.at,
    )
    return redemption_data(found)


def typed_code(call: Call[Any], code: str) -> str:
    """The code as it is printed, from what somebody pasted. In a sandbox an error's own code asks for it (contract.md 2.7)."""
    code = normal_code(code) or code
    if call.client.is_sandbox and code in errors.MAGIC_CODES:
        raise Refused(errors.MAGIC_CODES[code])
    return code


def redemption_data(found: training_queries.RedemptionStatus) -> dict[str, Any]:
    """A code at one sequence as every answer of this family tells it."""
    kind, label = course_type(delivery=found.delivery, mode=found.mode)
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


def course_type(*, delivery: str, mode: str) -> tuple[int, str]:
    """The contract's numbers: 1 and 2 as the test cases have them, 3 proposed (contract.md 2.9, G4)."""
    if mode == "onsite":
        return 3, "Luring"
    return (1, "Pembelajaran Mandiri") if delivery == "self_paced" else (2, "Webinar")


def _local(instant: datetime) -> str:
    return instant.astimezone(WIB).strftime("%Y-%m-%d %H:%M:%S")
