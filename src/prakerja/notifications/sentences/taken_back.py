"""A purchase or a class that is taken back, and where its price goes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from prakerja.notifications.sentences.template import Template

_ = gettext_noop

TAKEN_BACK: Mapping[str, Template] = {
    # Four outcomes of a void, chosen by where the price went; `purchase_voided` stands in rows of before.
    "purchase_voided": Template(
        title=_("Pembelian dibatalkan"),
        text=_("Pembelian dengan invoice {invoice_code} dibatalkan. {amount} kembali ke saldo pelatihan Anda."),
    ),
    "voided_to_balance": Template(
        title=_("Pembelian dibatalkan"),
        text=_(
            "Pembelian pelatihan {course_title} (invoice {invoice_code}) dibatalkan dan kodenya tidak berlaku lagi. {amount} "
            "kembali ke saldo pelatihan Anda."
        ),
        sms=_("Kartu Prakerja: pembelian {course_title} dibatalkan. {amount} kembali ke saldo pelatihan Anda."),
    ),
    "voided_to_balance_until": Template(
        title=_("Pembelian dibatalkan"),
        text=_(
            "Pembelian pelatihan {course_title} (invoice {invoice_code}) dibatalkan dan kodenya tidak berlaku lagi. {amount} "
            "kembali ke saldo pelatihan Anda dan dapat dipakai sampai {deadline}."
        ),
        sms=_(
            "Kartu Prakerja: pembelian {course_title} dibatalkan. {amount} kembali ke saldo pelatihan Anda, dapat dipakai "
            "sampai {deadline}."
        ),
    ),
    "voided_buy_again": Template(
        title=_("Pembelian dibatalkan: beli pelatihan lain"),
        text=_(
            "Pembelian pelatihan {course_title} (invoice {invoice_code}) dibatalkan dan kodenya tidak berlaku lagi. {amount} "
            "kembali ke saldo pelatihan Anda. Beli pelatihan lain paling lambat {deadline}. Lewat dari itu, kepesertaan Kartu "
            "Prakerja Anda dicabut."
        ),
        sms=_(
            "Kartu Prakerja: pembelian {course_title} dibatalkan. {amount} kembali ke saldo. Beli pelatihan lain paling lambat "
            "{deadline} atau kepesertaan dicabut."
        ),
    ),
    "voided_balance_over": Template(
        title=_("Pembelian dibatalkan"),
        text=_(
            "Pembelian pelatihan {course_title} (invoice {invoice_code}) dibatalkan dan kodenya tidak berlaku lagi. Masa pakai "
            "saldo pelatihan sudah berakhir, jadi {amount} masuk ke kas negara dan tidak kembali ke saldo Anda."
        ),
        sms=_(
            "Kartu Prakerja: pembelian {course_title} dibatalkan. Masa pakai saldo sudah berakhir: {amount} masuk ke kas "
            "negara, tidak kembali ke saldo Anda."
        ),
    ),
    "voided_award_over": Template(
        title=_("Pembelian dibatalkan"),
        text=_(
            "Pembelian pelatihan {course_title} (invoice {invoice_code}) dibatalkan dan kodenya tidak berlaku lagi. Kepesertaan "
            "Anda sudah berakhir, jadi {amount} kembali ke program dan tidak ke saldo Anda."
        ),
        sms=_(
            "Kartu Prakerja: pembelian {course_title} dibatalkan. Kepesertaan Anda sudah berakhir: {amount} kembali ke "
            "program, tidak ke saldo Anda."
        ),
    ),
    "class_cancelled_to_balance": Template(
        title=_("Kelas Anda dibatalkan"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan dan kodenya tidak berlaku lagi. {amount} sudah kembali ke saldo "
            "pelatihan Anda."
        ),
        sms=_("Kartu Prakerja: kelas {course_title} dibatalkan. {amount} sudah kembali ke saldo pelatihan Anda."),
    ),
    "class_cancelled_to_balance_until": Template(
        title=_("Kelas Anda dibatalkan"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan dan kodenya tidak berlaku lagi. {amount} sudah kembali ke saldo "
            "pelatihan Anda dan dapat dipakai sampai {deadline}."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} dibatalkan. {amount} sudah kembali ke saldo Anda, dapat dipakai sampai "
            "{deadline}."
        ),
    ),
    "class_cancelled_buy_again": Template(
        title=_("Kelas Anda dibatalkan: beli pelatihan lain"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan dan kodenya tidak berlaku lagi. {amount} sudah kembali ke saldo "
            "pelatihan Anda. Beli pelatihan lain paling lambat {deadline}. Lewat dari itu, kepesertaan Kartu Prakerja Anda "
            "dicabut."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} dibatalkan. {amount} sudah kembali ke saldo. Beli pelatihan lain paling lambat "
            "{deadline} atau kepesertaan dicabut."
        ),
    ),
    "class_cancelled_balance_over": Template(
        title=_("Kelas Anda dibatalkan"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan dan kodenya tidak berlaku lagi. Masa pakai saldo pelatihan sudah "
            "berakhir, jadi {amount} masuk ke kas negara dan tidak kembali ke saldo Anda."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} dibatalkan. Masa pakai saldo sudah berakhir: {amount} masuk ke kas negara, "
            "tidak kembali ke saldo Anda."
        ),
    ),
    # Beside the sentence about the price: whoever can buy no other class in time keeps the incentive.
    "incentive_kept": Template(
        title=_("Insentif Anda tetap ada"),
        text=_(
            "Kelas Anda dibatalkan terlalu dekat dengan akhir tahun untuk membeli yang lain. Insentif {amount} tetap Anda terima "
            "tanpa pelatihan itu. Jadwalnya muncul di dashboard paling lama 24 jam lagi."
        ),
        sms=_(
            "Kartu Prakerja: kelas Anda dibatalkan terlalu dekat dengan akhir tahun. Insentif {amount} tetap Anda terima; "
            "jadwalnya muncul di dashboard."
        ),
    ),
    "incentive_kept_link_until": Template(
        title=_("Insentif Anda tetap ada: sambungkan rekening"),
        text=_(
            "Kelas Anda dibatalkan terlalu dekat dengan akhir tahun untuk membeli yang lain. Insentif {amount} tetap Anda terima "
            "tanpa pelatihan itu. Sambungkan rekening atau e-wallet atas NIK Anda sendiri paling lambat {deadline}."
        ),
        sms=_(
            "Kartu Prakerja: kelas Anda dibatalkan. Insentif {amount} tetap Anda terima. Sambungkan rekening di dashboard paling "
            "lambat {deadline}."
        ),
    ),
    "class_cancelled_award_over": Template(
        title=_("Kelas Anda dibatalkan"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan dan kodenya tidak berlaku lagi. Kepesertaan Anda sudah berakhir, "
            "jadi {amount} kembali ke program dan tidak ke saldo Anda."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} dibatalkan. Kepesertaan Anda sudah berakhir: {amount} kembali ke program, "
            "tidak ke saldo Anda."
        ),
    ),
    "class_cancelled_in_use": Template(
        title=_("Kelas Anda dibatalkan"),
        text=_(
            "Kelas {course_title} di {institution} dibatalkan setelah kode Anda ditukar. Petugas memeriksa apakah {amount} dapat "
            "kembali ke saldo Anda, lalu kami beri tahu. Sementara itu Anda boleh membeli pelatihan lain."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} dibatalkan setelah kode Anda ditukar. Petugas memeriksa pengembalian {amount}; "
            "hasilnya kami beri tahu."
        ),
    ),
    "class_cancelled_kept": Template(
        title=_("Kelas Anda sudah diperiksa"),
        text=_(
            "Petugas sudah memeriksa kelas {course_title}. Menurut {institution} Anda sudah mengikuti kelas ini, jadi {amount} "
            "tidak kembali ke saldo Anda. Bila tidak benar, hubungi kami lewat halaman bantuan."
        ),
        sms=_(
            "Kartu Prakerja: kelas {course_title} sudah diperiksa. {amount} tidak kembali ke saldo Anda. Penjelasan ada di "
            "dashboard."
        ),
    ),
}
