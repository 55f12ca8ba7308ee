"""Who may enter: operators (password and TOTP), and the one-time passwords of participants with their limits."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from prakerja.access.permissions import ROLES
from prakerja.kernel.models import KeyedRow, OwnedRow, owned_key
from prakerja.kernel.sealed import SealedField


class User(KeyedRow, AbstractBaseUser):
    """An operator. Participants have no user: they sign in by phone code and are a person."""

    email = models.EmailField(unique=True)
    name = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[BaseUserManager[User]] = BaseUserManager()  # type: ignore[assignment]


class OperatorRole(KeyedRow):
    """One role of one operator. A trigger refuses two roles that nobody may hold together (`permissions.INCOMPATIBLE`)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles", db_index=False)
    role = models.TextField()
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="access_operatorrole_once"),
            models.CheckConstraint(condition=Q(role__in=ROLES), name="access_operatorrole_role"),
        ]


class SecondFactor(models.Model):
    """An operator's authenticator. A code serves once: the step that it was made for must be later than the last one."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="second_factor")
    secret_enc = SealedField(row="user_id")
    # The last step of 30 seconds (counted from 1970) whose code was taken.
    last_counter = models.BigIntegerField(default=0)
    # Nil until the first code was shown to be right.
    confirmed_at = models.DateTimeField(null=True)


class PasswordLink(KeyedRow):
    """A way to choose a password, once and not for long. Who reads the database cannot use it: only a hash stands here."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_links", db_index=False)
    token_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # Used, or replaced by a newer one.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="access_passwordlink_one_live"),
        ]


class SignInGuard(models.Model):
    """Counts wrong passwords and codes of an operator: in each browser that they used before, in each network that others
    come from, and in all of those together, so that a machine with many addresses gets no more tries; and of a network over all
    operators, so that one with many names gets no more either.

    A known browser has its own count and a network too, so that nobody locks an operator out from elsewhere
    (decisions.md 58).
    """

    index = models.BinaryField(primary_key=True)
    tries = models.SmallIntegerField(default=0)
    last_failed_at = models.DateTimeField(null=True)
    locked_until = models.DateTimeField(null=True)


class Session(KeyedRow):
    """A browser that is signed in, or about to be, at a door with pages. Who reads the database cannot enter: the key
    that the cookie carries is kept as a hash. Instants are wall time."""

    key_hash = models.BinaryField(unique=True)
    door = models.TextField()
    # The person or the operator, once they signed in. No reference: a session outlives nobody and is swept.
    owner = models.UUIDField(null=True)
    # Shows a statement that the door wrote this owner for this key (`session_store.owned`); nil: nobody, or of an earlier release.
    owner_tag = models.BinaryField(null=True)
    # The browser in words that its owner recognises.
    device = models.TextField(blank=True)
    # Django's own form of it, signed; it names its owner, so it is not for reading.
    signed_data = models.TextField()
    started_at = models.DateTimeField()
    used_at = models.DateTimeField()
    # The earlier of the idle and the absolute end.
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["door", "owner"], name="access_session_owner")]
        constraints = [
            models.CheckConstraint(condition=Q(door__in=["portal", "console"]), name="access_session_door"),
        ]


# `phone` and `change_email`: a new phone or e-mail address that somebody shows to be theirs (rules.md 8.5).
PURPOSES = ["sign_in", "purchase", "link_account", "attendance", "phone", "change_email"]


class OtpChallenge(OwnedRow):
    """A code that was sent for signing in or linking an account. A purchase's code stands on its intent."""

    purpose = models.TextField()
    # Who asked: a browser by its own name, so that nobody replaces or uses up a code that another browser waits for.
    scope = models.TextField(blank=True, default="")
    # By which way it was sent: a code from an e-mail does not show that somebody holds the phone.
    channel = models.TextField(default="sms", db_default="sms")
    # What exactly it confirms (an account's number), sealed; nil where the purpose says it all.
    subject_enc = SealedField(null=True)
    code_hash = models.BinaryField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    failed_count = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("access_otpchallenge"),
            models.UniqueConstraint(
                fields=["person_id", "purpose", "scope"],
                condition=Q(used_at=None, replaced_at=None),
                name="access_otpchallenge_one_live_for_a_scope",
            ),
            models.CheckConstraint(condition=Q(failed_count__gte=0), name="access_otpchallenge_tries"),
            models.CheckConstraint(condition=Q(purpose__in=PURPOSES), name="access_otpchallenge_purpose"),
            models.CheckConstraint(condition=Q(channel__in=["sms", "email"]), name="access_otpchallenge_channel"),
        ]
        # The oldest is the next to be forgotten.
        indexes = [models.Index(fields=["sent_at"], name="access_otpchallenge_sent")]


class OtpGuard(OwnedRow):
    """Counts and locks per person, purpose and scope, so that replacing a code never resets the tries.

    The scope of a purchase is the platform and its user: whoever knows a card number must not be able to lock its owner
    out (decisions.md 58). The scope "" counts everything of the person for the daily limit.
    """

    purpose = models.TextField()
    scope = models.TextField(blank=True)
    tries = models.SmallIntegerField(default=0)
    last_sent_at = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    sent_today = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            owned_key("access_otpguard"),
            models.UniqueConstraint(fields=["person_id", "purpose", "scope"], name="access_otpguard_scope"),
        ]


class CodeLoad(models.Model):
    """Counts codes that one browser, one network or everybody asked for in an hour, and those of them that were used
    (`access.code_load`). Known by a blind index; forgotten with the counts of numbers."""

    index = models.BinaryField(primary_key=True)
    hour = models.DateTimeField(db_index=True)
    asked = models.IntegerField(default=0)
    used = models.IntegerField(default=0)
    # When the next turn is free.
    next_at = models.DateTimeField(null=True)


class PhoneGuard(models.Model):
    """Counts codes for signing in by the blind index of a number and of who asks, whether anybody registered it or not.

    Who asks: a browser, the network that it comes from, and all browsers together that the person never signed in with.
    Strangers' numbers are counted and locked like registered ones, else patience would tell which are which. Rows of days
    gone by are forgotten by a dated rule (`access.forgetting`).
    """

    index = models.BinaryField(primary_key=True)
    tries = models.SmallIntegerField(default=0)
    last_sent_at = models.DateTimeField(null=True)
    day = models.DateField(null=True, db_index=True)
    sent_today = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    # The code that waits for somebody who is no person yet (`access.stranger_codes`); a person's stands in a challenge.
    code_hash = models.BinaryField(null=True)
