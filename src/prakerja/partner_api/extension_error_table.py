"""Rows of the one table of codes that only we need: how a partner may call, and what curation refuses. All proposed."""

from __future__ import annotations

from prakerja.partner_api.error_table import PROPOSED, Row

_DENIED = "Akses ditolak. Periksa kredensial dan waktu server Anda."
_DENIED_EN = "Access denied. Check your credentials and your server's clock."

# fmt: off
CALLING: tuple[Row, ...] = (
    ("ERRINT40391", "address_not_allowed", (), PROPOSED,
     "Alamat IP Anda tidak terdaftar.", "Your IP address is not registered.",
     "the call comes from outside the networks that the partner registered"),
    ("ERRINT40195", "nonce_used", (), PROPOSED,
     _DENIED, _DENIED_EN,
     "this client has signed with this nonce before: a replay"),
    ("ERRPRT40995", "idempotency_key_used", (), PROPOSED,
     "Idempotency-Key sudah dipakai untuk permintaan lain.",
     "The Idempotency-Key has been used for another request.",
     "the same key with another call or other content"),
)
CURATION: tuple[Row, ...] = (
    ("ERRPRT40996", "curation_pending", (), PROPOSED,
     "Pelatihan sedang dikurasi. Tunggu keputusannya.", "The course is being reviewed. Wait for the decision.",
     "a change of what is submitted"),
    ("ERRPRT40997", "curation_not_open", (), PROPOSED,
     "Tidak ada rancangan untuk diajukan atau ditarik.", "There is no draft to submit or to withdraw.",
     "submit without a draft or a returned one; withdraw of what is not there"),
    ("ERRPRT40090", "price_above_outside", (), PROPOSED,
     "Harga tidak boleh lebih tinggi daripada harga di luar program.",
     "The price must not be above the price outside the programme.",
     "rules.md 5.2, 12.21"),
    ("ERRPRT40091", "course_fact_fixed", (), PROPOSED,
     "Isian {field} tidak dapat diubah setelah pelatihan diterima.",
     "The field {field} cannot be changed once the course was accepted.",
     "how a class is taught decides how its vouchers are redeemed and completed"),
    ("ERRPRT40092", "dates_invalid", (), PROPOSED,
     "Tanggal kelas tidak sesuai.", "The dates of the class are not valid.",
     "end before start, sessions outside the class, overlapping or in disorder, a start or end in the past"),
    ("ERRPRT40093", "run_begun", (), PROPOSED,
     "Kelas sudah dimulai atau berakhir; tidak dapat diubah.", "The class has begun or is over; it cannot be changed.",
     "a change of a live class after its start, of a self-paced one after its end"),
    ("ERRPRT40998", "capacity_below_taken", (), PROPOSED,
     "Kapasitas tidak boleh kurang dari kursi yang terpakai.", "The capacity must not be below the seats taken.",
     "seats that were sold stay"),
    ("ERRPRT40999", "class_has_buyers", (), PROPOSED,
     "Kelas sudah dibeli peserta; tanggalnya tidak dapat diubah.",
     "The class has buyers; its dates cannot be changed.",
     "vouchers were issued for the dates as they are"),
)
WEBHOOKS: tuple[Row, ...] = (
    ("ERRPRT40096", "webhook_url_invalid", (), PROPOSED,
     "Alamat webhook tidak sesuai. Gunakan alamat https yang publik.",
     "The webhook's address is not valid. Use a public https address.",
     "another scheme, a user, an odd host or port"),
    ("ERRPRT40097", "webhook_address_forbidden", (), PROPOSED,
     "Alamat webhook tidak dapat dijangkau dari internet.", "The webhook's address is not on the public internet.",
     "a private, loopback or link-local address, however it is spelled"),
    ("ERRPRT40490", "webhook_unknown", (), PROPOSED,
     "Webhook belum didaftarkan.", "No webhook is registered.",
     "rotation or replay before the first PUT"),
    ("ERRPRT40491", "message_unknown", (), PROPOSED,
     "Pesan webhook tidak ditemukan.", "No such webhook message.",
     "replay of a webhook_id that this partner was never sent, or that is forgotten"),
)
# fmt: on
