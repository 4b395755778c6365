"""Deliveries remember losses, doubts and replays; editions what they announce; mail that came back.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from recommender.store.types import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place: on SQLite a rebuilt table would forget that its row numbers are never given twice.
    op.add_column("delivery", sa.Column("losses", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("delivery", sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("delivery", sa.Column("retried_at", UTCDateTime(), nullable=True))
    op.add_column("delivery", sa.Column("address_hash", sa.Text(), nullable=True))
    op.add_column("edition", sa.Column("missed_id", sa.Integer(), nullable=True))
    op.add_column("subscriber", sa.Column("after", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "inbound_mail",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_inbound_mail_delivery_id_delivery"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_inbound_mail_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inbound_mail")),
    )
    with op.batch_alter_table("inbound_mail", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_inbound_mail_subscriber_id_at"), ["subscriber_id", "at"], unique=False
        )


def downgrade() -> None:
    op.drop_table("inbound_mail")
    op.drop_column("subscriber", "after")
    op.drop_column("edition", "missed_id")
    for column in ("address_hash", "retried_at", "doubts", "losses"):
        op.drop_column("delivery", column)
