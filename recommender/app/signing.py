"""Who signs outgoing mail: us, where the configuration names a key, and else the mail server."""

from typing import TYPE_CHECKING

from recommender.domain.errors import InputError
from recommender.settings.loader import Loaded

if TYPE_CHECKING:
    from recommender.mail.dkim import DkimSigner

_MISSING = ("the package that signs is not installed", 'pip install "paperroute[dkim]"')


def key_fault(pem: bytes) -> tuple[str, str] | None:
    """Say what keeps a DKIM key from signing, and the fix; None if nothing."""
    try:
        from recommender.mail.dkim import key_fault as look  # noqa: PLC0415 an optional extra
    except ImportError:
        return _MISSING
    return look(pem)


def build_signer(loaded: Loaded) -> "DkimSigner | None":
    """Return what signs, None where the mail server does; raises InputError for a key that is gone."""
    if loaded.dkim_key is None:
        return None
    from recommender.mail.dkim import DkimSigner  # noqa: PLC0415 an optional extra

    mail = loaded.settings.mail
    try:
        pem = loaded.dkim_key.read_bytes()
    except OSError as error:
        raise InputError(f"the DKIM key {loaded.dkim_key} cannot be read: {error.strerror}") from error
    return DkimSigner(selector=mail.dkim_selector, domain=mail.signing_domain, pem=pem)
