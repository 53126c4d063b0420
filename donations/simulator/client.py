"""Room: simulator. The simulated Stripe as an HTTP client of the real SDK: no socket, the same path as in life.

How to use it:

    simulated = SimulatedStripe(home / "simulated-stripe.sqlite3", base_url="http://127.0.0.1:8000")
    payments = StripePayments(SIMULATED_KEY, instance="almoner.example", http_client=simulated)
    doorbell = StripeDoorbell(simulated.webhook_secrets())
    clock = simulated.clock                       # ports.Clock, for the whole application
    control.pay(simulated, checkout_id)           # plays the donor on the pay page
    control.deliver(simulated, post)              # sends the signed webhooks: post(body, headers) -> status
    app.register_blueprint(simulated.pages())     # pay page and panel under /simulated-stripe/

Every process opens the same file.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, NoReturn
from urllib.parse import urlsplit

import stripe
from flask import Blueprint
from requests.exceptions import ConnectionError as ConnectionCutError
from requests.exceptions import ReadTimeout
from requests.structures import CaseInsensitiveDict

from donations.errors import SettingsRefusedError
from donations.simulator.calls import Call, Operation
from donations.simulator.clock import SimulatedClock
from donations.simulator.contract import believe, decode_form
from donations.simulator.events import destinations
from donations.simulator.faults import meet_fault
from donations.simulator.idempotency import Outcome, claim_key, forget_key, keep_outcome
from donations.simulator.operations import find_operation
from donations.simulator.pages import simulator_pages
from donations.simulator.refusals import CardRefusal, StripeRefusal
from donations.simulator.ripening import ripen
from donations.simulator.shapes import API_VERSION
from donations.simulator.store import Cabinet, Drawer, new_id

SIMULATED_KEY = "sk_simulated_almoner"
SLOW_SECONDS = 0.3
_GOOD = 200
_INSTEAD = {
    "rate_limit": StripeRefusal(429, "Request rate limit exceeded.", code="rate_limit"),
    "conflict": StripeRefusal(409, "Another request is using this object.", code="lock_timeout"),
}
_SERVER_ERROR = StripeRefusal(500, "An unknown error occurred.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    verb: str
    path: str
    text: str
    key: str | None
    id: str


class SimulatedStripe(stripe.RequestsClient):
    """Answers the SDK as Stripe does, out of its own file; it never opens a connection."""

    name: ClassVar[str] = "simulated"

    def __init__(self, file: Path, *, base_url: str) -> None:
        super().__init__(timeout=1)
        self.cabinet = Cabinet(file)
        self.clock = SimulatedClock(self.cabinet)
        self.base_url = base_url.rstrip("/")

    def webhook_secrets(self) -> tuple[str, ...]:
        """Return every active signing secret of every destination, newest first."""
        with self.cabinet.open() as drawer:
            return tuple(secret for destination in destinations(drawer) for secret in destination["secrets"])

    def pages(self) -> Blueprint:
        """Return the pay page and the panel, for the front door in simulated mode."""
        return simulator_pages(self.cabinet)

    def request(  # type: ignore[override] # The SDK's two ancestors disagree on bytes and str.
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,  # noqa: ANN401 (The SDK's own signature.)
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Answer one call: (body, status, headers); a fault on order is raised as the SDK raises its own."""
        heads: Mapping[str, str] = CaseInsensitiveDict(headers or {})
        parts = urlsplit(url)
        text = parts.query if method in {"get", "delete"} else post_data or ""
        key = heads.get("Idempotency-Key") if method == "post" else None
        request = _Request(verb=method, path=parts.path, text=text, key=key, id=new_id("req"))
        try:
            _check_headers(heads)
            operation, object_id = find_operation(method, parts.path)
            outcome, is_replay = self._perform(request, operation, object_id)
        except StripeRefusal as refusal:
            outcome, is_replay = _refused(refusal, request.id), False
        return _answer(outcome, request, is_replay=is_replay)

    def request_stream(self, *_: object, **__: object) -> NoReturn:
        """Refuse: the library streams quotes' PDFs and files only, for which the gateway never asks."""
        raise NotImplementedError("the simulated Stripe does not stream")

    def close(self) -> None:
        """Close this thread's file."""
        self.cabinet.close()

    def _sleep_time_seconds(self, num_retries: int) -> float:  # noqa: ARG002
        """Return 0: the SDK's pause between its retries costs no real time here."""
        return 0.0

    def _perform(self, request: _Request, operation: Operation, object_id: str) -> tuple[Outcome, bool]:
        """Return the outcome and whether it was told before; claim and act are one transaction.

        A caller that dies leaves no half request behind, as Stripe goes on when its client is gone.
        """
        fault = meet_fault(self.cabinet, operation.name)
        self._fail_before(fault)
        params = decode_form(request.text)
        is_claimed = False
        if fault == "slow":
            is_claimed = self._hold_key(request, params)
            time.sleep(SLOW_SECONDS)
        with self.cabinet.open() as drawer:
            known = None if is_claimed else _claim(drawer, request, params)
            if known is not None:
                return known, True
            outcome = self._execute(drawer, request, partial(self._act, operation, object_id, params), fault)
        if fault == "lost_answer":
            self._handle_request_error(ReadTimeout("simulated: the answer was lost"))
        return outcome, False

    def _hold_key(self, request: _Request, params: Mapping[str, Any]) -> bool:
        """Claim the key in a transaction of its own, so that others meet it while this request runs."""
        with self.cabinet.open() as drawer:
            return request.key is not None and _claim(drawer, request, params) is None

    def _execute(
        self, drawer: Drawer, request: _Request, act: Callable[[Drawer], tuple[int, str, bool]], fault: str | None
    ) -> Outcome:
        """Act, unless a fault comes first, and let the key keep the outcome where Stripe would."""
        if fault == "server_error":
            status, body, is_kept = *_refusal_of(_SERVER_ERROR), True
        else:
            status, body, is_kept = act(drawer)
        if fault == "server_error_after":
            status, body = _refusal_of(_SERVER_ERROR)
        outcome = Outcome(status=status, body=body, request_id=request.id)
        if request.key is not None and is_kept:
            keep_outcome(drawer, request.key, outcome)
        elif request.key is not None:
            forget_key(drawer, request.key)
        return outcome

    def _act(
        self, operation: Operation, object_id: str, params: Mapping[str, Any], drawer: Drawer
    ) -> tuple[int, str, bool]:
        """Return status, body, and whether a key keeps them; what a refusal left half done is undone."""
        ripen(drawer)
        drawer.sql.execute("SAVEPOINT act")
        try:
            believed = believe(params_class(operation.params), params)
            call = Call(
                object_id=object_id, params=believed, url=operation.address(object_id), base_url=self.base_url
            )
            return _GOOD, json.dumps(operation.act(drawer, call)), True
        except StripeRefusal as refusal:
            if not isinstance(refusal, CardRefusal):
                drawer.sql.execute("ROLLBACK TO act")
            return *_refusal_of(refusal), refusal.is_kept

    def _fail_before(self, fault: str | None) -> None:
        if fault == "timeout":
            self._handle_request_error(ReadTimeout("simulated: no answer in time"))
        if fault == "cut":
            self._handle_request_error(ConnectionCutError("simulated: the connection was cut"))
        if fault in _INSTEAD:
            raise _INSTEAD[fault]


