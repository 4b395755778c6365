"""What sources announced, what was quarantined, enriched, folded and kept apart; events of papers.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from recommender.store.types import Document, UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXTS = ("summary", "summary_by", "submitter", "original_title", "original_abstract")
_STATE = ("last_new", "failures", "parked_until", "expected_next", "quiet", "announced_on", "announced", "missing")


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("paper", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("paper_signal", sa.Column("citations", sa.Integer(), nullable=True))
    for name in ("last_new", "parked_until", "expected_next"):
        op.add_column("source_state", sa.Column(name, UTCDateTime(), nullable=True))
    for name in ("failures", "announced", "missing"):
        op.add_column("source_state", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("source_state", sa.Column("quiet", sa.Text(), nullable=False, server_default=""))
    op.add_column("source_state", sa.Column("announced_on", sa.Date(), nullable=True))
    op.add_column("edition", sa.Column("sources", sa.Text(), nullable=False, server_default=""))
    _intake()
    _identity()


def _intake() -> None:
    op.create_table(
        "announced",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "day", "scheme", "value", name=op.f("pk_announced")),
    )
    op.create_table(
        "quarantine",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_quarantine")),
    )
    op.create_index(op.f("ix_quarantine_source_at"), "quarantine", ["source", "at"])
    op.create_table(
        "enriched",
        sa.Column("enricher", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        _paper("enriched"),
        sa.PrimaryKeyConstraint("enricher", "paper_id", name=op.f("pk_enriched")),
    )
    op.create_index(op.f("ix_enriched_paper_id"), "enriched", ["paper_id"])


def _identity() -> None:
    op.create_table(
        "paper_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        _paper("paper_event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_event")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_paper_event_paper_id"), "paper_event", ["paper_id"])
    op.create_index(op.f("ix_paper_event_at"), "paper_event", ["at"])
    op.create_table(
        "paper_fold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("kept_before", Document(), nullable=True),
        sa.Column("other_before", Document(), nullable=False),
        sa.Column("moved", Document(), nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        _paper("paper_fold"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_fold")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_paper_fold_paper_id"), "paper_fold", ["paper_id"])
    op.create_index(op.f("ix_paper_fold_other"), "paper_fold", ["other"])
    op.create_table(
        "paper_apart",
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_paper_apart")),
    )


def _paper(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_paper_id_paper")
    return sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=name, onupdate="CASCADE")


def downgrade() -> None:
    for table in ("paper_apart", "paper_fold", "paper_event", "enriched", "quarantine", "announced"):
        op.drop_table(table)
    op.drop_column("edition", "sources")
    for column in _STATE:
        op.drop_column("source_state", column)
    op.drop_column("paper_signal", "citations")
    for column in _TEXTS:
        op.drop_column("paper", column)
