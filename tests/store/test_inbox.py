"""Mail that comes back does on every database what it does on one."""

from pathlib import Path

from recommender.store.sql_store import SqlStore
from tests.mail.bounces.complaints import arf
from tests.mail.bounces.sample import original
from tests.mail.bounces.status import block, dsn
from tests.services.post import READER, Post


def test_votes_bounces_and_complaints(store: SqlStore, tmp_path: Path) -> None:
    """One pass with one of each; the second finds nothing left to do."""
    post = Post(store, tmp_path)
    number = post.edition(1)
    post.act("vote", "up")
    post.act("save", paper=2)
    gone = block("failed", "5.1.1", "smtp; 550 5.1.1 no such user", READER)
    bounced = dsn(gone, returned="", To=post.paths.address(number))
    post.arrive(bounced)
    post.arrive(arf("abuse", original("<2026-02-01@example.org>")))
    copy = post.arrive(b"Received: by another way\r\n" + bounced)
    assert post.read() == {"votes": 1, "saves": 1, "hard_bounces": 1, "complaints": 1}
    assert (post.desk.votes(), post.desk.saved()) == ({1: True}, [post.desk.edition.items[1].paper])
    assert "complaint" in str(post.reason())
    assert (post.read(), copy.exists()) == ({}, False)
