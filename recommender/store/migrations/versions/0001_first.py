"""The first release's tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from recommender.store.types import Document, Texts, UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "artifact",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_artifact")),
    )
    with op.batch_alter_table("artifact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_artifact_created_at"), ["created_at"], unique=False)

    op.create_table(
        "paper",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("authors", Texts(), nullable=False),
        sa.Column("author_count", sa.Integer(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("categories", Texts(), nullable=False),
        sa.Column("keywords", Texts(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=True),
        sa.Column("doi", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("code_url", sa.Text(), nullable=True),
        sa.Column("published", UTCDateTime(), nullable=True),
        sa.Column("updated", UTCDateTime(), nullable=True),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("library_only", sa.Boolean(), nullable=False),
        sa.Column("content_sha", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
    )
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_first_seen_id"), ["first_seen", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paper_title_key"), ["title_key"], unique=False)

    op.create_table(
        "source_state",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("last_ok", UTCDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_error_at", UTCDateTime(), nullable=True),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_state")),
    )
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=True),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("joined", UTCDateTime(), nullable=False),
        sa.Column("unsubscribed", UTCDateTime(), nullable=True),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("on", sa.Integer(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Float(), nullable=True),
        sa.Column("send_empty", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Boolean(), nullable=False),
        sa.Column("locked", Texts(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("email_key", name=op.f("uq_subscriber_email_key")),
        sa.UniqueConstraint("key", name=op.f("uq_subscriber_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_subscriber_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "suppression",
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("email_key", name=op.f("pk_suppression")),
    )
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("considered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_edition_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("subscriber_id", "key", name=op.f("uq_edition_subscriber_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("interest", sa.Text(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("suspect", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_feedback_paper_id_paper"), onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_feedback_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint(
            "subscriber_id", "paper_id", "act", "at", name=op.f("uq_feedback_subscriber_id_paper_id_act_at")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_paper_id"), ["paper_id"], unique=False)

    op.create_table(
        "interest",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("keywords", Texts(), nullable=False),
        sa.Column("mute", Texts(), nullable=False),
        sa.Column("authors", Texts(), nullable=False),
        sa.Column("categories", Texts(), nullable=False),
        sa.Column("seeds", Texts(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_interest_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "position", name=op.f("pk_interest")),
    )
    op.create_table(
        "paper_alias",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_paper_alias_paper_id_paper"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("scheme", "value", name=op.f("pk_paper_alias")),
    )
    with op.batch_alter_table("paper_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_alias_paper_id"), ["paper_id"], unique=False)

    op.create_table(
        "paper_signal",
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("taken_at", UTCDateTime(), nullable=False),
        sa.Column("upvotes", sa.Integer(), nullable=True),
        sa.Column("comments", sa.Integer(), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_paper_signal_paper_id_paper"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("paper_id", "source", "taken_at", name=op.f("pk_paper_signal")),
    )
    with op.batch_alter_table("paper_signal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_signal_taken_at"), ["taken_at"], unique=False)

    op.create_table(
        "saved_paper",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_saved_paper_paper_id_paper"), onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_saved_paper_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "paper_id", name=op.f("pk_saved_paper")),
    )
    with op.batch_alter_table("saved_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_paper_paper_id"), ["paper_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("date_header", UTCDateTime(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=True),
        sa.Column("next_attempt_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_delivery_edition_id_edition"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_delivery_edition_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_delivery_state_next_attempt_at"), ["state", "next_attempt_at"], unique=False
        )

    op.create_table(
        "edition_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("interest", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("match", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lever", Document(), nullable=True),
        sa.Column("evidence", Document(), nullable=False),
        sa.Column("propensity", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_edition_item_edition_id_edition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_edition_item_paper_id_paper"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_item")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("edition_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_edition_item_edition_id_position"), ["edition_id", "position"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_edition_item_paper_id"), ["paper_id"], unique=False)



def downgrade() -> None:
    with op.batch_alter_table("edition_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_edition_item_paper_id"))
        batch_op.drop_index(batch_op.f("ix_edition_item_edition_id_position"))

    op.drop_table("edition_item")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_state_next_attempt_at"))

    op.drop_table("delivery")
    with op.batch_alter_table("saved_paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_paper_paper_id"))

    op.drop_table("saved_paper")
    with op.batch_alter_table("paper_signal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_signal_taken_at"))

    op.drop_table("paper_signal")
    with op.batch_alter_table("paper_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_alias_paper_id"))

    op.drop_table("paper_alias")
    op.drop_table("interest")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feedback_paper_id"))
        batch_op.drop_index(batch_op.f("ix_feedback_at"))

    op.drop_table("feedback")
    op.drop_table("edition")
    op.drop_table("suppression")
    op.drop_table("subscriber")
    op.drop_table("source_state")
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_title_key"))
        batch_op.drop_index(batch_op.f("ix_paper_first_seen_id"))

    op.drop_table("paper")
    with op.batch_alter_table("artifact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_artifact_created_at"))

    op.drop_table("artifact")
