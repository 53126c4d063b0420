"""Room: app. Opens the front door of a wired house; in simulated mode the simulated Stripe's pages beside it."""

from __future__ import annotations

from flask import Flask

from donations.web.front_door import open_front_door
from donations.web.treasury import open_treasury
from donations.wiring import Rooms, open_house, open_treasury_desks


def create_app(rooms: Rooms) -> Flask:
    """Return the WSGI application of these rooms."""
    app = open_front_door(open_house(rooms))
    open_treasury(app, open_treasury_desks(rooms))
    if rooms.simulation is not None:
        app.register_blueprint(rooms.simulation.pages())
    return app
