"""Why a list is refused as a whole: one sentence in two languages, with line and column and what to do."""

from __future__ import annotations

from typing import Any


class BrokenList(Exception):
    """A list cannot be read, or was damaged in a way that its single rows do not show. Nothing of it may be taken."""

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


_XLSX = (
    "Di Excel pilih Simpan Sebagai, jenis Excel Workbook (.xlsx).",
    "In Excel choose Save As, type Excel Workbook (.xlsx).",
)
_AGAIN = (
    "Buat ulang daftarnya dari sumber aslinya, dengan kolom itu sebagai teks (Format Sel, Teks) sebelum diisi.",
    "Make the list anew from its source, with that column as text (Format Cells, Text) before it is filled.",
)
SENTENCES: dict[str, tuple[str, str]] = {
    "empty": ("Berkasnya kosong.", "The file is empty."),
    "old_workbook": (
        f"Berkasnya buku kerja Excel lama (.xls) atau memakai kata sandi. {_XLSX[0]}",
        f"The file is an old Excel workbook (.xls), or has a password. {_XLSX[1]}",
    ),
    "other_workbook": (
        f"Berkasnya bukan .xlsx (misalnya .ods, .xlsb, atau .docx). {_XLSX[0]}",
        f"The file is no .xlsx (an .ods, .xlsb or .docx, say). {_XLSX[1]}",
    ),
    "page": (
        f"Berkasnya halaman web, bukan daftar, walaupun namanya .xls atau .csv. Buka dengan Excel. {_XLSX[0]}",
        f"The file is a web page and no list, whatever its name. Open it with Excel. {_XLSX[1]}",
    ),
    "document": (
        "Berkasnya PDF atau gambar. Minta daftarnya sebagai .xlsx atau CSV.",
        "The file is a PDF or a picture. Ask for the list as .xlsx or CSV.",
    ),
    "workbook_broken": (
        f"Buku kerjanya rusak atau tidak selesai disalin. Buka dengan Excel. {_XLSX[0]}",
        f"The workbook is broken or was not copied to its end. Open it with Excel. {_XLSX[1]}",
    ),
    "workbook_too_large": (
        "Buku kerjanya terlalu besar ({size} MB setelah dibuka). Bagi menjadi beberapa berkas, atau simpan sebagai CSV UTF-8.",
        "The workbook is too large ({size} MB when opened). Split it, or save it as CSV UTF-8.",
    ),
    "several_sheets": (
        "Lebih dari satu lembar berisi daftar: {sheets}. Tinggalkan satu lembar, atau simpan satu per satu.",
        "More than one sheet holds a list: {sheets}. Leave one sheet, or save them one by one.",
    ),
    "rows_hidden": (
        "Baris {line}: {hits} baris di lembar {sheet} disembunyikan (saringan atau Sembunyikan), jadi tidak jelas apakah orang-orang "
        "itu termasuk daftarnya. Hapus saringan dan baris yang bukan, atau salin yang terlihat saja ke lembar baru.",
        "Line {line}: {hits} rows of the sheet {sheet} are hidden (a filter, or Hide), so it is not clear whether those people "
        "belong to the list. Clear the filter and delete who does not, or copy what is shown to a new sheet.",
    ),
    "sheet_full": (
        "Daftarnya berakhir tepat di baris {line}, baris terakhir yang muat di satu lembar Excel; orang-orang sesudahnya mungkin "
        "terpotong. Bagi daftar dari sumber aslinya menjadi beberapa berkas.",
        "The list ends exactly on line {line}, the last that a sheet of Excel holds; people after it may have been cut off. Split "
        "the list at its source into several files.",
    ),
    "encoding": (
        "Baris {line}: hurufnya tidak dapat dibaca, bukan UTF-8 dan bukan Windows-1252. Simpan ulang sebagai CSV UTF-8.",
        "Line {line}: its letters cannot be read, neither as UTF-8 nor as Windows-1252. Save it again as CSV UTF-8.",
    ),
    "encoding_mixed": (
        "Baris {line}: sebagian berkas UTF-8, sebagian bukan; nama akan rusak. Simpan ulang sebagai CSV UTF-8.",
        "Line {line}: part of the file is UTF-8 and part is not; names would suffer. Save it again as CSV UTF-8.",
    ),
    "line_too_long": (
        "Baris {line} lebih panjang daripada {most} huruf. Periksa pemisah baris dan tanda kutipnya.",
        "Line {line} is longer than {most} characters. Look at its line ends and quotes.",
    ),
    "header_missing": (
        "Tidak ada baris judul kolom di {searched} baris pertama. Tulis di atas data: {wanted}",
        "There is no line of column headers in the first {searched} lines. Write above the data: {wanted}",
    ),
    "columns_missing": (
        "Baris {line}: berkas tidak punya kolom {missing}; yang ada: {found}. Judul kolom yang lengkap: {wanted}",
        "Line {line}: the file lacks the columns {missing}; it has: {found}. The whole header: {wanted}",
    ),
    "column_twice": (
        "Baris {line}: kolom {column} ada lebih dari sekali ({cells}). Hapus atau ganti judul yang bukan dimaksud.",
        "Line {line}: the column {column} is there more than once ({cells}). Delete or rename what is not meant.",
    ),
    "no_rows": (
        "Tidak ada data di bawah judul kolom (baris {line}).",
        "There are no rows below the header (line {line}).",
    ),
    "header_again": (
        "Baris {line}: judul kolom muncul lagi; dua daftar mungkin digabung. Hapus baris itu, dan pastikan urutan kolomnya sama.",
        "Line {line}: the header stands there again; two lists may have been joined. Delete that line, and make sure that both "
        "have their columns in one order.",
    ),
    "quote_open": (
        "Baris {line}, kolom {column}: tanda kutip dibuka dan tidak ditutup, sehingga baris sesudahnya ikut tertelan. Hapus tanda "
        "kutipnya, atau simpan daftarnya sebagai .xlsx.",
        "Line {line}, column {column}: a quote is opened and not closed, which swallows the lines after it. Delete the quote, or "
        "save the list as .xlsx.",
    ),
    "quote_stray": (
        "Baris {line}, kolom {column}: sesudah tanda kutip penutup masih ada huruf. Hapus tanda kutip di sel itu, atau gandakan.",
        "Line {line}, column {column}: something follows a closing quote. Delete the quotes in that cell, or double them.",
    ),
    "scientific": (
        "Baris {line}, kolom {column}: {value} adalah angka yang diringkas Excel; digit aslinya hilang. " + _AGAIN[0],
        "Line {line}, column {column}: {value} is a number that Excel shortened; its digits are lost. " + _AGAIN[1],
    ),
    "stored_as_number": (
        "Baris {line}, kolom {column}: nomor 16 digit disimpan sebagai angka, sehingga digit terakhirnya dapat berubah. "
        + _AGAIN[0],
        "Line {line}, column {column}: a number of 16 digits is kept as a number, which may change its last digit. "
        + _AGAIN[1],
    ),
    "last_digit_lost": (
        "Kolom {column}: digit ke-16 adalah 0 pada {hits} dari {rows} nomor (mulai baris {line}). Excel hanya menyimpan 15 digit, "
        "jadi nomor-nomor ini bukan nomor aslinya. " + _AGAIN[0],
        "Column {column}: the 16th digit is 0 in {hits} of {rows} numbers (from line {line} on). Excel keeps 15 digits, so these are "
        "not the real numbers. " + _AGAIN[1],
    ),
    "digits_lost": (
        "Kolom {column}: {hits} dari {rows} nomor hanya punya {length} digit, bukan 16 (mulai baris {line}); angka 0 di depan atau "
        "digit terakhirnya hilang. " + _AGAIN[0],
        "Column {column}: {hits} of {rows} numbers have {length} digits and not 16 (from line {line} on); zeros in front or the last "
        "digits are lost. " + _AGAIN[1],
    ),
    "columns_shifted": (
        "Baris {line}: isi kolom bergeser pada {hits} dari {rows} baris; misalnya di kolom {column} ada {seen}. Periksa apakah "
        "jumlah dan urutan kolom data sama dengan judulnya.",
        "Line {line}: the cells are shifted against the header in {hits} of {rows} rows; the column {column} holds {seen}, say. See "
        "whether the data has as many columns as the header, in its order.",
    ),
    "cells_moved": (
        "Baris {line}: kolom {column} kosong di sini saja, dan sel-selnya tampak bergeser ke atas atau ke bawah, sehingga isinya "
        "milik orang lain. Periksa kolom itu dari atas sampai bawah.",
        "Line {line}: the column {column} is empty only here, and its cells seem to have moved up or down, so that they belong to "
        "other people. Check that column from top to bottom.",
    ),
    "dates_disagree": (
        "Kolom {column}: tanggal tidak cocok dengan nomor di kolom {other} pada {hits} dari {rows} baris (mulai baris {line}). Hari "
        "dan bulan tertukar, atau kolomnya bergeser.",
        "Column {column}: the dates do not fit the numbers in the column {other} in {hits} of {rows} rows (from line {line} on). Day "
        "and month changed places, or the column was shifted.",
    ),
}


def sentence(broken: BrokenList) -> tuple[str, str]:
    """Why, and what to do: Indonesian and English."""
    indonesian, english = SENTENCES[broken.reason]
    return indonesian.format_map(_said(broken, 0)), english.format_map(_said(broken, 1))


def _said(broken: BrokenList, language: int) -> dict[str, Any]:
    return {name: value[language] if isinstance(value, tuple) else value for name, value in broken.details.items()}
