"""Tables: whom to tell and where, what lies under the bell, and every message promised."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from svet.kernel.fields import PublicIdField
from svet.notices.rules import DeliveryState, SendingChannel


class Recipient(models.Model):
    """Somebody to whom things are told; ``people`` keeps the addresses here up to date."""

    phone = models.CharField(max_length=16)
    email = models.EmailField(blank=True, default="")
    email_confirmed = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="ru")
    # The two plain switches of the profile; the finer matrix keeps only what differs from the defaults.
    email_on = models.BooleanField(default=True)
    sms_on = models.BooleanField(default=True)
    preferences = models.JSONField(default=dict, blank=True)
    # Whether another room wants to hear what this one is told, see operations.listening.
    listened = models.BooleanField(default=False, db_default=False)


class Subscription(models.Model):
    """A browser that shows a person's notices (W3C Push API), until it or the person says no.

    ``device_key`` is whatever the room above knows the browser by: notices end with its sign-in there.
    ``server_key`` is the public key under which it subscribed: with another one it takes nothing.
    """

    public_id = PublicIdField()
    recipient = models.ForeignKey(
        Recipient, on_delete=models.CASCADE, related_name="subscriptions", db_index=False
    )
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=90)
    auth = models.CharField(max_length=30)
    server_key = models.CharField(max_length=90)
    device_key = models.CharField(max_length=16)
    label = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "device_key"], name="subscription_of_device"),
        ]


class MessengerChat(models.Model):
    """A person's dialogue with the retailer's bot: one of each, so that whoever reads there is known.

    ``last_act``: when, by the messenger's clock, the latest thing happened that we know of: what is told
    late, and happened before, changes nothing.
    ``stopped_at``: the person silenced the bot in the messenger; nothing is sent until they start it again.
    """

    recipient = models.OneToOneField(Recipient, on_delete=models.CASCADE, related_name="chat")
    reader = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    connected_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    last_act = models.BigIntegerField(default=0, db_default=0)


class MessengerCode(models.Model):
    """What a link brings to the bot to connect its reader; hashed, used once, a new one takes its place."""

    recipient = models.OneToOneField(Recipient, on_delete=models.CASCADE, related_name="chat_code")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()


class MessengerUpdate(models.Model):
    """What a person did to the bot, kept before the messenger is told so; its words go when they are read.

    The row stays for a while: by its digest the same thing, told again, is one.
    """

    digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8)
    reader = models.CharField(max_length=32)
    name = models.CharField(max_length=120, blank=True, default="")
    text = models.CharField(max_length=1000, blank=True, default="")
    # By the messenger's clock, in milliseconds; 0: it did not say.
    happened = models.BigIntegerField(default=0, db_default=0)
    received_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["reader"], name="update_by_user")]


class Notice(models.Model):
    """One line under the bell, in the language the person had when it was told."""

    public_id = PublicIdField()
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="notices", db_index=False)
    event = models.CharField(max_length=32)
    title = models.CharField(max_length=200)
    text = models.TextField()
    url = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_newest_first"),
            models.Index(fields=["recipient"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]


class IncomingSms(models.Model):
    """A text somebody sent to the retailer's number, kept before its sender's centre is told so.

    A centre that heard no answer brings it again: within minutes the same text of a phone is one.
    """

    phone = models.CharField(max_length=16)
    text = models.CharField(max_length=1000)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["received_at"], name="incoming_by_time"),
            models.Index(fields=["phone", "received_at"], name="incoming_by_phone"),
        ]


class Delivery(models.Model):
    """A promised message, letter or browser notice; it ends sent or failed with a reason, never forgotten.

    ``due_at`` is when somebody must next look at it: the sending worker moves it ahead before it touches
    the network, so that two workers never send at once and a killed one is found out.
    """

    public_id = PublicIdField()
    recipient = models.ForeignKey(
        Recipient, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries", db_index=False
    )
    channel = models.CharField(max_length=12, choices=[(c.value, c.value) for c in SendingChannel])
    address = models.CharField(max_length=254)
    # Where a browser is reached; empty when it takes no notices any more. ``address`` is its name then.
    subscription = models.ForeignKey(
        Subscription, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    event = models.CharField(max_length=32)
    subject = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    attachment_name = models.CharField(max_length=120, blank=True, default="")
    attachment_type = models.CharField(max_length=80, blank=True, default="")
    attachment = models.BinaryField(null=True, blank=True)
    sensitive = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, default=DeliveryState.WAITING, choices=[(s.value, s.value) for s in DeliveryState]
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    reference = models.CharField(max_length=80, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="delivery_failed_has_reason",
                condition=~Q(state=DeliveryState.FAILED) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="delivery_sent_has_time",
                condition=~Q(state__in=[DeliveryState.SENT, DeliveryState.DELIVERED])
                | Q(sent_at__isnull=False),
            ),
            # A code must not outlive its message in our tables.
            models.CheckConstraint(
                name="delivery_secret_wiped",
                condition=Q(sensitive=False) | Q(state=DeliveryState.WAITING) | Q(body="", html=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="delivery_waiting", condition=Q(state=DeliveryState.WAITING)
            ),
            models.Index(
                fields=["reference"], name="delivery_awaits_receipt", condition=Q(state=DeliveryState.SENT)
            ),
            models.Index(fields=["recipient", "-id"], name="delivery_of_recipient"),
            models.Index(fields=["address", "-id"], name="delivery_to_address"),
            models.Index(
                fields=["created_at"], name="delivery_failed", condition=Q(state=DeliveryState.FAILED)
            ),
        ]
