"""Sign-in; one's own account; a few pages of work; everything else is the read-only site."""

from __future__ import annotations

from django.urls import path

from prakerja.console import (
    cancelled_classes,
    corrections,
    draw_announcements,
    draw_sources,
    draw_witnesses,
    draws,
    funds,
    held,
    own_account,
    result_lists,
    rosters,
    signing_in,
    simulations,
    wave_pages,
    wave_proposals,
)
from prakerja.console.attention import attention
from prakerja.console.cases import case, case_file, cases
from prakerja.console.completions import completion, withdrawal
from prakerja.console.discrepancies import discrepancy
from prakerja.console.erasures import erasure
from prakerja.console.language import language
from prakerja.console.letters import letter
from prakerja.console.lost_phones import lost_phone, lost_phone_documents
from prakerja.console.payments import payments, retry
from prakerja.console.people import contact, personal_data
from prakerja.console.registrations import registration, registration_documents
from prakerja.console.reviews import review, reviews
from prakerja.console.security import security
from prakerja.console.site import site
from prakerja.console.theme import theme
from prakerja.console.told import told
from prakerja.console.undelivered import undelivered
from prakerja.console.versions import versions
from prakerja.console.waves import open_wave
from prakerja.console.work import work

# Named one by one: what is not here (sign-up, e-mail changes, password resets by mail) does not exist.
urlpatterns = [
    path("accounts/login/", signing_in.sign_in, name="sign_in"),
    path("accounts/2fa/authenticate/", signing_in.sign_in_code, name="sign_in_code"),
    path("accounts/2fa/totp/activate/", signing_in.sign_in_authenticator, name="sign_in_authenticator"),
    path("accounts/logout/", signing_in.sign_out, name="sign_out"),
    path("accounts/password/choose/", own_account.password_choose, name="password_choose"),
    path("accounts/password/choose/<str:token>/", own_account.password_link, name="password_link"),
    path("accounts/password/change/", own_account.password_change, name="password_change"),
    path("accounts/sessions/", own_account.own_sessions, name="sessions"),
    path("accounts/sessions/others/end/", own_account.end_other_sessions, name="end_other_sessions"),
    path("accounts/sessions/<uuid:session_id>/end/", own_account.end_session, name="end_session"),
    path("theme.css", theme, name="console_theme"),
    path("language/<slug:code>/", language, name="console_language"),
    path("payments/", payments, name="console_payments"),
    path("payments/<uuid:person_id>/<uuid:incentive_id>/retry/", retry, name="console_retry"),
    path("people/<uuid:person_id>/personal-data/", personal_data, name="console_personal_data"),
    path("people/<uuid:person_id>/contact/", contact, name="console_contact"),
    path("payments/<uuid:person_id>/discrepancies/<uuid:discrepancy_id>/", discrepancy, name="console_discrepancy"),
    path("erasures/<uuid:case_id>/", erasure, name="console_erasure"),
    path("lost-phones/<uuid:case_id>/", lost_phone, name="console_lost_phone"),
    path("lost-phones/<uuid:case_id>/documents/", lost_phone_documents, name="console_lost_phone_documents"),
    path("registrations/<uuid:case_id>/", registration, name="console_registration"),
    path("registrations/<uuid:case_id>/documents/", registration_documents, name="console_registration_documents"),
    path("cases/", cases, name="console_cases"),
    path("cases/<uuid:case_id>/", case, name="console_case"),
    path("cases/<uuid:case_id>/files/<uuid:file_id>/", case_file, name="console_case_file"),
    path("reviews/", reviews, name="console_reviews"),
    path("reviews/<uuid:rating_id>/", review, name="console_review"),
    path("messages/", told, name="console_told"),
    path("messages/undelivered/", undelivered, name="console_undelivered"),
    path("completions/<uuid:person_id>/<uuid:completion_id>/", completion, name="console_completion"),
    path("completions/<uuid:person_id>/<uuid:completion_id>/withdraw/", withdrawal, name="console_completion_withdraw"),
    path("attention/held/extend/", held.extend, name="console_held_extend"),
    path("attention/held/release/", held.release, name="console_held_release"),
    path("classes/cancel/", cancelled_classes.cancel, name="console_class_cancel"),
    path("classes/<uuid:person_id>/cases/<uuid:case_id>/", cancelled_classes.case, name="console_class_case"),
    path("letters/<uuid:letter_id>/", letter, name="console_letter"),
    path("waves/", wave_pages.waves, name="console_waves"),
    path("waves/<int:number>/", wave_pages.wave, name="console_wave"),
    path("waves/<int:number>/change/", wave_pages.change, name="console_wave_change"),
    path("waves/open/", open_wave, name="console_wave_open"),
    path("waves/<int:number>/confirm/", wave_proposals.confirm, name="console_wave_confirm"),
    path("waves/<int:number>/take-back/", wave_proposals.take_back, name="console_wave_take_back"),
    path("waves/<int:number>/announcement/", corrections.correct, name="console_correction"),
    path("waves/<int:number>/announcement/confirm/", corrections.confirm, name="console_correction_confirm"),
    path("waves/<int:number>/announcement/take-back/", corrections.take_back, name="console_correction_take_back"),
    path("waves/<int:number>/results/", result_lists.results, name="console_results"),
    path("waves/<int:number>/results/confirm/", result_lists.confirm, name="console_results_confirm"),
    path("waves/<int:number>/results/take-back/", result_lists.take_back, name="console_results_take_back"),
    path(
        "waves/<int:number>/results/<uuid:uploaded_id>/rejected.csv",
        result_lists.rejected,
        name="console_results_rejected",
    ),
    path(
        "waves/<int:number>/results/<uuid:uploaded_id>/different.csv",
        result_lists.different,
        name="console_results_different",
    ),
    # Without the wave in it: the server knows by the whole path where it takes a large file.
    path("results/upload/", result_lists.upload, name="console_results_upload"),
    path("results/go-on/", result_lists.go_on, name="console_results_go_on"),
    path("waves/<int:number>/simulation/", simulations.simulation, name="console_simulation"),
    path("waves/<int:number>/draw/", draws.draw, name="console_draw"),
    path("waves/<int:number>/draw/<slug:step>/prepare/", draws.prepare, name="console_draw_prepare"),
    path("waves/<int:number>/draw/<slug:step>/confirm/", draws.confirm, name="console_draw_confirm"),
    path("waves/<int:number>/draw/<slug:step>/take-back/", draws.take_back, name="console_draw_take_back"),
    path("waves/<int:number>/draw/stop/", draws.stop, name="console_draw_stop"),
    path("waves/<int:number>/draw/award/cancel/", draw_announcements.cancel_awards, name="console_draw_cancel"),
    path("waves/<int:number>/draw/sources/<int:source>/", draw_sources.enter, name="console_draw_enter"),
    path("waves/<int:number>/draw/sources/<int:source>/absent/", draw_sources.absent, name="console_draw_absent"),
    path("waves/witnesses/", draw_witnesses.known, name="console_draw_witnesses"),
    path("funds/", funds.funds, name="console_funds"),
    path("funds/prepare/", funds.prepare, name="console_funds_prepare"),
    path("funds/<slug:digest>/confirm/", funds.confirm, name="console_funds_confirm"),
    path("funds/<slug:digest>/take-back/", funds.take_back, name="console_funds_take_back"),
    path("rosters/", rosters.rosters, name="console_rosters"),
    path("rosters/import/", rosters.import_list, name="console_roster_import"),
    path("rosters/turns/<uuid:turn_id>/confirm/", rosters.confirm, name="console_roster_confirm"),
    path("rosters/turns/<uuid:turn_id>/take-back/", rosters.take_back, name="console_roster_take_back"),
    path("rosters/<slug:roster>/undo/", rosters.undo, name="console_roster_undo"),
    path("rosters/<slug:roster>/<int:number>/rejected.csv", rosters.rejected, name="console_roster_rejected"),
    path("security/", security, name="console_security"),
    path("work/", work, name="console_work"),
    path("versions/", versions, name="console_versions"),
    path("attention/", attention, name="console_attention"),
    path("", site.urls),
]

handler400 = "prakerja.console.errors.bad_request"
handler403 = "prakerja.console.errors.forbidden"
handler404 = "prakerja.console.errors.not_found"
handler500 = "prakerja.console.errors.broken"
