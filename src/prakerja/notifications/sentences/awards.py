"""An award that stands still, goes on or ends, and what a year's end takes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from prakerja.notifications.sentences.template import Template

_ = gettext_noop

AWARDS: Mapping[str, Template] = {
    "revoked": Template(
        title=_("Kepesertaan dicabut"),
        text=_(
            "Kepesertaan Kartu Prakerja Anda dicabut karena tidak membeli pelatihan sampai {deadline}. "
            "Kartu Anda tidak berlaku lagi dan Anda tidak dapat bergabung kembali."
        ),
        sms=_(
            "Kepesertaan Kartu Prakerja Anda dicabut karena tidak ada pembelian pelatihan sampai {deadline}. "
            "Kartu tidak berlaku lagi."
        ),
    ),
    "revoked_after_suspension": Template(
        title=_("Kepesertaan dicabut"),
        text=_(
            "Setelah diperiksa, kepesertaan Kartu Prakerja Anda dicabut karena pelanggaran ketentuan. "
            "Kartu Anda tidak berlaku lagi dan Anda tidak dapat bergabung kembali."
        ),
        sms=_("Kepesertaan Kartu Prakerja Anda dicabut karena pelanggaran ketentuan. Kartu tidak berlaku lagi."),
    ),
    "award_suspended": Template(
        title=_("Kepesertaan dibekukan"),
        text=_(
            "Kepesertaan Kartu Prakerja Anda dibekukan sementara untuk diperiksa. Saldo dan insentif Anda tetap tersimpan, "
            "tetapi belum dapat dipakai atau dikirim. Pelatihan yang sudah dibeli dapat dilanjutkan."
        ),
        sms=_("Kepesertaan Kartu Prakerja Anda dibekukan sementara. Saldo tetap tersimpan, belum dapat dipakai."),
    ),
    # What can be done after a suspension differs by what is left; `award_reinstated` stands in rows of before.
    "reinstated_buy_until": Template(
        title=_("Kepesertaan aktif kembali"),
        text=_(
            "Pembekuan Kartu Prakerja Anda dicabut. Beli pelatihan pertama paling lambat {deadline}. Lewat dari itu, kepesertaan "
            "Anda dicabut."
        ),
        sms=_(
            "Kartu Prakerja Anda aktif kembali. Beli pelatihan pertama paling lambat {deadline} atau kepesertaan dicabut."
        ),
    ),
    "reinstated_spend_until": Template(
        title=_("Kepesertaan aktif kembali"),
        text=_(
            "Pembekuan Kartu Prakerja Anda dicabut. Sisa saldo {balance} dapat dipakai sampai {deadline}. Insentif yang tertahan "
            "kami periksa kembali."
        ),
        sms=_("Kartu Prakerja Anda aktif kembali. Sisa saldo {balance} dapat dipakai sampai {deadline}."),
    ),
    "reinstated_spend": Template(
        title=_("Kepesertaan aktif kembali"),
        text=_(
            "Pembekuan Kartu Prakerja Anda dicabut. Sisa saldo Anda {balance}. Insentif yang tertahan kami periksa kembali."
        ),
        sms=_("Kartu Prakerja Anda aktif kembali. Sisa saldo Anda {balance}."),
    ),
    "reinstated": Template(
        title=_("Kepesertaan aktif kembali"),
        text=_(
            "Pembekuan Kartu Prakerja Anda dicabut. Tidak ada lagi yang dapat dibeli dengan saldo pelatihan. Insentif yang "
            "tertahan kami periksa kembali."
        ),
        sms=_("Kartu Prakerja Anda aktif kembali. Tidak ada lagi yang dapat dibeli dengan saldo pelatihan."),
    ),
    "award_reinstated": Template(
        title=_("Kepesertaan aktif kembali"),
        text=_(
            "Pembekuan Kartu Prakerja Anda dicabut. Anda dapat membeli pelatihan lagi, "
            "dan insentif yang tertahan akan diperiksa kembali."
        ),
        sms=_("Kartu Prakerja Anda aktif kembali. Anda dapat membeli pelatihan lagi."),
    ),
    "withdrawn": Template(
        title=_("Pengunduran diri dicatat"),
        text=_("Pengunduran diri Anda dari Kartu Prakerja sudah dicatat. Kartu Anda tidak berlaku lagi."),
    ),
    # Four things that a date may take, each with its reason; `cutoff_notice` stands in rows of before.
    "cutoff_notice": Template(
        title=_("Batas akhir tahun"),
        text=_("Batas akhir program tahun ini sudah lewat. {amount} yang tersisa kembali ke negara."),
    ),
    "balance_lapsed_year": Template(
        title=_("Sisa saldo hangus"),
        text=_("Sisa saldo pelatihan {amount} tidak dipakai sampai {deadline} dan masuk ke kas negara."),
        sms=_("Kartu Prakerja: sisa saldo {amount} tidak dipakai sampai {deadline} dan masuk ke kas negara."),
    ),
    "balance_lapsed_window": Template(
        title=_("Sisa saldo hangus"),
        text=_(
            "Pelatihan berikutnya tidak dibeli sampai {deadline}, jadi sisa saldo pelatihan {amount} masuk ke kas negara."
        ),
        sms=_(
            "Kartu Prakerja: pelatihan berikutnya tidak dibeli sampai {deadline}; sisa saldo {amount} masuk ke kas negara."
        ),
    ),
    # Before they do: what the year's ends take from whom.
    "balance_ending": Template(
        title=_("Saldo pelatihan segera berakhir"),
        text=_(
            "Sisa saldo pelatihan Anda {amount} hanya dapat dipakai sampai {deadline}. Sesudah itu uangnya masuk ke kas negara. "
            "Anda boleh membeli pelatihan lain, tetapi tidak harus."
        ),
        sms=_(
            "Kartu Prakerja: sisa saldo {amount} dapat dipakai sampai {deadline}, lalu masuk ke kas negara. Membeli lagi boleh, "
            "tidak harus."
        ),
    ),
    "review_ending": Template(
        title=_("Selesaikan dan ulas pelatihan Anda"),
        text=_(
            "Pelatihan pertama Anda belum selesai atau belum diulas. Selesaikan dan beri bintang dan ulasan di dashboard paling "
            "lambat {deadline}. Lewat dari itu insentif dan survei ({amount}) hangus."
        ),
        sms=_(
            "Kartu Prakerja: selesaikan dan ulas pelatihan pertama paling lambat {deadline}, atau insentif dan survei ({amount}) "
            "hangus."
        ),
    ),
    "link_ending": Template(
        title=_("Sambungkan rekening Anda"),
        text=_(
            "Belum ada rekening atau e-wallet atas NIK Anda sendiri yang siap menerima insentif. Sambungkan di dashboard paling "
            "lambat {deadline}. Lewat dari itu {amount} hangus."
        ),
        sms=_(
            "Kartu Prakerja: sambungkan rekening atas NIK Anda sendiri di dashboard paling lambat {deadline}, atau insentif "
            "({amount}) hangus."
        ),
    ),
    "lapsed_not_reviewed": Template(
        title=_("Insentif hangus"),
        text=_(
            "Pelatihan pertama Anda tidak selesai dan diulas sampai {deadline}. Insentif, survei, dan sisa saldo ({amount}) masuk "
            "ke kas negara dan kepesertaan Anda berakhir."
        ),
        sms=_(
            "Kartu Prakerja: pelatihan pertama tidak selesai dan diulas sampai {deadline}. {amount} (insentif, survei, sisa saldo) "
            "masuk ke kas negara."
        ),
    ),
    "lapsed_no_training": Template(
        title=_("Kepesertaan berakhir"),
        text=_(
            "Kode pelatihan pertama Anda tidak ditukar dan pelatihan lain tidak dibeli sampai {deadline}. Insentif, survei, dan sisa "
            "saldo ({amount}) masuk ke kas negara dan kepesertaan Anda berakhir."
        ),
        sms=_(
            "Kartu Prakerja: pelatihan lain tidak dibeli sampai {deadline}. {amount} (insentif, survei, sisa saldo) masuk ke kas "
            "negara dan kepesertaan berakhir."
        ),
    ),
    "lapsed_no_account": Template(
        title=_("Insentif hangus"),
        text=_(
            "Sampai {deadline} tidak ada rekening atas NIK Anda sendiri yang siap menerima. Insentif dan survei yang belum dibayar "
            "({amount}) masuk ke kas negara."
        ),
        sms=_(
            "Kartu Prakerja: sampai {deadline} tidak ada rekening yang siap menerima. {amount} (insentif, survei) masuk ke kas "
            "negara."
        ),
    ),
    "award_finished": Template(
        title=_("Kepesertaan selesai"),
        text=_("Semua insentif dan survei Anda sudah dibayar atau berakhir. Terima kasih sudah mengikuti program ini."),
    ),
    "annulled_nothing_due": Template(
        title=_("Kepesertaan dibatalkan"),
        text=_(
            "Data menunjukkan Anda tidak memenuhi syarat, jadi kepesertaan Kartu Prakerja Anda dibatalkan. Tidak ada yang perlu "
            "Anda kembalikan."
        ),
        sms=_("Kepesertaan Kartu Prakerja Anda dibatalkan. Tidak ada yang perlu Anda kembalikan."),
    ),
    "award_annulled": Template(
        title=_("Kepesertaan dibatalkan"),
        text=_(
            "Data menunjukkan Anda tidak memenuhi syarat, jadi kepesertaan Kartu Prakerja Anda dibatalkan. "
            "Kembalikan {claim} paling lambat {due_date}."
        ),
        sms=_("Kepesertaan Kartu Prakerja Anda dibatalkan. Kembalikan {claim} paling lambat {due_date}."),
    ),
}
