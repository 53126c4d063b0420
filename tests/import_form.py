"""The import's form as a browser without script sends it: each field as the last page had it, but what changed."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.treasury_room import Browser


class _Fields(HTMLParser):
    """The fields of the form that posts to the import, as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.is_ours = False
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_ours = told.get("action", "").startswith("/treasury/import")
        if not self.is_ours:
            return
        if tag == "select":
            self.select = told["name"]
            self.fields[self.select] = ""
        elif tag == "option" and "selected" in told:
            self.fields[self.select] = told["value"]
        elif tag == "input" and "name" in told and (told.get("type") != "checkbox" or "checked" in told):
            self.fields[told["name"]] = told.get("value", "")


@dataclass
class ImportForm:
    """The second page of the import before one member's browser."""

    browser: Browser
    fields: dict[str, str] = field(default_factory=dict)
    status: int = 0

    @classmethod
    def of(cls, browser: Browser, text: str, kept: str = "") -> ImportForm:
        """Choose a file, and choices kept from last time, and look at its columns."""
        form = cls(browser)
        form._keep(browser.get("/treasury/import"))
        sent: dict[str, object] = {"form_token": form.fields["form_token"]}
        for name, told in (("file", text), ("mapping", kept)):
            sent[name] = FileStorage(io.BytesIO(told.encode()), name)
        form._post("/treasury/import", sent)
        return form

    def send(self, act: str, **changed: str) -> str:
        """Press a button, after some choices were changed, and return the answer's text."""
        return self._post("/treasury/import/columns", {**self.fields, **changed, "act": act})

    def _post(self, path: str, data: dict[str, object]) -> str:
        boundary, body = encode_multipart(data)
        shape = f"multipart/form-data; boundary={boundary}"
        return self._keep(
            self.browser.client.post(path, data=body, content_type=shape, base_url=self.browser.base_url)
        )

    def _keep(self, answer: TestResponse) -> str:
        self.status, text = answer.status_code, answer.get_data(as_text=True)
        if answer.mimetype == "text/html":
            found = _Fields()
            found.feed(text)
            self.fields = found.fields
        return text
