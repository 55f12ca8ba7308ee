"""Who may enter: operators (password and TOTP), and the one-time passwords of participants with their limits."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q

from prakerja.access.permissions import ROLES
from prakerja.kernel.models import KeyedRow, OwnedRow, owned_key


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, email: str, password: str, **fields: Any) -> User:
        user: User = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(KeyedRow, AbstractBaseUser, PermissionsMixin):
    """An operator. Participants have no user: they sign in by phone code and are a person."""

    email = models.EmailField(unique=True)
    name = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()


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


PURPOSES = ["sign_in", "purchase", "link_account", "attendance"]


class OtpChallenge(OwnedRow):
    """A code that was sent for signing in or linking an account. A purchase's code stands on its intent."""

    purpose = models.TextField()
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
                fields=["person_id", "purpose"],
                condition=Q(used_at=None, replaced_at=None),
                name="access_otpchallenge_one_live",
            ),
            models.CheckConstraint(
                condition=Q(failed_count__gte=0, failed_count__lte=3), name="access_otpchallenge_tries"
            ),
            models.CheckConstraint(condition=Q(purpose__in=PURPOSES), name="access_otpchallenge_purpose"),
        ]


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


class StrangerGuard(models.Model):
    """Counts tries to sign in with a number that nobody registered, by its blind index.

    Without it a stranger's number would never be locked, and patience would tell which numbers are registered.
    """

    index = models.BinaryField(primary_key=True)
    tries = models.SmallIntegerField(default=0)
    last_sent_at = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    sent_today = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
