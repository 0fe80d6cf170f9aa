"""Makes image files for the writer; opens them for reader and adoption, and says whether they are what they claim."""

import mmap
import os
from pathlib import Path

import msgspec

from hmi.image import layout
from hmi.image.layout import Columns, Word
from hmi.model.errors import ImageError


class MappedImage(msgspec.Struct, frozen=True):
    """An image file in memory. Dropping the last reference unmaps it; `mmap.close` would refuse while views live."""

    path: Path
    columns: Columns
    memory: mmap.mmap

    @property
    def capacity(self) -> int:
        """Rows that it has room for, row 0 included."""
        return len(self.columns.ident)

    def word(self, word: Word) -> int:
        """Read one word of the header."""
        return int(self.columns.header[word])


def create_image(path: Path, capacity: int, slots_size: int) -> MappedImage:
    """Create an image file at its full size and map it for writing. The magic word is not written yet.

    Raises:
        FileExistsError: when the name is taken (files are never reused).
        OSError: when there is no room.
    """
    layout.refuse_foreign_byte_order()
    size = layout.file_size(capacity, slots_size)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, size)  # a full tmpfs is an error here, and not a SIGBUS later
            else:
                os.ftruncate(descriptor, size)
            memory = mmap.mmap(descriptor, size)
        except OSError:
            path.unlink(missing_ok=True)
            raise
    finally:
        os.close(descriptor)
    header = memoryview(memory).cast("Q")
    header[Word.VERSION] = layout.VERSION
    header[Word.CAPACITY] = capacity
    header[Word.SLOTS_AT] = layout.slots_at(capacity)
    header[Word.SLOTS_SIZE] = slots_size
    return MappedImage(path, layout.columns_over(memoryview(memory), capacity, slots_size), memory)


def open_image(path: Path, generation: int | None = None) -> MappedImage:
    """Map an image file for reading and check that it is what it claims to be.

    Args:
        path: the file.
        generation: what its header must say; None believes any.

    Raises:
        ImageError: when it is missing, not finished, of another version or generation, or its size contradicts its
        header.
    """
    place = path.name
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < layout.PAGE:
                raise ImageError("image.too_short", place=place, bytes=size)
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise ImageError("image.unreadable", place=place, error=type(error).__name__) from error
    header = memoryview(memory)[: layout.PAGE].cast("Q")
    if header[Word.MAGIC] != layout.MAGIC:
        raise ImageError("image.not_an_image", place=place)
    if header[Word.VERSION] != layout.VERSION:
        raise ImageError("image.other_version", place=place, version=header[Word.VERSION])
    if generation is not None and header[Word.GENERATION] != generation:
        raise ImageError("image.other_generation", place=place, generation=header[Word.GENERATION])
    capacity, slots_size = header[Word.CAPACITY], header[Word.SLOTS_SIZE]
    plausible = layout.FIRST_ROW <= capacity <= layout.MAX_CAPACITY and slots_size <= size
    if (
        not plausible
        or layout.file_size(capacity, slots_size) != len(memory)
        or header[Word.SLOTS_AT] != layout.slots_at(capacity)
    ):
        raise ImageError("image.wrong_size", place=place, bytes=len(memory))
    return MappedImage(path, layout.columns_over(memoryview(memory), capacity, slots_size), memory)
