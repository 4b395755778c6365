"""A uvicorn server for the application, to be run from a thread by whoever owns the process."""

from starlette.types import ASGIApp
from uvicorn import Config, Server

from recommender.domain.errors import InputError

HEADER_BYTES = 16 * 1024
CONNECTIONS = 512


def build_server(app: ASGIApp, bind: str) -> Server:
    """Return a server for `bind`, `host:port` (`[::1]:8321` for IPv6; port 0 picks a free one).

    Call `run()` (in any thread) to serve and set `should_exit` to stop. It names neither itself nor
    its version, logs no addresses, and believes forwarding headers only from this machine. Raises InputError.
    """
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 0xFFFF:
        raise InputError(f"web.bind is {bind!r}; it must be host:port, for example 127.0.0.1:8321")
    return Server(
        Config(
            app,
            host=host.strip("[]"),
            port=int(port),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=["127.0.0.1", "::1"],
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=5,
            h11_max_incomplete_event_size=HEADER_BYTES,
        )
    )
