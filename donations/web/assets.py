"""Room: web. The browser's files, each served under an address that holds the digest of its bytes, for ever."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, request

from donations.web.access import keep_for_ever
from donations.web.fonts import Face

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the browser: where it is, what it is, and its bytes made small once, where that helps."""

    path: str
    media_type: str
    content: bytes
    gzipped: bytes | None = None


class Assets:
    """All files of the browser; addresses by their plain names."""

    def __init__(self, folder: Path, faces: Iterable[Face]) -> None:
        """Read every file of `folder` and the faces; nothing is read later."""
        fonts = {f"fonts/{face.name}.woff2": face for face in faces}
        self._by_name = {
            name: Asset(f"fonts/{face.digest}.woff2", _TYPES[".woff2"], face.woff2) for name, face in fonts.items()
        }
        for file in sorted(folder.iterdir()):
            content = file.read_bytes()
            if file.suffix == ".css":
                content = self._with_hashed_names(content)
            digest = hashlib.sha256(content).hexdigest()[:20]
            path, small = f"{file.stem}.{digest}{file.suffix}", gzip.compress(content, mtime=0)
            self._by_name[file.name] = Asset(path, _TYPES[file.suffix], content, gzipped=small)
        self._by_path = {asset.path: asset for asset in self._by_name.values()}

    def address(self, name: str) -> str:
        """Return the address of a file by its plain name; an unknown one is a KeyError at the first rendering."""
        return f"/static/{self._by_name[name].path}"

    def find(self, path: str) -> Asset | None:
        """Return the file at a path below /static/."""
        return self._by_path.get(path)

    def _with_hashed_names(self, css: bytes) -> bytes:
        for name, asset in self._by_name.items():
            css = css.replace(f'"{name}"'.encode(), f'"{asset.path}"'.encode())
        return css


def asset_routes(assets: Assets) -> Blueprint:
    """Return the route of all browser files; anything else below /static/ is a 404."""
    routes = Blueprint("assets", __name__)

    @routes.get("/static/<path:path>")
    def serve(path: str) -> Response:
        asset = assets.find(path)
        if asset is None:
            abort(404)
        return keep_for_ever(_answer(asset))

    return routes


def _answer(asset: Asset) -> Response:
    """Answer in gzip who reads it: files alone, since a page repeats what was sent beside a token."""
    if asset.gzipped is None:
        return Response(asset.content, content_type=asset.media_type)
    is_small = bool(request.accept_encodings["gzip"])
    answer = Response(asset.gzipped if is_small else asset.content, content_type=asset.media_type)
    answer.vary.add("Accept-Encoding")
    if is_small:
        answer.headers["Content-Encoding"] = "gzip"
    return answer
