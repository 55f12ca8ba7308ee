"""Words for the calls about webhooks, beside `extension_words.py`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

WEBHOOK_GUIDE: dict[str, str] = {
    "webhook_url_invalid": _(
        "url bukan alamat https, memuat nama pengguna, atau memakai host atau port yang aneh. Di sandbox http boleh untuk asal yang terdaftar."
    ),
    "webhook_address_forbidden": _("url menunjuk alamat privat, loopback, atau link-local."),
    "webhook_unknown": _("Daftarkan webhook Anda dahulu dengan PUT /api/v1/partner/webhooks."),
    "message_unknown": _("Tidak ada pesan dengan webhook_id ini untuk Anda, atau sudah lebih dari 30 hari."),
}

# (meaning, example) by name, as `Field` takes them.
WEBHOOK_FIELDS: dict[str, tuple[str, Any]] = {
    "WebhookSetting.url": (_("Alamat https publik yang menerima pesan."), "https://toko.example/webhooks/prakerja"),
    "WebhookData.url": (
        _("Alamat yang menerima pesan; null bila belum ada."),
        "https://toko.example/webhooks/prakerja",
    ),
    "NewWebhookData.url": (_("Alamat yang menerima pesan."), "https://toko.example/webhooks/prakerja"),
    "events": (_("Peristiwa yang diberitahukan; kosong berarti semua."), ["voucher.issued", "voucher.redeemed"]),
    "is_enabled": (_("Apakah pesan dikirim. Bawaan ya."), True),
    "disabled_reason": (
        _("Mengapa tidak aktif: partner (oleh Anda), gone (410), failing (gagal tiga hari); kosong bila aktif."),
        "",
    ),
    "disabled_message": (_("Kalimatnya."), ""),
    "secret_count": (_("Banyaknya rahasia yang berlaku: 1, atau 2 selama penggantian."), 1),
    "secret": (
        _("Rahasia untuk memeriksa tanda tangan; simpan seperti kata sandi."),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ),
    "webhook_id": (_("webhook-id dari pesan itu."), "evt_018f3c2e7b1a7c3d9e4f1234567890ab"),
    "since": (_("Peristiwa sejak saat ini."), "2021-10-01T00:00:00Z"),
    "until": (_("Peristiwa sebelum saat ini."), "2021-10-02T00:00:00Z"),
    "failed_only": (_("Hanya yang sudah menyerah. Bawaan tidak."), False),
    "DeliveryPage.status": (_("Hanya pesan dalam keadaan ini."), "failed"),
    "event": (_("Peristiwanya."), "voucher.issued"),
    "happened_at": (_("Waktu peristiwa."), "2021-10-01T02:15:45Z"),
    "WebhookDelivery.status": (_("pending (menunggu), delivered (diterima), failed (menyerah)."), "delivered"),
    "next_attempt_at": (_("Percobaan berikutnya (waktu server); null bila tidak ada."), None),
    "attempts": (_("Percobaan-percobaannya."), None),
    "attempted_at": (_("Waktu percobaan (waktu server)."), "2021-10-01T02:15:46Z"),
    "http_status": (_("Status jawaban Anda; null bila tidak ada jawaban."), 200),
    "outcome": (_("delivered, http_…, unreachable, no_answer, address_…, atau answer_too_large."), "delivered"),
    "duration_ms": (_("Lamanya dalam milidetik."), 42),
    "count": (_("Banyaknya pesan yang dikirim lagi."), 3),
}
