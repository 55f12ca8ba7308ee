"""What the launcher can refuse, each in Indonesian and English, with a stable code."""

from __future__ import annotations

from prakerja.kernel.errors import CannotRun

_SENTENCES: dict[str, tuple[str, str]] = {
    "already-running": (
        "Prakerja sudah berjalan di folder data {data_dir} (proses {pid}). "
        "Hentikan dahulu, atau pakai folder lain dengan --data-dir.",
        "Prakerja is already running on the data folder {data_dir} (process {pid}). "
        "Stop it first, or use another folder with --data-dir.",
    ),
    "lock-taken": (
        "Folder data {data_dir} sedang dipakai perintah prakerja lain (proses {pid}). "
        "Coba lagi setelah perintah itu selesai.",
        "The data folder {data_dir} is in use by another prakerja command (process {pid}). "
        "Try again when it has finished.",
    ),
    "closed-folder": (
        "PostgreSQL berjalan sebagai pengguna {user}, yang tidak dapat melewati folder {closed}. "
        "Prakerja tidak mengubah izin folder itu; pilih folder lain dengan --data-dir "
        "atau izinkan sendiri (chmod o+x {closed}).",
        "PostgreSQL runs as the user {user}, who cannot pass through the folder {closed}. "
        "Prakerja does not change that folder's permissions; choose another folder with --data-dir "
        "or allow it yourself (chmod o+x {closed}).",
    ),
    "folder-not-writable": (
        "Prakerja tidak dapat menulis di {path}: {reason}. Pilih folder lain dengan --data-dir.",
        "Prakerja cannot write in {path}: {reason}. Choose another folder with --data-dir.",
    ),
    "foreign-folder": (
        "Folder {path} dimiliki pengguna {owner}, bukan oleh pengguna yang menjalankan prakerja. "
        "Jalankan sebagai {owner} atau pilih folder lain dengan --data-dir.",
        "The folder {path} belongs to the user {owner}, not to the user who runs prakerja. "
        "Run it as {owner} or choose another folder with --data-dir.",
    ),
    "database-newer": (
        "Basis data di {path} dibuat oleh PostgreSQL {found}, lebih baru daripada PostgreSQL {have} "
        "yang tersedia di sini. Pasang versi prakerja yang lebih baru atau pakai folder data lain.",
        "The database in {path} was made by PostgreSQL {found}, newer than the PostgreSQL {have} "
        "available here. Install a newer prakerja or use another data folder.",
    ),
    "database-older": (
        "Basis data di {path} dibuat oleh PostgreSQL {found}, sedangkan di sini hanya ada PostgreSQL {have}. "
        "Pasang PostgreSQL {found}, atau pindahkan isinya dengan pg_dump ke folder data baru.",
        "The database in {path} was made by PostgreSQL {found}, and only PostgreSQL {have} is available "
        "here. Install PostgreSQL {found}, or move the contents to a new data folder with pg_dump.",
    ),
    "not-a-database": (
        "Folder {path} ada tetapi bukan basis data PostgreSQL (tidak ada PG_VERSION). "
        "Prakerja tidak menghapusnya; pindahkan folder itu atau pakai folder data lain.",
        "The folder {path} exists but is not a PostgreSQL database (it has no PG_VERSION). "
        "Prakerja does not delete it; move it away or use another data folder.",
    ),
    "no-client": (
        "Program pg_dump dan pg_restore PostgreSQL {major} tidak ada di mesin ini. Pasang postgresql-client-{major}, lalu ulangi.",
        "This machine has no pg_dump and pg_restore of PostgreSQL {major}. Install postgresql-client-{major}, then try again.",
    ),
    "dump-failed": (
        "Salinan basis data tidak selesai: {reason}. Yang setengah jadi tidak berlaku.",
        "The database was not copied: {reason}. What is half done does not count.",
    ),
    "restore-failed": (
        "Salinan itu tidak dapat dibaca: {reason}. Basis data tidak berubah.",
        "That copy cannot be read: {reason}. The database is as it was.",
    ),
    "no-binaries": (
        "Program PostgreSQL versi {oldest} sampai {newest} tidak ditemukan ({tried}). "
        "Jalankan make setup, pasang PostgreSQL, atau beri DATABASE_URL.",
        "No PostgreSQL programs of version {oldest} to {newest} were found ({tried}). "
        "Run make setup, install PostgreSQL, or give DATABASE_URL.",
    ),
    "no-user": (
        "PostgreSQL tidak mau berjalan sebagai root, dan mesin ini tidak punya pengguna postgres maupun "
        "nobody. Buat salah satunya atau jalankan prakerja sebagai pengguna biasa.",
        "PostgreSQL refuses to run as root, and this machine has neither a postgres nor a nobody user. "
        "Create one of them or run prakerja as an ordinary user.",
    ),
    "cannot-switch-user": (
        "PostgreSQL tidak mau berjalan sebagai root, dan root di sini tidak dapat menjadi {user}. "
        "Jalankan prakerja sebagai pengguna biasa atau beri DATABASE_URL.",
        "PostgreSQL refuses to run as root, and root cannot become {user} here. "
        "Run prakerja as an ordinary user or give DATABASE_URL.",
    ),
    "no-short-folder": (
        "Tidak ada folder sementara yang cukup pendek dan terbuka untuk soket PostgreSQL ({tried}).",
        "No temporary folder is short and open enough for PostgreSQL's socket ({tried}).",
    ),
    "initdb-failed": (
        "Basis data baru di {path} gagal dibuat: {reason}",
        "The new database in {path} could not be made: {reason}",
    ),
    "start-failed": (
        "PostgreSQL tidak dapat dijalankan: {reason} (selengkapnya di {log})",
        "PostgreSQL could not be started: {reason} (more in {log})",
    ),
    "not-main-thread": (
        "PostgreSQL hanya boleh dijalankan dari utas utama: ia ikut berhenti bersama utas yang memulainya.",
        "PostgreSQL may only be started from the main thread: it ends with the thread that started it.",
    ),
    "database-url-invalid": (
        "DATABASE_URL tidak dapat dibaca; bentuknya postgresql://pengguna@host:5432/basisdata.",
        "DATABASE_URL cannot be read; its form is postgresql://user@host:5432/database.",
    ),
    "database-url-unreachable": (
        "Server pada DATABASE_URL ({where}) tidak menjawab. Periksa alamat, nama basis data dan kata sandinya.",
        "The server of DATABASE_URL ({where}) does not answer. Check its address, database name and password.",
    ),
    "database-url-too-old": (
        "Server pada DATABASE_URL adalah PostgreSQL {found}; prakerja memerlukan {oldest} atau lebih baru.",
        "The server of DATABASE_URL is PostgreSQL {found}; prakerja needs {oldest} or newer.",
    ),
    "maker-invalid": (
        "Alamat server basis data tidak dapat dibaca; bentuknya postgresql://pembuat@host:5432/postgres.",
        "The address of the database server cannot be read; its form is postgresql://maker@host:5432/postgres.",
    ),
    "maker-unreachable": (
        "Server basis data ({where}) tidak menerima pembuatnya: {reason}",
        "The database server ({where}) does not let its maker in: {reason}",
    ),
    "maker-powerless": (
        "Peran {role} tidak boleh membuat basis data dan peran. Beri CREATEDB dan CREATEROLE, atau pakai peran lain.",
        "The role {role} may not make databases and roles. Give it CREATEDB and CREATEROLE, or use another.",
    ),
    "role-taken": (
        "Peran {role} sudah ada di server itu dan bukan milik pemasangan ini. Pilih awalan lain: database.roles. Tidak ada yang diubah.",
        "The role {role} is in that server already and is not of this installation. Choose another prefix: database.roles. "
        "Nothing was changed.",
    ),
    "database-not-empty": (
        "Basis data {database} sudah berisi {count} tabel atau indeks. Pemasangan hanya ke basis data kosong; pilih nama lain. "
        "Tidak ada yang diubah.",
        "The database {database} has {count} tables or indexes in it already. Only an empty one is installed into; choose another "
        "name. Nothing was changed.",
    ),
    "database-closed": (
        "Basis data {database} sudah ada dan tidak dapat dilihat isinya: {reason}. Tidak ada yang diubah.",
        "The database {database} is there already, and what is in it cannot be seen: {reason}. Nothing was changed.",
    ),
    "role-cannot-sign-in": (
        "Server basis data tidak menerima peran {role}: {reason}. Izinkan peran itu dengan kata sandi (scram-sha-256) di pg_hba.conf, "
        "atau sebut alamat lain: database.host. Lalu jalankan `prakerja install` lagi.",
        "The database server does not let the role {role} in: {reason}. Allow it by password (scram-sha-256) in pg_hba.conf, or name "
        "another address: database.host. Then run `prakerja install` again.",
    ),
}


class LauncherError(CannotRun):
    """The database cannot be had, for a reason a person can read.

    `code` is stable; `indonesian` and `english` are whole sentences; `str()` is both, English last.
    """

    def __init__(self, code: str, **details: object) -> None:
        indonesian, english = _SENTENCES[code]
        super().__init__(indonesian.format(**details), english.format(**details))
        self.code = code
