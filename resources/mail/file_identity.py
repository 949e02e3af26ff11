"""What tells a file from every other that ever had its place or its number.

An inode's number is given to the next file as soon as one is removed (ext4 does so at once), so a file that
was put back from a copy may have the number of the one it was copied from. It cannot have its time of birth,
which nobody can set. Python shows that from 3.15 on (`os.statx`); until then the C library is asked.
"""

import ctypes
import os
import struct

# statx(2): struct statx is 256 bytes, stx_mask its first 4, stx_btime (s64 seconds, u32 nanoseconds) at 80.
_EMPTY_PATH, _BIRTH = 0x1000, 0x800
_SIZE, _BIRTH_AT = 256, 80


def identity(file: int) -> str:
    """Of an open file: its device, its number and when it was born.

    Raises:
        OSError: the system or the file system does not tell when a file was born.
    """
    status = os.fstat(file)
    return f"{status.st_dev}:{status.st_ino}:{_born(file)}"


def _born(file: int) -> int:
    """Nanoseconds since 1970, in steps of the kernel's clock (1 to 10 ms)."""
    statx = getattr(ctypes.CDLL(None, use_errno=True), "statx", None)
    if statx is None:
        raise OSError("this system has no statx")
    told = ctypes.create_string_buffer(_SIZE)
    if statx(file, b"", _EMPTY_PATH, _BIRTH, told) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    (mask,) = struct.unpack_from("=I", told)
    if not mask & _BIRTH:
        raise OSError("this file system does not keep when a file was born")
    seconds, nanoseconds = struct.unpack_from("=qI", told, _BIRTH_AT)
    return int(seconds * 1_000_000_000 + nanoseconds)
