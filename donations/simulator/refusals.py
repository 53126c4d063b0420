"""Room: simulator. Stripe's own refusals: status, type, code and param as its API writes them."""

from __future__ import annotations

from typing import Any


class StripeRefusal(Exception):  # noqa: N818 (It is an answer of Stripe's, told as JSON, not a fault of ours.)
    """An answer of the simulated Stripe that is no success; `is_kept` when its idempotency key keeps it.

    Stripe keeps the outcome of what began to execute, and nothing of what failed validation.
    """

    is_kept = False

    def __init__(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param
        self.type = "api_error" if status >= 500 else "invalid_request_error"  # noqa: PLR2004 (HTTP's own border.)

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        error = {"type": self.type, "message": str(self), "code": self.code, "param": self.param}
        return {"error": {name: value for name, value in error.items() if value is not None}}


class StateRefusal(StripeRefusal):
    """The object is not in a state that allows the act; its key keeps this answer."""

    is_kept = True


class CardRefusal(StripeRefusal):
    """A card that was declined: what was tried stays, and the key keeps this answer."""

    is_kept = True

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(402, str(error["message"]), code=str(error["code"]))
        self._error = error

    def body(self) -> dict[str, Any]:
        """Return the JSON body, with the decline's own words."""
        return {"error": self._error}


class IdempotencyRefusal(StripeRefusal):
    """A key that belongs to another request, or to one that is still running."""

    def __init__(self, status: int, message: str, *, code: str | None = None) -> None:
        super().__init__(status, message, code=code)
        self.type = "idempotency_error"


def no_such(kind: str, object_id: str, param: str = "id") -> StripeRefusal:
    """Return the refusal of an unknown id: 404 in the address, 400 in a parameter."""
    where = 404 if param == "id" else 400
    return StripeRefusal(where, f"No such {kind}: '{object_id}'", code="resource_missing", param=param)


def unknown_url(verb: str, path: str) -> StripeRefusal:
    """Return Stripe's refusal of an address that is none of its own."""
    return StripeRefusal(
        404,
        f"Unrecognized request URL ({verb.upper()}: {path}). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/.",
    )
