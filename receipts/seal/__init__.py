"""Room: seal. Puts the charity's signature on a finished PDF, appended, so that one changed byte is found."""

from receipts.seal.anchors import Anchors, UnsealableError, find_anchors
from receipts.seal.appending import Sealed, seal_pdf
from receipts.seal.finishing import Finished, finish_document
from receipts.seal.keys import SealKey, SealKeyRefusedError, load_seal_key, make_self_signed, open_seal

__all__ = [
    "Anchors",
    "Finished",
    "SealKey",
    "SealKeyRefusedError",
    "Sealed",
    "UnsealableError",
    "find_anchors",
    "finish_document",
    "load_seal_key",
    "make_self_signed",
    "open_seal",
    "seal_pdf",
]
