"""What readers decide themselves: wishes, labels and notes, pauses that end, requests and their letters.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from recommender.store.types import Document, UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscriber", sa.Column("origin", sa.Text(), nullable=False, server_default="file"))
    op.add_column("subscriber", sa.Column("paused_until", UTCDateTime(), nullable=True))
    op.add_column("saved_paper", sa.Column("labels", Document(), nullable=False, server_default="[]"))
    op.add_column("saved_paper", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "wish",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", Document(), nullable=True),
        sa.Column("declared", Document(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        _owner("wish", "subscriber"),
        sa.PrimaryKeyConstraint("subscriber_id", "field", name=op.f("pk_wish")),
    )
    _requests()


def _requests() -> None:
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=True),
        sa.Column("details", Document(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("own_at", UTCDateTime(), nullable=True),
        sa.Column("new_at", UTCDateTime(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        _owner("request", "subscriber"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_request_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_request_subscriber_id"), "request", ["subscriber_id"])
    op.create_index(op.f("ix_request_email_key"), "request", ["email_key"])
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UTCDateTime(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        _owner("letter", "request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_letter_request_id"), "letter", ["request_id"])
    op.create_index(op.f("ix_letter_state_next_attempt_at"), "letter", ["state", "next_attempt_at"])


def _owner(table: str, target: str) -> sa.ForeignKeyConstraint:
    """Point to a row that takes those of this table with it when it is erased."""
    column, name = f"{target}_id", op.f(f"fk_{table}_{target}_id_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    op.execute(
        "DELETE FROM feedback WHERE act IN ('unread', 'label', 'unlabel', 'note')"
    )
    for table in ("letter", "request", "wish"):
        op.drop_table(table)
    for table, column in (
        ("saved_paper", "note"),
        ("saved_paper", "labels"),
        ("subscriber", "paused_until"),
        ("subscriber", "origin"),
    ):
        op.drop_column(table, column)
