"""Room: web. Give: the form is believed or refused; a promise is written; the donor is sent to pay; thanks."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations import admission
from donations.admission import StepNeededError
from donations.errors import DonationError, HouseClosedError
from donations.giving import Begun, PledgeStanding
from donations.web.device import Device, draw_device, keep_device, read_device
from donations.web.errors import answer_refusal, json_answer, wants_json
from donations.web.fields import read_form, read_query
from donations.web.forms import FormRefusedError, Problem, believe_giving
from donations.web.give_page import blank_values, fill_page, kept_values
from donations.web.house import house
from donations.web.languages import prefer, say
from donations.web.puzzle import asker_of, show_step
from donations.web.verify import TOKEN

routes = Blueprint("giving", __name__)
_MAY_CHANGE_SOON = frozenset({"promised", "processing"})


@routes.get("/give")
def open_form() -> Response:
    """Show the form and give the browser the one cookie it is bound to."""
    device = read_device(request, house()) or draw_device()
    values = blank_values(read_query(request), house().settings.organisation)
    return _show(device, _new_form_token(device), values)


@routes.post("/give")
def give() -> ResponseReturnValue:
    """Write the promise down, then send the donor to pay; or show the form again with what is wrong."""
    fields = read_form(request)
    device = read_device(request, house())
    try:
        begun = _begin(fields, device)
    except StepNeededError as step:
        return answer_refusal(step) if wants_json() else show_step(fields, step)
    except DonationError as refusal:
        return answer_refusal(refusal) if wants_json() else _show_again(fields, device, refusal)
    answer = current_app.make_response(redirect(begun.checkout_url, code=303))
    keep_device(answer, (device or draw_device()).with_gift(begun.reference), house())
    return answer


@routes.get("/thanks/<token>")
def thanks(token: str) -> ResponseReturnValue:
    """Show how this promise stands, before and after Stripe has told us."""
    promise = house().giving.stand_of(token) if TOKEN.fullmatch(token) else None
    if promise is None:
        abort(404)
    prefer(promise.language)
    if promise.state in _MAY_CHANGE_SOON:
        with suppress(HouseClosedError):
            house().giving.ask_for_news(token)
    gift = promise.latest_gift if isinstance(promise, PledgeStanding) else promise
    if wants_json():
        return json_answer({"state": promise.state, "receipt": gift is not None and gift.receipt_token is not None})
    page = "giving/thanks_monthly.html" if isinstance(promise, PledgeStanding) else "giving/thanks.html"
    news = house().news_of(gift.reference) if gift is not None and gift.state == "settled" else None
    return render_template(page, promise=promise, gift=gift, is_own=_is_own(promise.reference), news=news)


def _begin(fields: dict[str, str], device: Device | None) -> Begun:
    form = believe_giving(fields, house().settings.organisation)
    if form.is_honeypot_filled:
        raise DonationError("We could not open the payment page. Please look the form over and send it once more.")
    return house().giving.begin(form.wish, form_token=form.form_token, asker=asker_of(fields, device))


def _show_again(fields: dict[str, str], device: Device | None, refusal: DonationError) -> Response:
    """Show what was written, with its problems; a form token that was not the trouble stays good."""
    kept = device or draw_device()
    is_token_good = device is not None and refusal.field != "form_token" and "form_token" in fields
    token = fields["form_token"] if is_token_good else _new_form_token(kept)
    problems = _problems(refusal)
    answer = _show(
        kept,
        token,
        kept_values(fields, house().settings.organisation),
        problems=problems,
        general=None if problems else say(refusal.sentence),
    )
    answer.status_code = refusal.status
    return answer


def _problems(refusal: DonationError) -> tuple[Problem, ...]:
    return refusal.problems if isinstance(refusal, FormRefusedError) else ()


def _show(
    device: Device,
    form_token: str,
    values: dict[str, str],
    *,
    problems: tuple[Problem, ...] = (),
    general: str | None = None,
) -> Response:
    page = fill_page(house(), values, form_token, problems, general)
    answer = current_app.make_response(render_template("giving/give.html", page=page))
    keep_device(answer, device, house())
    return answer


def _new_form_token(device: Device) -> str:
    return admission.make_form_token(house().settings.secret_keys, device=device.value, now=house().clock.now())


def _is_own(reference: str) -> bool:
    """Return whether this browser wrote the promise, as its signed cookie tells."""
    device = read_device(request, house())
    return device is not None and reference in device.gifts
