"""Room: web. The JSON API for partners and the treasurer's own scripts: it reads, and nothing in it moves money."""

from donations.web.api.desk import ApiDesk
from donations.web.api.doors import open_api

__all__ = ["ApiDesk", "open_api"]
