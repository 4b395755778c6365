"""What a digest tells beside its papers; which term or author an act means; how a reader writes dates.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from recommender.store.types import Document

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_GIVEN = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'feedback'")
_ACT = ["subscriber_id", "paper_id", "act", "at"]


def upgrade() -> None:
    op.add_column("edition", sa.Column("subject", sa.Text(), nullable=False, server_default=""))
    op.add_column("edition", sa.Column("standings", Document(), nullable=False, server_default="[]"))
    op.add_column("edition_item", sa.Column("sentence", sa.Text(), nullable=False, server_default=""))
    op.add_column("subscriber", sa.Column("locale", sa.Text(), nullable=False, server_default=""))
    op.add_column("feedback", sa.Column("value", sa.Text(), nullable=False, server_default=""))
    _unique([*_ACT, "value"])


def downgrade() -> None:
    _unique(_ACT)
    for table, column in (
        ("feedback", "value"),
        ("subscriber", "locale"),
        ("edition_item", "sentence"),
        ("edition", "standings"),
        ("edition", "subject"),
    ):
        op.drop_column(table, column)


def _unique(columns: list[str]) -> None:
    """Say anew which acts are one; SQLite can only do that by making the table once more."""
    before = [*_ACT] if "value" in columns else [*_ACT, "value"]
    if "value" not in columns:
        op.execute("DELETE FROM feedback WHERE value <> ''")
    sqlite = op.get_bind().dialect.name == "sqlite"
    given = op.get_bind().execute(_GIVEN).scalar() if sqlite else None
    with op.batch_alter_table("feedback", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_constraint(op.f(f"uq_feedback_{'_'.join(before)}"), type_="unique")
        table.create_unique_constraint(op.f(f"uq_feedback_{'_'.join(columns)}"), columns)
    if given:
        # The new table counts on from its last row, and those of erased readers may have come after it.
        op.get_bind().execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'feedback'"))
        op.get_bind().execute(
            sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('feedback', :given)"), {"given": given}
        )
