"""What sends the letters of requests, made from the configuration."""

from typing import TYPE_CHECKING

from recommender.app.reconciling import traces_of
from recommender.mail.guard import LETTER_HEADERS, check_wire
from recommender.services.letter_writing import LetterWriter
from recommender.services.letters import Letters

if TYPE_CHECKING:
    from recommender.app.composition import Application


def build_letters(application: "Application") -> Letters:
    """Return what sends letters; it shares what is known of the relay with the delivery."""
    loaded, identity = application.loaded, application.identity
    signed = frozenset({"DKIM-Signature"}) if identity.sign else frozenset()
    headers, sender = LETTER_HEADERS | signed, identity.address
    return Letters(
        store=application.store,
        mailer=application.mailer,
        write=LetterWriter(
            look=application.look,
            links=application.links,
            identity=identity,
            site=loaded.settings.web.public_url,
            traces=traces_of(loaded),
        ).write,
        guard=lambda envelope, message: check_wire(message, envelope, sender, headers=headers),
        clock=application.clock,
        relay=application.delivery.desk.relay,
        pace=application.delivery.desk.pace.wait,
    )
