"""Room: paths. Where the templates are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def templates_folder() -> Path:
    """Return the folder of Jinja pages, mails and documents."""
    inside = _PACKAGE / "templates"
    return inside if inside.is_dir() else _PACKAGE.parent / "templates"


def document_templates_folder() -> Path:
    """Return the folder that holds one folder per document kind."""
    return templates_folder() / "documents"


def static_folder() -> Path:
    """Return the folder of hand-written browser files."""
    return _PACKAGE / "static"


def migrations_folder() -> Path:
    """Return the folder of Alembic's scripts."""
    return _PACKAGE / "migrations"
