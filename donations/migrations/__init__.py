"""Room: migrations. The schema's history: Alembic revisions, and the guards (triggers) that keep the book."""
