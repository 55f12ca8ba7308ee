"""What stops a command from outside, in a sentence: a full disk, a database that went away. Everything else is a fault of ours."""

from __future__ import annotations

import errno

from prakerja.kernel.errors import CannotRun

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_UNWRITABLE = (errno.EROFS, errno.EIO)
_KEPT = (
    "Yang belum disimpan perintah ini tidak ada yang berlaku; jalankan lagi setelah itu.",
    "Nothing counts that this command had not committed yet; run it again afterwards.",
)
# PostgreSQL's codes, whole or their first two signs.
_BY_CODE = {
    "53100": ("Disk basis data penuh. Sediakan ruang.", "The disk of the database is full. Make room."),
    "53": ("Basis data kehabisan sumber daya.", "The database has run out of resources."),
    "58": (
        "Basis data tidak dapat membaca atau menulis berkasnya. Periksa disk dan lognya.",
        "The database cannot read or write its files. Look at its disk and its log.",
    ),
    "25006": ("Basis data hanya dapat dibaca.", "The database is read-only."),
    "08": ("Basis data tidak terjangkau.", "The database cannot be reached."),
    "57P": ("Basis data berhenti atau sedang dimulai.", "The database has stopped, or is starting."),
    "": ("Sambungan ke basis data terputus.", "The connection to the database was lost."),
}


def in_words(error: BaseException) -> CannotRun | None:
    """The sentence for what was raised, or for what it was raised from; None for whatever is no trouble from outside."""
    seen: BaseException | None = error
    while seen is not None:
        found = _of_system(seen) if isinstance(seen, OSError) else _of_database(seen)
        if found is not None:
            return CannotRun(*(f"{words} {kept}" for words, kept in zip(found, _KEPT, strict=True)))
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return None


def _of_system(error: OSError) -> tuple[str, str] | None:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in _FULL:
        return f"Disk penuh{where}. Sediakan ruang.", f"The disk is full{where}. Make room."
    if error.errno in _UNWRITABLE:
        return (
            f"Disk tidak dapat ditulis{where}: {error.strerror}.",
            f"The disk cannot be written{where}: {error.strerror}.",
        )
    return None


def _of_database(error: BaseException) -> tuple[str, str] | None:
    # A command that never came as far as the database has not loaded its driver.
    import psycopg
    from psycopg_pool import PoolTimeout

    if isinstance(error, PoolTimeout):
        return _BY_CODE["08"]
    if not isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)):
        return _BY_CODE["25006"] if isinstance(error, psycopg.errors.ReadOnlySqlTransaction) else None
    code = error.sqlstate or ""
    return next((words for known, words in _BY_CODE.items() if (code.startswith(known) if known else not code)), None)
