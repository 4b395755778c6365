"""What alembic runs for each command: the caller's connection, the package's metadata.

There is no offline mode and no alembic.ini; `recommender.store.migrate` hands over the connection.
"""

from typing import Any, Literal

from alembic import context

from recommender.store.schema import METADATA


def _render(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """Write our own column types by their bare names, which the script template imports."""
    own = kind == "type" and type(item).__module__ == "recommender.store.types"
    return f"{type(item).__name__}()" if own else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
