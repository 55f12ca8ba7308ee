"""Addresses of the participant's site. None holds anything about a person but opaque ids of the reader's own rows."""

from __future__ import annotations

from django.urls import include, path

from prakerja.openid.protocol import AUTHORIZE
from prakerja.portal.views import (
    attendance,
    authorize,
    consent,
    courses,
    journey,
    messages,
    money,
    own_data,
    public,
    purchases,
    sessions,
    signing_in,
    surveys,
)

pages = [
    path("", public.home, name="home"),
    path("pelatihan", courses.courses, name="courses"),
    path("pelatihan/bandingkan", courses.compare, name="courses_compare"),
    path("pelatihan/<str:code>", courses.course, name="course"),
    path("bantuan", public.help_page, name="help"),
    path("privasi", public.privacy, name="privacy"),
    path("data-saya", own_data.overview, name="own_data"),
    path("data-saya/baca", own_data.read, name="own_data_read"),
    path("data-saya/unduh", own_data.take, name="own_data_take"),
    path("data-saya/skema.json", own_data.own_data_schema, name="own_data_schema"),
    path("data-saya/survei/<int:number>/cabut", own_data.wipe_survey, name="wipe_survey"),
    path("data-saya/hapus", own_data.erase, name="own_data_erase"),
    path("data-saya/hapus/batalkan", own_data.keep, name="own_data_keep"),
    path("lisensi", public.licences, name="licences"),
    path("bahasa/<slug:code>", public.language, name="language"),
    path("masuk", signing_in.sign_in, name="sign_in"),
    path("masuk/kode", signing_in.sign_in_code, name="sign_in_code"),
    path("masuk/kode/baru", signing_in.sign_in_again, name="sign_in_again"),
    path("keluar", signing_in.sign_out, name="sign_out"),
    path("sesi", sessions.own_sessions, name="sessions"),
    path("sesi/lanjut", sessions.keep_session, name="keep_session"),
    path("sesi/lain/akhiri", sessions.end_other_sessions, name="end_other_sessions"),
    path("sesi/<uuid:session_id>/akhiri", sessions.end_session, name="end_session"),
    path("dashboard", journey.dashboard, name="dashboard"),
    path("video", journey.videos, name="videos"),
    path("video/<int:number>/mulai", journey.video_start, name="video_start"),
    path("video/<int:number>/selesai", journey.video_finish, name="video_finish"),
    path("transaksi", purchases.purchases, name="purchases"),
    path("transaksi/<uuid:purchase_id>", purchases.purchase, name="purchase"),
    path("ulasan/<uuid:completion_id>", purchases.review, name="review"),
    path("rekening", money.account, name="account"),
    path("rekening/kode", money.account_code, name="account_code"),
    path("rekening/putuskan", money.account_unlink, name="account_unlink"),
    path("insentif", money.incentives, name="incentives"),
    path("survei", surveys.surveys, name="surveys"),
    path("survei/<uuid:response_id>", surveys.survey, name="survey"),
    path("pesan", messages.messages, name="messages"),
    path("verifikasi/<str:token>", attendance.verification, name="verification"),
    path("izin", consent.consent, name="consent"),
    path("izin/lembaga", consent.connections, name="connections"),
    path("izin/lembaga/<uuid:partner_id>/cabut", consent.withdraw_consent, name="withdraw_consent"),
    path(AUTHORIZE, authorize.authorize, name="openid_authorize"),
    path("mengundurkan-diri", journey.withdraw, name="withdraw"),
]
site = path("", include((pages, "portal")))
