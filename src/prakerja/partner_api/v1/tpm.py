"""The published assignment calls of an institution (contract.md 2.11 to 2.13): read, one call, answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop as _
from msgspec import Meta

from prakerja.kernel.typed import normal_lines
from prakerja.partner_api import answers, bodies
from prakerja.partner_api.endpoint import Call, endpoint
from prakerja.partner_api.guide import Guide
from prakerja.partner_api.v1.redeem_code import CODE_REFUSALS, typed_code
from prakerja.training import operations as training

_PREFIX = "/api/v1/integration/tpm"
# What was handed in waits for its file; only the status call ever answers 2 or 3.
PENDING = 1

Scope = Literal["tpm", "uk"]
_KINDS: dict[Scope, training.Kind] = {"tpm": "practice", "uk": "skills_demonstration"}
# Checked by the operation, which has codes of its own for it.
_FileUrl = Annotated[str, Meta(max_length=2000)]
# Lines and tabs are text, other controls are not.
_Notes = Annotated[
    str,
    Meta(max_length=4000, pattern=r"\A(?=\s*\S)[^\x00-\x08\x0b-\x1f\x7f-\x9f]+\Z", extra={bodies.PASTED: normal_lines}),
]
_Sequence = Annotated[int, Meta(ge=1, le=999)]


class SubmissionStatus(bodies.Body, frozen=True, kw_only=True):
    """tpm/submission/status (contract.md 2.13)."""

    redeem_code: bodies.RedeemCode
    scope: Scope
    sequence: int


class Submission(SubmissionStatus, frozen=True, kw_only=True):
    """tpm/submission (contract.md 2.11)."""

    url_file: _FileUrl


class FeedbackSubmission(SubmissionStatus, frozen=True, kw_only=True):
    """tpm/feedback/submission (contract.md 2.12); a client without a file sends an empty address."""

    notes: _Notes
    url_file: _FileUrl | None = None


class SubmissionData(answers.Data):
    id: int
    redeem_code: str
    scope: Scope
    sequence: _Sequence
    status: Literal[0, 1, 2, 3]
    url_file: str


class FeedbackData(SubmissionData):
    notes: str


class SubmissionState(answers.Data):
    redeem_code: str
    scope: Scope
    sequence: _Sequence
    status: Literal[0, 1, 2, 3]


class SubmissionStatusData(answers.Data):
    assignment: SubmissionState
    feedback: SubmissionState


_ABOUT = ("assignment_sequence_invalid", *CODE_REFUSALS)
_HANDED_IN = (*_ABOUT, "code_not_redeemed", "file_url_invalid", "file_address_forbidden")


@endpoint(
    path=f"{_PREFIX}/submission",
    kind="institution",
    body=Submission,
    guide=Guide(
        title=_("Kirim tugas"),
        about=_(
            "Meneruskan satu berkas tugas peserta (TPM urutan 1–998, UK urutan 999). Berkas diambil sesudahnya: status "
            "1 menjadi 2 atau 3. Boleh diulang; setiap kiriman memulai lagi dari 1. Berkas: pdf, docx, zip, gambar, txt, "
            "md, paling besar 20 MiB, di alamat publik."
        ),
        data=SubmissionData,
        refuses=_HANDED_IN,
    ),
)
def submission(call: Call[Submission]) -> Any:
    code = typed_code(call, call.body.redeem_code)
    receipt = training.submit_assignment(
        institution_id=call.client.partner_id,
        is_sandbox=call.client.is_sandbox,
        code=code,
        kind=_KINDS[call.body.scope],
        sequence=call.body.sequence,
        url=call.body.url_file,
        at=call.at,
    )
    return {"id": receipt.number} | _state(call.body, code, PENDING) | {"url_file": call.body.url_file}


@endpoint(
    path=f"{_PREFIX}/feedback/submission",
    kind="institution",
    body=FeedbackSubmission,
    guide=Guide(
        title=_("Kirim umpan balik"),
        about=_(
            "Menilai tugas yang sudah dikirim. Catatan wajib, berkas tidak; tautan video ditulis dalam berkas txt atau "
            "md. Boleh diulang."
        ),
        data=FeedbackData,
        refuses=(*_HANDED_IN, "assignment_missing"),
    ),
)
def feedback_submission(call: Call[FeedbackSubmission]) -> Any:
    code = typed_code(call, call.body.redeem_code)
    url = call.body.url_file or ""
    receipt = training.submit_feedback(
        institution_id=call.client.partner_id,
        is_sandbox=call.client.is_sandbox,
        code=code,
        kind=_KINDS[call.body.scope],
        sequence=call.body.sequence,
        url=url,
        notes=call.body.notes,
        at=call.at,
    )
    state = _state(call.body, code, PENDING)
    return {"id": receipt.number} | state | {"url_file": url, "notes": call.body.notes}


@endpoint(
    path=f"{_PREFIX}/submission/status",
    kind="institution",
    body=SubmissionStatus,
    guide=Guide(
        title=_("Status tugas dan umpan balik"),
        about=_("Keadaan kiriman terakhir: 0 belum dikirim, 1 sedang diproses, 2 diterima, 3 gagal."),
        data=SubmissionStatusData,
        refuses=_ABOUT,
    ),
)
def submission_status(call: Call[SubmissionStatus]) -> Any:
    code = typed_code(call, call.body.redeem_code)
    found = training.submission_status(
        institution_id=call.client.partner_id,
        is_sandbox=call.client.is_sandbox,
        code=code,
        kind=_KINDS[call.body.scope],
        sequence=call.body.sequence,
    )
    return {
        "assignment": _state(call.body, code, found.assignment),
        "feedback": _state(call.body, code, found.feedback),
    }


def _state(body: SubmissionStatus, code: str, status: int) -> dict[str, Any]:
    return {"redeem_code": code, "scope": body.scope, "sequence": body.sequence, "status": status}
