"""Room: web. The one more step that `admission` may ask for before a checkout opens: a proof, or a code by mail."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, current_app, render_template, request

from donations.admission import Asker, ProofNeededError, StepNeededError
from donations.web.device import Device

_CAP = 40
_STEP_FIELDS = frozenset({"code", "proof", "by_mail"})


def asker_of(fields: Mapping[str, str], device: Device | None) -> Asker:
    """Return who sent this form, and what it brings of what was asked for before."""
    return Asker(
        address=request.remote_addr or "",
        device=device.value if device else "",
        proof=fields.get("proof", "")[:_CAP],
        code=fields.get("code", "")[:_CAP],
        wants_code=fields.get("by_mail") == "1",
    )


def show_step(fields: Mapping[str, str], step: StepNeededError) -> Response:
    """Show the step with the whole form kept in hidden fields, so that it is sent again as it was."""
    puzzle = {"challenge": step.challenge, "bits": step.bits} if isinstance(step, ProofNeededError) else None
    kept = {name: value for name, value in fields.items() if name not in _STEP_FIELDS}
    if puzzle is None:
        # The code is asked for because of these: without them the proof would be asked for again.
        kept |= {name: fields[name][:_CAP] for name in ("proof", "by_mail") if name in fields}
    page = render_template(
        "giving/step.html",
        puzzle=puzzle,
        kept=kept,
        email=fields.get("email", ""),
        was_wrong=puzzle is None and bool(fields.get("code")),
    )
    answer = current_app.make_response(page)
    answer.status_code = step.status
    return answer