@cache
def params_class(dotted: str) -> type:
    """Return a parameter class of the installed SDK by its dotted name below `stripe.params`."""
    module, _, name = f"stripe.params.{dotted}".rpartition(".")
    found: type = getattr(import_module(module), name)
    return found


def _check_headers(headers: Mapping[str, str]) -> None:
    scheme, _, key = headers.get("Authorization", "").partition(" ")
    if "_live_" in key:
        raise SettingsRefusedError("The simulated Stripe refuses a live key.")
    if scheme != "Bearer" or not key:
        raise StripeRefusal(401, "You did not provide an API key.")
    if headers.get("Stripe-Version") != API_VERSION:
        raise StripeRefusal(400, f"Invalid Stripe API version: {headers.get('Stripe-Version')}")


def _claim(drawer: Drawer, request: _Request, params: Mapping[str, Any]) -> Outcome | None:
    """Claim the request's key, if it has one; its fingerprint is what it asks, in whatever order it was written."""
    if request.key is None:
        return None
    return claim_key(drawer, request.key, json.dumps([request.verb, request.path, params], sort_keys=True))


def _refusal_of(refusal: StripeRefusal) -> tuple[int, str]:
    return refusal.status, json.dumps(refusal.body())


def _refused(refusal: StripeRefusal, request_id: str) -> Outcome:
    status, body = _refusal_of(refusal)
    return Outcome(status=status, body=body, request_id=request_id)


def _answer(outcome: Outcome, request: _Request, *, is_replay: bool) -> tuple[bytes, int, Mapping[str, str]]:
    headers = {"request-id": request.id, "stripe-version": API_VERSION, "content-type": "application/json"}
    if request.key is not None:
        headers["idempotency-key"] = request.key
        headers["original-request"] = outcome.request_id
        if outcome.status >= 500:  # noqa: PLR2004 (The key has stored it: asking again cannot help.)
            headers["stripe-should-retry"] = "false"
    if is_replay:
        headers["idempotent-replayed"] = "true"
    answered: Mapping[str, str] = CaseInsensitiveDict(headers)
    return outcome.body.encode(), outcome.status, answered
