"""The web server of `run` and `serve`: the pages of an application, in a thread of their own."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from recommender.domain.errors import InputError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from uvicorn import Server

    from recommender.app import Application
    from recommender.services.stopwatch import Laps
    from recommender.web.admin_context import Admin

_LOG = logging.getLogger("paperroute")
_START_SECONDS = 10.0


class ServerThread:
    """A web server in a thread of its own."""

    def __init__(self, app: "Starlette", bind: str) -> None:
        """Prepare a server for `bind`."""
        from recommender.web.server import build_server  # noqa: PLC0415 uvicorn is loaded when serving

        self._bind = bind
        self._server: Server = build_server(app, bind)
        self._thread = threading.Thread(target=self._work, name="web", daemon=True)

    def start(self) -> None:
        """Start and wait until it listens; raises InputError when it cannot."""
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise InputError(f"cannot listen on {self._bind}; is another server there? ([web] bind)")
            time.sleep(0.02)

    def alive(self) -> bool:
        """Tell whether it still serves."""
        return self._thread.is_alive()

    def stop(self, timeout: float) -> None:
        """Finish what is running and return within `timeout` seconds."""
        self._server.should_exit = True
        self._thread.join(timeout)

    def _work(self) -> None:
        try:
            self._server.run()
        except SystemExit:
            # uvicorn leaves this way when the port is taken; `start` says so in words.
            _LOG.debug("the web server did not start")


def web(
    application: "Application",
    admin: "Admin",
    *,
    rendered: Callable[[], "Laps"],
    tick_ages: Callable[[], Mapping[str, float]] = dict,
    alive: Callable[[], bool] = lambda: True,
) -> "Starlette":
    """Return the pages of an application; the last two are of the daemon around them, if there is one."""
    from recommender.app.keeping import build_privacy  # noqa: PLC0415 see below
    from recommender.app.pages import build_patterns, build_sight, build_store  # noqa: PLC0415 see below
    from recommender.app.reconciling import traces_of  # noqa: PLC0415 see below
    from recommender.web.app import create_app  # noqa: PLC0415 the web stack is loaded when serving
    from recommender.web.context import WebContext  # noqa: PLC0415 see above

    return create_app(
        WebContext(
            store=build_store(application),
            links=application.links,
            renderer=application.look.renderer,
            wording=application.look.wording,
            clock=application.clock,
            public_url=application.loaded.settings.web.public_url,
            ticks=time.monotonic,
            open_metrics=application.loaded.settings.web.metrics,
            admin=admin,
            browse=application.loaded.settings.web.browsable,
            sight=build_sight(application),
            privacy=build_privacy(application),
            traces=traces_of(application.loaded),
            patterns=build_patterns(application),
            sign_up=application.loaded.settings.web.sign_up,
            rendered=rendered,
            tick_ages=tick_ages,
            alive=alive,
        )
    )
