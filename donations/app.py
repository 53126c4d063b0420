"""Room: app. Opens the front door of a wired house; in simulated mode the simulated Stripe's pages beside it."""

from __future__ import annotations

from flask import Flask

from donations.web.api import open_api
from donations.web.front_door import open_front_door
from donations.web.treasury import open_treasury
from donations.wiring import Rooms, open_api_desk, open_house, open_treasury_desks


def create_app(rooms: Rooms) -> Flask:
    """Return the WSGI application of these rooms."""
    house = open_house(rooms)
    app = open_front_door(house)
    open_api(app, open_api_desk(rooms, house))
    open_treasury(app, open_treasury_desks(rooms))
    if rooms.simulation is not None:
        app.register_blueprint(rooms.simulation.pages())
    return app
