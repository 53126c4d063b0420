"""Room: seal. Puts the charity's signature on a finished PDF, appended, so that one changed byte is found."""

from receipts.seal.anchors import Anchors, UnsealableError, find_anchors

__all__ = ["Anchors", "UnsealableError", "find_anchors"]
