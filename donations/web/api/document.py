"""Room: web. The OpenAPI 3.1 document of the JSON API, written from its table and from the types it answers with."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from donations.web.api import facts
from donations.web.api.operations import OPERATIONS, Operation

ROOT: Final = "/api/v1"
REFUSALS: Final[dict[int, str]] = {
    400: "The request cannot be read.",
    401: "No key was sent, or one that does not stand.",
    403: "The key's scope does not hold this, or a browser sent it from another place.",
    404: "There is nothing here.",
    405: "This address takes another method.",
    413: "The request is too large.",
    415: "The request's body is encoded.",
    422: "A field cannot be believed; `errors` names it.",
    429: "Too many requests within this minute.",
    503: "The house is away for a moment.",
}
"""Every status a refusal may have, each a problem of RFC 9457."""
_COMPONENTS: Final = "#/components/schemas/{name}"


def write_document(organisation: str, base_url: str) -> dict[str, Any]:
    """Return the document as plain JSON values."""
    answers = [facts.Problem, *dict.fromkeys(one.answer for one in OPERATIONS)]
    schemas, components = msgspec.json.schema_components(answers, ref_template=_COMPONENTS)
    refs: dict[Any, dict[str, Any]] = dict(zip(answers, schemas, strict=True))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Almoner of {organisation}",
            "version": "1",
            "description": "Reads for partners and for the treasurer's own scripts. No key moves money.",
        },
        "servers": [{"url": base_url + ROOT}],
        "paths": {one.path: {"get": _operation(one, refs)} for one in OPERATIONS} | {"/openapi.json": _own()},
        "components": {
            "schemas": components,
            "responses": {f"Problem{status}": _refusal(words, refs) for status, words in REFUSALS.items()},
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key of 256 random bits, `almoner_` and 64 hex digits, shown once.",
                }
            },
        },
    }


def _operation(one: Operation, refs: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    content = {"application/json": {"schema": refs[one.answer]}}
    return {
        "operationId": one.name,
        "summary": one.summary,
        "security": [{"key": [one.scope]}] if one.scope else [{}, {"key": []}],
        "parameters": [
            {
                "name": parameter.name,
                "in": "path" if one.is_in_path(parameter) else "query",
                "required": one.is_in_path(parameter),
                "description": parameter.meaning,
                "schema": dict(parameter.schema),
            }
            for parameter in one.parameters
        ],
        "responses": {
            "200": {"description": "What was asked for.", "headers": _headers(), "content": content},
            "304": {"description": "Nothing changed since the ETag that was sent.", "headers": _headers()},
            **_refusals(),
        },
    }


def _own() -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
    answers = {
        "200": {"description": "This document.", "headers": _headers(), "content": content},
        "304": {"description": "Nothing changed since the ETag that was sent.", "headers": _headers()},
        **_refusals(),
    }
    return {
        "get": {"operationId": "read_document", "summary": "This document.", "security": [], "responses": answers}
    }


def _refusals() -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in REFUSALS}


def _refusal(words: str, refs: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    return {
        "description": words,
        "content": {"application/problem+json": {"schema": refs[facts.Problem]}},
    }


def _headers() -> dict[str, Any]:
    meaning = "The digest of the answer; sent back as If-None-Match it saves the answer."
    return {"ETag": {"description": meaning, "schema": {"type": "string"}}}
