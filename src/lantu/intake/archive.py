"""A delivered .zip, unpacked with care: nothing is believed that it says of its sizes, names and links."""

from __future__ import annotations

import copy
import errno
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lantu.core.errors import StorageError
from lantu.core.progress import Progress
from lantu.intake.encoding import encoding_of
from lantu.intake.incidents import Log
from lantu.intake.limits import Limits
from lantu.intake.reasons import first_words

_BLOCK = 1 << 20
_END, _END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 1 << 16
_END_64, _END_64_BYTES = b"PK\x06\x06", 56
_ENTRY_BYTES = 1024
"""An entry of the directory is about 100 to 400 bytes; so much is let through for each."""
_UTF8, _ENCRYPTED = 0x800, 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DEEPEST_FOLDER = 60
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(slots=True)
class Budget:
    """What all archives of a package together may still unpack to."""

    limits: Limits
    bytes_left: int
    members_left: int

    @classmethod
    def of(cls, limits: Limits) -> Budget:
        return cls(limits, limits.unpacked_bytes, limits.members)


def unpack(path: Path, name: str, into: Path, budget: Budget, log: Log, progress: Progress) -> None:
    """Unpack what can safely be; every member that was not is an incident.

    Args:
        name: of the archive in the package; "" for the package's own, whose members have no name before them.
        into: an empty folder; nothing is ever written outside it.

    Raises:
        StorageError: `store.disk_full`.
    """
    where = name or path.name
    try:
        size = _directory_bytes(path)
        if size is None:
            log.add("cut_off", where, part=path.name, expected=None, found=path.stat().st_size)
            return
        if size > budget.members_left * _ENTRY_BYTES:
            log.add("bomb", where, what="members", limit=budget.limits.members, found=size // _ENTRY_BYTES)
            return
        with zipfile.ZipFile(path, metadata_encoding="latin-1") as archive:
            _unpack(archive, where, f"{name}/" if name else "", into, budget, log, progress)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, RuntimeError) as error:
        _check_disk(error, into)
        log.add("unreadable", where, why=first_words(error))


def _unpack(
    archive: zipfile.ZipFile,
    where: str,
    prefix: str,
    into: Path,
    budget: Budget,
    log: Log,
    progress: Progress,
) -> None:
    members = archive.infolist()
    limits = budget.limits
    said = sum(member.file_size for member in members)
    for what, limit, left, found in (
        ("members", limits.members, budget.members_left, len(members)),
        ("bytes", limits.unpacked_bytes, budget.bytes_left, said),
    ):
        if found > left:
            log.add("bomb", where, what=what, limit=limit, found=found)
            return
    names = _names(members, where, log)
    done = 0
    for member, inside in sorted(zip(members, names, strict=True), key=lambda each: each[1]):
        _unpack_one(archive, member, inside, prefix + inside, into, budget, log)
        done += member.file_size
        progress("progress.unpack", done, said)


def _unpack_one(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    name: str,
    where: str,
    into: Path,
    budget: Budget,
    log: Log,
) -> None:
    budget.members_left -= 1
    if leads_out(name) or stat.S_ISLNK(member.external_attr >> 16):
        log.add("traversal", where)
        return
    target = into / name
    try:
        if len(PurePosixPath(name).parts) > _DEEPEST_FOLDER:
            raise ValueError(f"more than {_DEEPEST_FOLDER} folders")
        if name.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
            return
        if member.flag_bits & _ENCRYPTED:
            log.add("encrypted", where)
            return
        if member.compress_type not in _METHODS:  # bzip2 and LZMA unpack gigabytes in one breath
            raise ValueError(f"compression method {member.compress_type}")
        limits = budget.limits
        ratio = member.file_size // max(member.compress_size, 1)
        if member.file_size >= limits.ratio_from_bytes and ratio > limits.ratio:
            log.add("bomb", where, what="ratio", limit=limits.ratio, found=ratio)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise ValueError("two members of this name")
        try:
            honest = _write(archive, member, target, budget)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        if not honest:
            target.unlink()
            log.add("bomb", where, what="said", limit=member.file_size, found=member.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        _check_disk(error, into)
        log.add("unreadable", where, why=first_words(error))


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, budget: Budget) -> bool:
    """Write a member; False where more comes out of it than its header says.

    Left to itself the library would cut the bytes off at what the header says. So it is told one more, and
    to leave the checksum to us.
    """
    told = copy.copy(member)
    told.file_size += 1
    told.CRC = None  # type: ignore[assignment]
    found, checksum = 0, 0
    with archive.open(told) as source, target.open("xb") as out:
        while block := source.read(_BLOCK):
            found += len(block)
            if found > member.file_size:
                return False
            checksum = zlib.crc32(block, checksum)
            out.write(block)
    budget.bytes_left -= found
    if found < member.file_size:
        raise EOFError(f"{found} of {member.file_size} bytes")
    if checksum != member.CRC:
        raise zipfile.BadZipFile("wrong checksum")
    return True


def leads_out(name: str) -> bool:
    """Say whether a member's name is absolute, has a drive or a way up, or is none at all."""
    parts = name.split("/")
    return name.startswith("/") or ".." in parts or bool(_DRIVE.match(name))


def _names(members: list[zipfile.ZipInfo], where: str, log: Log) -> list[str]:
    """Return the names of members: without the UTF-8 flag they are GB18030, or of some programs UTF-8."""
    raw = [member.orig_filename.partition("\0")[0] for member in members]
    plain = [n for n, member in enumerate(members) if not member.flag_bits & _UTF8]
    data = {n: raw[n].encode("latin-1") for n in plain}
    encoding = encoding_of(b"\n".join(data.values()))
    if encoding is None:
        log.add("encoding_unknown", where, fields="")
    for n, each in data.items():
        raw[n] = each.decode(encoding or "gb18030", errors="replace")
    return [each.replace("\\", "/") for each in raw]


def _directory_bytes(path: Path) -> int | None:
    """Return the size of an archive's directory; None where its end, which says so, is not there."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT))
        tail = stream.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) - at < _END_BYTES:
            return None
        (found,) = struct.unpack_from("<I", tail, at + 12)
        if found != 0xFFFFFFFF:
            return int(found)
        begin = tail.rfind(_END_64, 0, at)
        if begin < 0 or at - begin < _END_64_BYTES:
            return None
        return int(struct.unpack_from("<Q", tail, begin + 40)[0])


def _check_disk(error: Exception, into: Path) -> None:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise StorageError("store.disk_full", where=str(into)) from error
