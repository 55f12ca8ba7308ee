"""What people type and paste is understood in one way, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.kernel.typed import normal_code, normal_digits, normal_email, normal_lines, normal_phone, one_line

MOBILE = "+6281235004321"


@pytest.mark.parametrize(
    "typed",
    [
        "081235004321",
        "81235004321",
        "6281235004321",
        "+6281235004321",
        "006281235004321",
        "0812-3500-4321",
        "0812 3500 4321",
        "0812.3500.4321",
        "(0812) 3500-4321",
        "+62 812-3500-4321",
        "+62 (0)812 3500 4321",
        "(+62) 812 3500 4321",
        " 0812\u00a03500\u20114321\r\n",
        "\u202a+62 812-3500-4321\u202c",
        "0812\u200b35004321",
    ],
)
def test_a_mobile_number_in_every_usual_form(typed: str) -> None:
    assert normal_phone(typed) == MOBILE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "telepon",
        # Letters are no keys of a telephone: this one was another person's number.
        "0812-3500-OOO9",
        "0812-FLOWERS",
        "0812350043l1",
        "08123500432x1",
        "081235004321 ext 5",
        "081235004321;ext=5",
        "tel:081235004321",
        "081235004321/081235004322",
        "081235004321, 081235004322",
        # Too short, too long, nobody's range, a fixed line, another country.
        "0812350",
        "812350",
        "08123500",
        "08123500432112345",
        "08423500432",
        "0215250000",
        "+62215250000",
        "+6591234567",
        "+60123456789",
        "00812350043",
        "+0081235004321",
        "00+6281235004321",
        "++6281235004321",
        "6.28124E+12",
        "6,28124E+12",
        "٠٨١٢٣٥٠٠٤٣٢١",
        "０８１２３５００４３２１",
        "0812\x0035004321",
        # Each would become a number with a digit more, which is somebody else's.
        "8123500432.0",
        "08123500432.00",
        "08123500432,0",
        "0812350043 (2)",
        "0812-3500-43 (1)",
        "-",
        "08*2350043#1",
    ],
)
def test_no_mobile_number(typed: str) -> None:
    assert normal_phone(typed) is None


@given(st.text(max_size=24))
def test_a_phone_that_is_taken_has_the_digits_that_were_typed(typed: str) -> None:
    phone = normal_phone(typed)
    if phone is not None:
        assert "".join(sign for sign in typed if sign.isascii() and sign.isdigit()).endswith(phone[3:])
        assert not any(sign.isalpha() for sign in typed)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("siti@contoh.id", "siti@contoh.id"),
        (" Siti.Aminah+kerja@Contoh.CO.ID\r\n", "siti.aminah+kerja@contoh.co.id"),
        ("\ufeffsiti@contoh.id\u200b", "siti@contoh.id"),
        ("o'brien@contoh.id", "o'brien@contoh.id"),
        ("siti@bücher.example", "siti@xn--bcher-kva.example"),
        ("s@a-b.id", "s@a-b.id"),
    ],
)
def test_one_address(typed: str, address: str) -> None:
    assert normal_email(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "siti",
        "@contoh.id",
        "siti@",
        "siti@contoh",
        "siti5@@contoh.id",
        "a@x.id;b@x.id",
        "a@x.id,b@x.id",
        "a@x.id b@x.id",
        "a@x.id/b@x.id",
        "Siti <siti@contoh.id>",
        "mailto:siti@contoh.id",
        "siti@contoh,id",
        "siti@contoh..id",
        "siti@.contoh.id",
        "siti@contoh.id.",
        "siti@-contoh.id",
        "siti@contoh-.id",
        "siti@contoh_satu.id",
        "siti@contoh.i",
        "siti@contoh.123",
        "siti@127.0.0.1",
        "siti@[127.0.0.1]",
        ".siti@contoh.id",
        "siti.@contoh.id",
        "si..ti@contoh.id",
        "si ti@contoh.id",
        "siti\x00@contoh.id",
        "si\r\nti@contoh.id",
        '"siti"@contoh.id',
        "sití@contoh.id",
        "#N/A",
        "-",
        "s" * 65 + "@contoh.id",
        "siti@" + "a" * 64 + ".id",
        "siti@" + "a." * 130 + "id",
    ],
)
def test_no_address(typed: str) -> None:
    assert normal_email(typed) is None


@pytest.mark.parametrize(
    "pasted",
    [
        "ABCD2345EFGH",
        "abcd2345efgh",
        " ABCD2345EFGH\n",
        "ABCD2345EFGH\r\n",
        "ABCD2345EFGH.",
        "ABCD-2345-EFGH",
        "ABCD 2345 EFGH",
        "ABCD\u00a02345\u2011EFGH",
        "ABCD\u200b2345\u200cEFGH\ufeff",
        "“ABCD2345EFGH”",
        "(ABCD2345EFGH),",
        "ABCD\t2345\u2028EFGH",
        "ABCD_2345_EFGH",
    ],
)
def test_a_code_as_it_was_pasted(pasted: str) -> None:
    assert normal_code(pasted) == "ABCD2345EFGH"


@pytest.mark.parametrize("pasted", ["PRAT-UJAEEQ", "prat-ujaeeq\n", "PRAT\u2011UJAEEQ.", "PRAT UJA EEQ", "PRATUJAEEQ"])
def test_a_test_code_gets_its_dash_back(pasted: str) -> None:
    assert normal_code(pasted) == "PRAT-UJAEEQ"


def test_a_code_that_begins_like_a_test_code_is_none() -> None:
    assert normal_code("PRAT-2345-EFGH") == "PRAT2345EFGH"


def test_a_number_in_groups() -> None:
    assert normal_digits(" 9360 1234\u00a01234-1238\u200b ") == "9360123412341238"
    assert normal_digits("9360x") == "9360x"


def test_lines() -> None:
    assert normal_lines("a\r\nb\rc\nd") == "a\nb\nc\nd"
    assert one_line("Pelatihan\r\nDasar\tExcel\n") == "Pelatihan Dasar Excel"
