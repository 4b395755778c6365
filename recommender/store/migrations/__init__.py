"""Alembic's folder: the history of the schema. Run through `recommender.store.migrate`."""
