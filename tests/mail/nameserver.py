"""A name server on loopback, and a resolver that asks it and nobody else."""

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


@contextmanager
def name_server(
    texts: Mapping[str, Sequence[str]], *, answers: bool = True
) -> Iterator[dns.resolver.Resolver]:
    """Serve TXT records (each text in pieces of 200 octets, as long keys are); yield the resolver to use.

    A name that is not there does not exist; without `answers` nobody says a word.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(server, texts if answers else None), daemon=True)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = server.getsockname()[1]
        yield resolver
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
            stop.sendto(b"stop", server.getsockname())
        thread.join(5)


def _serve(server: socket.socket, texts: Mapping[str, Sequence[str]] | None) -> None:
    while True:
        packet, client = server.recvfrom(4096)
        if packet == b"stop":
            return
        if texts is not None:
            server.sendto(_answer(packet, texts), client)


def _answer(packet: bytes, texts: Mapping[str, Sequence[str]]) -> bytes:
    query = dns.message.from_wire(packet)
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.AA
    name = query.question[0].name
    found = texts.get(name.to_text(omit_final_dot=True))
    if found is None:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    else:
        answer.answer.append(
            dns.rrset.from_text_list(name, 60, "IN", "TXT", [_quoted(text) for text in found])
        )
    return answer.to_wire(max_size=65535)


def _quoted(text: str) -> str:
    return " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200))
