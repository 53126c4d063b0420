"""Room: simulator. What Stripe's API does with what is sold by name: prices and products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator import pledge_shapes
from donations.simulator.answers import expand
from donations.simulator.calls import check_metadata
from donations.simulator.events import tell
from donations.simulator.refusals import StateRefusal, StripeRefusal, no_such
from donations.simulator.store import Drawer, Json

_PRICED = frozenset(
    {"active", "currency", "expand", "metadata", "nickname", "product", "recurring", "unit_amount"},
)


def create_price(drawer: Drawer, params: Mapping[str, Any]) -> Json:
    """Make a price of a product in whole cents, for once or again and again."""
    for name in params:
        if name not in _PRICED:
            raise StripeRefusal(400, f"The simulated Stripe does not play {name}.", param=name)
    for name in ("product", "unit_amount"):
        if name not in params:
            raise StripeRefusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    if params["unit_amount"] < 0:
        raise StripeRefusal(400, "Invalid non-negative integer", param="unit_amount")
    if drawer.get("product", params["product"]) is None:
        raise no_such("product", params["product"], param="product")
    check_metadata(params)
    made = pledge_shapes.price(params, now=drawer.epoch) | {
        "active": params.get("active", True),
        "metadata": dict(params.get("metadata", {})),
        "nickname": params.get("nickname"),
    }
    tell(drawer, "price.created", drawer.put(made))
    return expand(drawer, made, params.get("expand", ()))


def update_price(drawer: Drawer, price_id: str, params: Mapping[str, Any]) -> Json:
    """Write what may change of a price: whether it is sold, its name, its metadata; its amount never."""
    return _update(drawer, "price", price_id, params, ("active", "nickname"))


def update_product(drawer: Drawer, product_id: str, params: Mapping[str, Any]) -> Json:
    """Write what is said of a product."""
    return _update(drawer, "product", product_id, params, ("active", "description", "name"))


def delete_product(drawer: Drawer, product_id: str, _: Mapping[str, Any]) -> Json:
    """Forget a product that has no price."""
    known = drawer.get("product", product_id)
    if known is None:
        raise no_such("product", product_id)
    if drawer.page("price", [("json_extract(body, '$.product') = ?", [product_id])], limit=1):
        raise StateRefusal(400, "This product cannot be deleted because it has one or more user-created prices.")
    drawer.sql.execute("DELETE FROM object WHERE id = ?", (product_id,))
    tell(drawer, "product.deleted", known)
    return {"id": product_id, "object": "product", "deleted": True}


def price_of(drawer: Drawer, price_id: str, *, param: str) -> Json:
    """Return a price that is sold; refused as Stripe does where there is none or it is sold no more."""
    known = drawer.get("price", price_id)
    if known is None:
        raise no_such("price", price_id, param=param)
    if not known["active"]:
        message = "The price specified is inactive. This field only accepts active prices."
        raise StripeRefusal(400, message, param=param)
    return known


def priced_line(drawer: Drawer, line: Mapping[str, Any]) -> Json:
    """Return a line of a checkout with its price's own data in place of the price's id."""
    if "price" not in line:
        return dict(line)
    sold = price_of(drawer, line["price"], param="line_items[0][price]")
    asked = ("currency", "product", "recurring", "unit_amount")
    data = {name: sold[name] for name in asked if sold[name] is not None}
    return {name: value for name, value in line.items() if name != "price"} | {"price_data": data, "_price": sold}


def _update(drawer: Drawer, kind: str, object_id: str, params: Mapping[str, Any], written: tuple[str, ...]) -> Json:
    known = drawer.get(kind, object_id)
    if known is None:
        raise no_such(kind, object_id)
    for name in params:
        if name not in {*written, "metadata", "expand"}:
            raise StripeRefusal(400, f"The simulated Stripe does not play {name}.", param=name)
    check_metadata(params)
    known |= {name: params[name] for name in written if name in params}
    known["metadata"] = {**known["metadata"], **params.get("metadata", {})}
    tell(drawer, f"{kind}.updated", drawer.put(known))
    return expand(drawer, known, params.get("expand", ()))
