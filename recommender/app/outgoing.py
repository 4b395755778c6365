"""What sends digests, made from the configuration: the way out, the numbers, and the last look."""

import hashlib
import os
import socket
from collections.abc import Callable

from recommender.digest.message import ONE_CLICK, message_id
from recommender.domain.editions import Envelope
from recommender.domain.subscribers import Subscriber
from recommender.mail.guard import DIGEST_HEADERS, SIGNED_HEADERS, check_wire
from recommender.mail.outbox_dir import OutboxFolder
from recommender.mail.smtp import Security, SmtpMailer
from recommender.ports import Mailer
from recommender.services.delivery import Guard
from recommender.services.delivery_policy import DeliveryPolicy
from recommender.settings.loader import Loaded


def build_mailer(loaded: Loaded) -> Mailer:
    """Return the configured way out."""
    mail = loaded.settings.mail
    if mail.backend == "outbox":
        return OutboxFolder(loaded.outbox)
    return SmtpMailer(
        host=mail.host,
        port=mail.port,
        security=Security(mail.security),
        username=mail.username,
        password=mail.password.get_secret_value(),
        timeout=mail.timeout,
        local_hostname=domain_of(mail.sender_address),
    )


def build_policy(loaded: Loaded) -> DeliveryPolicy:
    """Return the numbers of the delivery; the worker's name tells processes apart."""
    mail = loaded.settings.mail
    return DeliveryPolicy(
        worker=f"{socket.gethostname()}:{os.getpid()}",
        connections=mail.connections,
        per_minute=mail.per_minute,
        retry_in_doubt=mail.retry_in_doubt,
    )


def build_guard(loaded: Loaded, *, signed: bool) -> Guard:
    """Return the last look at a digest; one without a web server has nothing to click once."""
    mail = loaded.settings.mail
    headers = SIGNED_HEADERS if signed else DIGEST_HEADERS
    headers = headers if mail.feedback == "web" else headers - {ONE_CLICK}

    def guard(envelope: Envelope, message: bytes) -> None:
        check_wire(message, envelope, mail.sender_address, headers=headers)

    return guard


def message_namer(key: str, domain: str) -> Callable[[Subscriber, str], str]:
    """Return what names a mail by a keyed hash, so that it is the same however often it is rendered."""
    secret = hashlib.sha256(f"message-id/{key}".encode()).hexdigest()
    return lambda subscriber, edition: message_id(secret, subscriber.public_id, edition, domain)


def domain_of(address: str) -> str:
    """Return the part after the @."""
    return address.rpartition("@")[2]
