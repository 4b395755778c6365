"""Whole mails, byte for byte. `PAPERROUTE_GOLDEN=write` writes the files anew; look at the difference."""

import os
from collections.abc import Callable

import pytest

from recommender.digest.compose import compose
from recommender.domain.digests import Digest
from tests.digest.rich import rich
from tests.digest.samples import digest, english, links, mail, mail_links, material_after_loss, renderer
from tests.paths import REPOSITORY

FOLDER = REPOSITORY / "tests" / "golden"


SAMPLES: dict[str, Callable[[], Digest]] = {
    "digest": digest,
    "by-mail": lambda: digest(by=mail_links()),
    "rich": rich,
    "rich-by-mail": lambda: rich(mail_links()),
    "missed": lambda: compose(material_after_loss(), links()),
    "missed-by-mail": lambda: compose(material_after_loss(), mail_links()),
}
FORMS: dict[str, Callable[[Digest], bytes]] = {
    "html": lambda made: renderer().html(made, english()).encode(),
    "txt": lambda made: renderer().text(made, english()).encode(),
    "eml": mail,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sample", SAMPLES)
def test_golden(sample: str, form: str) -> None:
    """Samples render to the committed bytes: by web, by mail, after a loss, and with all there is."""
    name = f"{sample}.{form}"
    content = FORMS[form](SAMPLES[sample]())
    if os.environ.get("PAPERROUTE_GOLDEN") == "write":
        (FOLDER / name).write_bytes(content)
    assert (FOLDER / name).read_bytes() == content
