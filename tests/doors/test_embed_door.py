"""The page that says how to link here, and the one script that other sites may load."""

from __future__ import annotations

import base64
import hashlib
import re

from flask.testing import FlaskClient

from donations.paths import static_folder


def test_the_button_may_be_loaded_by_other_sites_and_nothing_else(client: FlaskClient) -> None:
    page = client.get("/embed").get_data(as_text=True)
    pinned = re.search(r"/embed/(button\.[0-9a-f]{20}\.js)", page)
    assert pinned is not None
    plain, for_ever = client.get("/embed/button.js"), client.get(f"/embed/{pinned[1]}")
    for answer in (plain, for_ever):
        assert answer.status_code == 200
        assert answer.content_type == "text/javascript; charset=utf-8"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert plain.get_data() == for_ever.get_data()
    assert plain.headers["Cache-Control"] == "public, max-age=3600"
    assert for_ever.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/embed/button.js", headers={"If-None-Match": plain.headers["ETag"]}).status_code == 304
    assert client.get("/embed").headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert client.get("/embed/button.0000.js").status_code == 404


def test_the_seal_a_page_may_pin_is_that_of_the_script(client: FlaskClient) -> None:
    script = client.get("/embed/button.js").get_data()
    seal = "sha384-" + base64.b64encode(hashlib.sha384(script).digest()).decode()
    assert f'integrity="{seal}"'.replace('"', "&#34;") in client.get("/embed").get_data(as_text=True) or (
        seal in client.get("/embed").get_data(as_text=True)
    )


def test_the_button_writes_no_markup_and_runs_no_text() -> None:
    source = (static_folder() / "button.js").read_text(encoding="utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval", "Function(", "document.write", "cookie ="):
        assert word not in source
