"""One configuration, one store, one clock, and every service made from them.

Nothing is decided here; it reads the configuration, opens the store, and hands each service what it needs.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from recommender.app.loading import afresh, load_configuration
from recommender.app.looks import look_of
from recommender.app.outgoing import build_guard, build_mailer, build_policy, domain_of, message_namer
from recommender.app.reconciling import reconcile
from recommender.app.signing import build_signer
from recommender.digest.links import Links
from recommender.digest.mail_links import MailLinks
from recommender.digest.return_path import ReturnPaths
from recommender.domain.errors import Overtaken
from recommender.domain.reports import Report
from recommender.ports import Clock, Mailer
from recommender.ranking.base import RankingSettings
from recommender.runtime import FixedClock, SystemClock
from recommender.services.bouncing import Bouncing
from recommender.services.delivery import DeliveryService, Guard
from recommender.services.diagnosis import Diagnosis
from recommender.services.lookup import Lookup
from recommender.services.previewing import Previewing
from recommender.services.publishing import Publishing
from recommender.services.reading import Reading
from recommender.services.recommending import Recommending, Spoken
from recommender.services.rendering import EditionRenderer, Identity
from recommender.services.replaying import Replaying
from recommender.services.suggesting import Suggesting
from recommender.services.training import Shelf, Training
from recommender.services.unsubscribing import Unsubscribing
from recommender.services.voting import Voting
from recommender.settings.keys import signing_keys
from recommender.settings.loader import Loaded
from recommender.store.sql_store import SqlStore

if TYPE_CHECKING:
    from recommender.app.incoming import Incoming
    from recommender.mail.dkim import DkimSigner
    from recommender.services.evaluating import Evaluating
    from recommender.services.inbox import Inbox
    from recommender.services.twins import Identities


@afresh
def compose(*, config: Path | None, now: datetime | None, ticking: bool = False) -> "Application":
    """Load the configuration, open and migrate the store, and reconcile the subscribers.

    `now` sets the clock, which then stands still or, when `ticking`, runs on. Raises ConfigError.
    """
    loaded = load_configuration(config)
    application = Application(loaded, FixedClock(now, ticking=ticking) if now else SystemClock())
    application.store.upgrade()
    try:
        application.reconcile()
    except Overtaken:
        application.store.close()
        raise
    return application


class Application:
    """One configuration, one store, one clock; every service on demand."""

    def __init__(self, loaded: Loaded, clock: Clock, store: SqlStore | None = None) -> None:
        """Open nothing yet but the store's engine, unless there is one already."""
        self.loaded = loaded
        self.clock = clock
        self.store = store or SqlStore(loaded.store_url)
        self._keys = signing_keys(loaded.settings.secrets, loaded.keys_file)
        self.links = Links(self._keys, loaded.settings.web.public_url)
        self.by_mail = self._mail_links()
        self.look, more = look_of(loaded)
        self.loaded = replace(loaded, warnings=(*loaded.warnings, *more))
        self.ranking = RankingSettings(**loaded.settings.ranking.model_dump())
        self.shelf = Shelf(self.store, loaded.artifacts, self.ranking)

    def reconcile(self) -> Report:
        """Bring the declared subscribers into the store."""
        self.reconciled = reconcile(self.loaded, self.store, self.clock)
        return self.reconciled

    @afresh
    def reload(self, config: Path | None) -> "Application":
        """Return an application of the changed files, over the same store if it has not moved.

        The deliveries go on from where they are. Raises ConfigError.
        """
        loaded = load_configuration(config)
        same = loaded.store_url == self.loaded.store_url
        fresh = Application(loaded, self.clock, self.store if same else None)
        if same:
            fresh.delivery.inherit(self.delivery.desk)
        else:
            fresh.store.upgrade()
        fresh.reconcile()
        return fresh

    # Papers in

    @cached_property
    def incoming(self) -> "Incoming":
        """Everything that brings papers and feedback in."""
        from recommender.app.incoming import Incoming  # noqa: PLC0415 the parsers are not always needed

        return Incoming(self.loaded, self.store, self.clock)

    # Ranking

    def training(self) -> Training:
        """Return what fits and shelves the recommender."""
        return Training(self.store, self.clock, self.loaded.artifacts, self.ranking)

    def recommending(self) -> Recommending:
        """Return what ranks on demand."""
        spoken = Spoken(
            settings=self.ranking,
            wording=self.look.wording,
            sources=self._public_sources,
            order=self.look.theme.sections,
        )
        return Recommending(self.store, self.clock, self.shelf.recommender, spoken)

    def evaluating(self) -> "Evaluating":
        """Return what measures the ranking offline."""
        from recommender.services.evaluating import Evaluating  # noqa: PLC0415 heavy: for evaluate alone

        return Evaluating(
            store=self.store, clock=self.clock, settings=self.ranking, renderer=self.look.renderer
        )

    def suggesting(self) -> Suggesting:
        """Return what suggests interests from votes."""
        return Suggesting(self.store, self.clock, self.shelf.recommender)

    # Mail out

    @cached_property
    def publishing(self) -> Publishing:
        """Makes due editions; one object, because it remembers what was empty."""
        named = message_namer(self._keys[0], self.identity.domain)
        spread = timedelta(minutes=self.loaded.settings.schedule.spread)
        return Publishing(
            store=self.store,
            clock=self.clock,
            recommender=self.shelf.recommender,
            settings=self.ranking,
            message_id=named,
            wording=self.look.wording,
            spread=spread,
            sources=self._public_sources,
            order=self.look.theme.sections,
        )

    @property
    def _public_sources(self) -> list[str]:
        """The sources that every reader may be told of: a reader's own library is nobody else's business."""
        sections = self.loaded.settings.source
        return [section.name or section.type for section in sections if section.type != "zotero"]

    @cached_property
    def editions(self) -> EditionRenderer:
        """Rendering editions from their rows."""
        links = self.by_mail if self.by_mail and not self._by_web else self.links
        return EditionRenderer(self.look, links, self.identity, self.by_mail)

    @property
    def _by_web(self) -> bool:
        return self.loaded.settings.mail.feedback == "web"

    def _mail_links(self) -> MailLinks | None:
        """Return links to our own mailbox, if somebody reads it."""
        settings = self.loaded.settings
        return MailLinks(self.links, settings.inbox_address) if settings.inbox.backend != "none" else None

    @cached_property
    def _signer(self) -> "DkimSigner | None":
        return build_signer(self.loaded)

    @cached_property
    def identity(self) -> Identity:
        """Who the mail is from, as headers want it."""
        settings, mail = self.loaded.settings, self.loaded.settings.mail
        return Identity(
            sender=mail.sender,
            address=mail.sender_address,
            domain=domain_of(mail.sender_address),
            sign=self._signer.sign if self._signer else None,
            return_path=self._paths.address if settings.inbox.return_path == "plus" else None,
        )

    @cached_property
    def _paths(self) -> ReturnPaths:
        return ReturnPaths(self._keys, self.loaded.settings.inbox_address)

    @cached_property
    def inbox(self) -> "Inbox | None":
        """What reads mail that comes back, or None; one object, because it remembers what it looked at."""
        if self.by_mail is None:
            return None
        from recommender.app.returning import Parts, build_inbox  # noqa: PLC0415 only where mail is read

        return build_inbox(
            self.loaded,
            Parts(
                store=self.store,
                clock=self.clock,
                links=self.links,
                by_mail=self.by_mail,
                paths=self._paths,
                wording=self.look.wording,
                identity=self.identity,
                mailer=self.mailer,
            ),
        )

    @cached_property
    def bouncing(self) -> Bouncing:
        """Suppresses readers whose mail bounces."""
        return Bouncing(self.store, self.clock)

    def mailer(self) -> Mailer:
        """Return the configured way out."""
        return build_mailer(self.loaded)

    @cached_property
    def _guard(self) -> Guard:
        return build_guard(self.loaded, signed=self._signer is not None)

    @cached_property
    def delivery(self) -> DeliveryService:
        """Sends what the outbox holds; one object, because it remembers that a relay rests."""
        return DeliveryService(
            store=self.store,
            mailer=self.mailer(),
            render=self.editions.message,
            clock=self.clock,
            guard=self._guard,
            policy=build_policy(self.loaded),
            notices=self.look.fallbacks,
        )

    def replaying(self) -> Replaying:
        """Return what sends a delivery once more because a person asks."""
        return Replaying(self.store, self.clock)

    def previewing(self) -> Previewing:
        """Return what shows and test-mails editions outside the ledger."""
        return Previewing(
            self.store, self.clock, self.recommending(), self.editions, self.mailer, self._guard
        )

    def identities(self) -> "Identities":
        """Return what knows which records are one paper."""
        from recommender.services.twins import Identities  # noqa: PLC0415 only where folds are looked at

        return Identities(self.store, self.clock)

    # People

    def lookup(self) -> Lookup:
        """Return what answers small questions."""
        return Lookup(self.store)

    def voting(self) -> Voting:
        """Return what records feedback."""
        return Voting(self.store, self.clock)

    def unsubscribing(self) -> Unsubscribing:
        """Return what stops mail and lets it go out again."""
        return Unsubscribing(self.store, self.clock)

    def reading(self) -> Reading:
        """Return what reads reading lists."""
        return Reading(self.store)

    # Health

    def diagnosis(self) -> Diagnosis:
        """Return everything `doctor` looks at."""
        from recommender.app.health import build_probes  # noqa: PLC0415 DNS and relay are for doctor alone

        settings = self.loaded.settings
        asked = [("source", section.name or section.type) for section in settings.source]
        asked += [("enricher", section.name or section.type) for section in settings.enricher]
        return Diagnosis(self.store, self.clock, asked, build_probes(self.loaded, self.mailer, self._signer))
