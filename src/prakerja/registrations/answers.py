"""What somebody who registers has answered so far: one sealed text on their registration. Pure."""

from __future__ import annotations

from datetime import date

import msgspec

# What the civil registry is asked about; a change of any of them is another question.
IDENTITY = ("nik", "family_card_number", "name", "birth_date")


class Said(msgspec.Struct, frozen=True):
    """A yes, or a statement: to which words, in which language, on which page, when."""

    what: str
    version: str
    language: str
    page: str
    at: str


class Answers(msgspec.Struct, frozen=True):
    """ "" and None: not answered yet."""

    nik: str = ""
    family_card_number: str = ""
    name: str = ""
    birth_date: date | None = None
    email: str = ""
    email_confirmed: bool = False
    has_no_email: bool = False
    province_code: str = ""
    regency_code: str = ""
    district: str = ""
    village: str = ""
    street: str = ""
    education: str = ""
    is_enrolled: bool | None = None
    work_status: str = ""
    holds_excluded_post: bool | None = None
    # Keys of `policies.DISABILITIES`; None until the page was answered, () for none or no answer.
    disabilities: tuple[str, ...] | None = None
    # What help is wanted, in the person's own words.
    help_wanted: str = ""
    consents: tuple[Said, ...] = ()
    declarations: tuple[Said, ...] = ()

    def has_identity(self) -> bool:
        """Whether the civil registry can be asked."""
        return all(getattr(self, name) for name in IDENTITY)

    def said_yes(self, what: str) -> Said | None:
        """The yes to something, if it was given."""
        return next((one for one in self.consents if one.what == what), None)


def encode(answers: Answers) -> str:
    return msgspec.json.encode(answers).decode()


# Made now, by one thread: msgspec ends a process in which two work out at once how a type is read.
_decoder = msgspec.json.Decoder(Answers)


def decode(text: str) -> Answers:
    return _decoder.decode(text)
