"""Brings what is declared into the store; who was forgotten stays forgotten."""

from collections.abc import Callable, Sequence

from recommender.digest.traces import Traces
from recommender.domain.reports import Report
from recommender.ports import Clock, Store
from recommender.services.privacy import rekey
from recommender.services.subscriptions import Subscriptions
from recommender.settings.keys import signing_keys
from recommender.settings.loader import Loaded


def reconcile(loaded: Loaded, store: Store, clock: Clock) -> Report:
    """Bring the declared subscribers into the store, and traces of theirs under the newest key.

    Raises Overtaken where the files were changed since they were loaded.
    """
    traces = traces_of(loaded)
    rekey(store, clock, traces, [person.email for person in loaded.subscribers])
    return Subscriptions(store, clock, traces).run(loaded.subscribers, hold=loaded.stamps.hold)


def traces_of(loaded: Loaded) -> Callable[[str], Sequence[str]]:
    """Return what gives the traces of an address."""
    return Traces(signing_keys(loaded.settings.secrets, loaded.keys_file)).of
