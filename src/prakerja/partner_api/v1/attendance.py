"""The page on which a participant proves to be there, asked for by an institution (contract.md 2.6); its test codes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop as _

from prakerja.partner_api import answers, bodies, extension_bodies
from prakerja.partner_api.endpoint import Call, endpoint
from prakerja.partner_api.guide import Guide
from prakerja.partner_api.idempotency import answer_once
from prakerja.partner_api.v1.redeem_code import CODE_REFUSALS, course_type, redemption_data, typed_code
from prakerja.training import operations as training
from prakerja.training import queries as training_queries


@endpoint(
    path="/api/v1/integration/oauth/url-generate",
    kind="institution",
    body=bodies.UrlGenerate,
    guide=Guide(
        title=_("Buat tautan verifikasi kehadiran"),
        about=_(
            "Menjawab alamat halaman Prakerja tempat peserta membuktikan kehadirannya pada satu urutan, dan state untuk "
            "mengenalinya kembali. Hanya tautan terbaru yang berlaku, selama 30 menit. Peserta kembali ke redirect_uri "
            "dengan state; bila batal atau gagal juga dengan success=false dan code. Pastikan dengan status kode redeem."
        ),
        data=answers.VerificationUrlData,
        refuses=(
            "sequence_invalid",
            "redirect_uri_unregistered",
            *CODE_REFUSALS,
            "sequence_out_of_order",
            "email_used",
        ),
    ),
)
def url_generate(call: Call[bodies.UrlGenerate]) -> Any:
    found = training.request_verification(
        institution_id=call.client.partner_id,
        is_sandbox=call.client.is_sandbox,
        code=typed_code(call, call.body.redeem_code),
        redirect_uri=call.body.redirect_uri,
        email=call.body.email,
        sequence=call.body.sequence or 1,
        at=call.at,
    )
    kind, label = course_type(delivery=found.delivery, mode=found.mode)
    return {
        "url": f"{settings.PORTAL_URL}/verifikasi/{found.token}",
        "state": found.state,
        "course": {"type": kind, "learning_method": label.lower()},
    }


@endpoint(
    path="/api/v1/partner/attendances",
    kind="institution",
    body=extension_bodies.OnSiteAttendance,
    algorithm="sha256",
    is_idempotent=True,
    guide=Guide(
        title=_("Catat kehadiran di tempat"),
        about=_(
            "Untuk kelas tatap muka dan campuran: pindai kode QR di dashboard peserta, atau ketik 12 huruf dan angkanya, lalu "
            "kirim ke sini. Urutan 1 menukar kodenya; urutan dan waktunya sama dengan halaman verifikasi. Periksa sendiri bahwa "
            "yang datang adalah pesertanya. Kelas daring menjawab ERRTRX40001."
        ),
        data=answers.RedeemCodeData,
        refuses=("sequence_invalid", *CODE_REFUSALS, "sequence_out_of_order"),
        keeps_first_answer=True,
    ),
)
def attendances(call: Call[extension_bodies.OnSiteAttendance]) -> Any:
    code = typed_code(call, call.body.redeem_code)

    def work() -> dict[str, Any]:
        found = training.confirm_on_site(
            institution_id=call.client.partner_id,
            is_sandbox=call.client.is_sandbox,
            code=code,
            sequence=call.body.sequence or 1,
            at=call.at,
        )
        # What is kept for a repetition names no code.
        return {name: value for name, value in redemption_data(found).items() if name != "redeem_code"}

    return {"redeem_code": code} | answer_once(call, "POST attendances", work)


@endpoint(
    method="GET",
    path="/api/v1/partner/test-codes",
    kind="institution",
    body=bodies.Body,
    algorithm="sha256",
    guide=Guide(
        title=_("Kode uji Anda"),
        about=_(
            "Kode PRAT- milik lembaga sandbox Anda, satu untuk setiap kasus positif. Kode uji tidak pernah dibeli dan tidak "
            "menggerakkan uang. Di luar sandbox daftarnya kosong."
        ),
        data=answers.TestCodesData,
    ),
)
def test_codes(call: Call[bodies.Body]) -> Any:
    found = training_queries.test_codes(institution_id=call.client.partner_id) if call.client.is_sandbox else []
    return {"items": [{"redeem_code": code, "case": case} for case, code in found]}
