from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from donations.gateways.files import FileFolder


@pytest.fixture
def folder(tmp_path: Path) -> FileFolder:
    """Give an empty file store in a folder that is not there yet."""
    return FileFolder(folder=tmp_path / "files")


def _stored(folder: FileFolder) -> list[str]:
    return sorted(str(path.relative_to(folder.folder)) for path in folder.folder.rglob("*") if path.is_file())


def test_what_is_stored_is_read_back_byte_for_byte(folder: FileFolder) -> None:
    content = bytes(range(256)) * 500
    folder.put("documents/R-2026-000001-6-aa.pdf", content)
    assert folder.get("documents/R-2026-000001-6-aa.pdf") == content
    assert folder.path_of("documents/R-2026-000001-6-aa.pdf").read_bytes() == content


def test_the_same_bytes_again_are_fine_and_others_are_refused(folder: FileFolder) -> None:
    folder.put("a.pdf", b"one")
    folder.put("a.pdf", b"one")
    with pytest.raises(FileExistsError):
        folder.put("a.pdf", b"two")
    assert folder.get("a.pdf") == b"one"
    assert _stored(folder) == ["a.pdf"]


def test_of_many_who_store_under_one_name_one_wins_and_the_file_is_whole(folder: FileFolder) -> None:
    contents = [bytes([n]) * 50_000 for n in range(16)]

    def put(content: bytes) -> bool:
        try:
            folder.put("a.pdf", content)
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(put, contents))
    assert sum(won) == 1
    assert folder.get("a.pdf") == contents[won.index(True)]
    assert _stored(folder) == ["a.pdf"]


def test_what_was_never_stored_is_not_found(folder: FileFolder) -> None:
    with pytest.raises(FileNotFoundError):
        folder.get("documents/none.pdf")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        ".hidden",
        "a/.b",
        "-x",
        "a b",
        "a\n",
        "ä",
        "a\\b",
        "a\x00b",
        "~",
    ],
    ids=ascii,
)
def test_a_name_that_could_lead_elsewhere_is_refused(folder: FileFolder, name: str) -> None:
    for act in (lambda: folder.put(name, b"x"), lambda: folder.get(name)):
        with pytest.raises(ValueError, match="not a file name"):
            act()
    assert not folder.folder.exists() or _stored(folder) == []


def test_a_fault_leaves_no_partial_file_behind(folder: FileFolder) -> None:
    folder.put("documents/good.pdf", b"good")
    # A folder in the file's place makes the last step fail, after the bytes were written.
    folder.path_of("documents/taken.pdf").mkdir()
    with pytest.raises(OSError, match="taken"):
        folder.put("documents/taken.pdf", b"x" * 100_000)
    assert _stored(folder) == ["documents/good.pdf"]


def test_a_stored_file_is_for_its_owner_alone(folder: FileFolder) -> None:
    folder.put("a.pdf", b"one")
    assert folder.path_of("a.pdf").stat().st_mode & 0o077 == 0
