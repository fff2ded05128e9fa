"""Persons and what belongs to their sign-in: codes, consents, devices, tokens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q, QuerySet

from svet.kernel.fields import PublicIdField
from svet.kernel.frozen import frozen
from svet.people.rules.codes import CodePurpose
from svet.people.rules.names import Sex

_SEXES = [
    (Sex.UNKNOWN.value, "Не указан"),
    (Sex.MALE.value, "Мужской"),
    (Sex.FEMALE.value, "Женский"),
]


class Theme(models.TextChoices):
    SYSTEM = "", "Как на устройстве"
    LIGHT = "light", "Светлая"
    DARK = "dark", "Тёмная"


class PersonManager(BaseUserManager["Person"]):
    """Finds persons by phone; they are made only by ``operations``."""

    def get(self, *conditions: Any, **terms: Any) -> Person:
        """One person; by nothing but the key, as Django asks for who is signed in, by a text that is kept."""
        if conditions or set(terms) != {"pk"}:
            return super().get(*conditions, **terms)
        found = _by_key.first(int(terms["pk"]))
        if found is None:
            raise Person.DoesNotExist
        return found


class Person(AbstractBaseUser):
    """Somebody with a sign-in. A customer has a cabinet; a member of staff (``is_staff``) has none."""

    public_id = PublicIdField()
    phone = models.CharField(max_length=16)
    first_name = models.CharField(max_length=60, blank=True, default="")
    patronymic = models.CharField(max_length=60, blank=True, default="")
    last_name = models.CharField(max_length=60, blank=True, default="")
    birth_on = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=6, choices=_SEXES, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    recipient = models.OneToOneField("notices.Recipient", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2, default="ru")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    large_text = models.BooleanField(default=False)
    theme = models.CharField(max_length=5, choices=Theme.choices, blank=True, default="")
    # «Простой вид»: the outside id of the one account it shows; empty: the usual cabinet. Whether the person
    # may still see that account is asked of the guard each time.
    simple_account = models.CharField(max_length=40, blank=True, default="", db_default="")
    # When the person last said themselves what they want: nobody turns it on for them after that.
    simple_decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    password_changed_at = models.DateTimeField()
    # When the password was last set with nothing but an SMS: payments by bound card pause for a day.
    recovered_at = models.DateTimeField(null=True, blank=True)
    # When the cabinet was deleted: the row stays for what the law keeps, without anything personal in it.
    closed_at = models.DateTimeField(null=True, blank=True)
    # Opens what the journal keeps of this person's names and addresses; thrown away with the cabinet.
    journal_key = models.CharField(max_length=44, blank=True, default="")

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "phone"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phone"], name="person_phone_is_unique"),
            models.CheckConstraint(
                condition=Q(phone__regex=r"^\+79[0-9]{9}$") | Q(closed_at__isnull=False),
                name="person_phone_is_e164",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(first_name="", patronymic="", last_name="", email="", journal_key="", is_active=False),
                name="person_closed_is_nobody",
            ),
            models.CheckConstraint(condition=Q(sex__in=["", "male", "female"]), name="person_sex_is_known"),
        ]


@frozen
def _by_key(person_id: int) -> QuerySet[Person]:
    return Person.objects.filter(pk=person_id)


class Code(models.Model):
    """One challenge: a hashed code bound to its purpose, its addressee and one browser session.

    ``digest`` of a challenge that nobody can win (an unknown phone) is random: no code fits it.
    ``data`` carries what the success will write, such as the hash of the chosen password.
    """

    purpose = models.CharField(max_length=12, choices=[(p.value, p.value) for p in CodePurpose])
    target = models.CharField(max_length=254)
    session_key = models.CharField(max_length=64)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    digest = models.CharField(max_length=64)
    tries_left = models.SmallIntegerField()
    sent = models.SmallIntegerField(default=1)
    next_send_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session_key", "purpose"], name="code_is_one_per_session"),
            models.CheckConstraint(condition=Q(tries_left__gte=0), name="code_tries_are_not_negative"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="code_expiry")]


class Consent(models.Model):
    """A person agreed to one version of one text; withdrawal is a time, never a deletion."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=16)
    version = models.IntegerField()
    channel = models.CharField(max_length=8, default="web")
    address = models.CharField(max_length=45, blank=True, default="")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "version"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_is_one_per_version",
            ),
        ]


class Device(models.Model):
    """A browser in which the person is, or was, signed in.

    ``cookie_digest`` recognises the browser at its next visit; ``session_key`` is the session that
    lives there now, empty after sign-out. Until ``trusted_until`` the password alone opens it.
    """

    public_id = PublicIdField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="devices", db_index=False)
    cookie_digest = models.CharField(max_length=64)
    session_key = models.CharField(max_length=40, blank=True, default="")
    agent = models.CharField(max_length=200, blank=True, default="")
    address = models.CharField(max_length=45, blank=True, default="")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    trusted_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "cookie_digest"], name="device_is_one_per_person"),
        ]
        indexes = [
            models.Index(fields=["session_key"], condition=~Q(session_key=""), name="device_session"),
            models.Index(fields=["cookie_digest"], name="device_cookie"),
        ]


class Token(models.Model):
    """A personal key to the API, good until ``expires_at``; only its digest is kept."""

    public_id = PublicIdField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens", db_index=False)
    name = models.CharField(max_length=60)
    scopes = models.JSONField(default=list)
    # Outside ids of the accounts and meters it is bound to; None: the whole cabinet.
    bounds = models.JSONField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    hint = models.CharField(max_length=4)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    # When its holder was told that it will end soon.
    warned_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="token_digest_is_unique")]
        indexes = [
            models.Index(fields=["person", "created_at"], name="token_of_person"),
            models.Index(fields=["expires_at"], name="token_expiry"),
        ]
