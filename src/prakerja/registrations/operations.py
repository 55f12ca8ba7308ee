"""The public verbs of registering."""

from __future__ import annotations

from prakerja.registrations.answering import confirm_email, request_email_code, save_step
from prakerja.registrations.cases import accept_identity, ask_human, refuse_registration, send_back
from prakerja.registrations.checking import ask_registry
from prakerja.registrations.entering import enter, request_code, request_code_by_email
from prakerja.registrations.finishing import finish_registration, submit_registration
from prakerja.registrations.photos import save_photo

__all__ = [
    "accept_identity",
    "ask_human",
    "ask_registry",
    "confirm_email",
    "enter",
    "finish_registration",
    "refuse_registration",
    "request_code",
    "request_code_by_email",
    "request_email_code",
    "save_photo",
    "save_step",
    "send_back",
    "submit_registration",
]
