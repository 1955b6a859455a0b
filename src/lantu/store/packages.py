"""Plan packages taken in as drafts: their layers, not in force, and the findings they were accepted on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lantu.core.digest import PREFIX, digest_bytes, digest_stream, short
from lantu.core.errors import InputError, IntegrityError, NotFoundError
from lantu.store.access import Access, Writing
from lantu.store.checks import Delivered
from lantu.store.files import readable_name, storage_faults
from lantu.store.layers import LayerStore
from lantu.store.tables import PackageLayerRow, PackageRow

FOLDER = "checks"
DRAFT = "draft"
_SHORTEST_PREFIX = 4


@dataclass(frozen=True, slots=True)
class PackageNote:
    """What of a package was taken in otherwise than delivered, or left out.

    Attributes:
        code: of the sentence; `layer` and `where` are its parameters.
        layer: kind, or its name where the profile does not know it.
        where: file and layer in the package.
    """

    code: str
    layer: str
    where: str


@dataclass(frozen=True, slots=True)
class RegisteredPackage:
    """A package in the store.

    Attributes:
        digest: of the package's files, as the check names it.
        number: 1 for the first package of its area and profile, and so on.
        verdict: of the check it was taken in on.
        status: `draft`.
        evidence: digest of the findings; `PackageStore.evidence` returns them.
        layers: kind → digest of the layer.
        acceptances: deviations that somebody accepted: id, reason, person, until.
        already_there: set where registering it changed nothing.
    """

    digest: str
    name: str
    profile: str
    area_code: str
    number: int
    verdict: str
    status: str
    evidence: str
    layers: Mapping[str, str]
    acceptances: tuple[Mapping[str, str], ...]
    notes: tuple[PackageNote, ...]
    added_at: datetime
    already_there: bool = field(default=False, compare=False)


class PackageStore:
    """The packages of a home."""

    def __init__(self, access: Access, layers: LayerStore) -> None:
        self._access = access
        self._layers = layers

    def register(
        self, layers: Mapping[str, Delivered], evidence: bytes, *, digest: str, name: str, profile: str,
        area_code: str, verdict: str, acceptances: Sequence[Mapping[str, str]] = (),
        notes: Iterable[PackageNote] = (), invented: bool = False,
    ) -> RegisteredPackage:  # fmt: skip
        """Take a package in, whole or not at all.

        A layer that is in force already stays in force. The same package under the same profile changes
        nothing when it comes again, but its damaged files are put back.

        Args:
            layers: kind → layer or table.
            evidence: the findings that it is taken in on, kept as they are.

        Raises:
            InputError: as `LayerStore.add`.
            IntegrityError: `layer.damaged`, `layer.missing` where the same package does not put it back.
            BusyError, StorageError: as `Home.writing`.
        """
        with self._access.writing() as writing:
            known = _rows(writing.session, digest, profile)
            if known:
                self._mend(writing, known[0], layers, evidence)
                return _value(known[0], already_there=True)
            found = {
                kind: self._layers.add(
                    table, kind=kind, area_code=area_code, invented=invented, draft=True
                ).digest
                for kind, table in sorted(layers.items())
            }
            row = PackageRow(
                digest=digest, profile=profile, area_code=area_code,
                number=_next(writing.session, area_code, profile), name=readable_name(name), verdict=verdict,
                status=DRAFT, evidence=self._keep(writing, evidence),
                acceptances=[dict(each) for each in acceptances], notes=[asdict(each) for each in notes],
                added_at=writing.at,
            )  # fmt: skip
            row.layers = [PackageLayerRow(kind=kind, layer=layer) for kind, layer in found.items()]
            writing.session.add(row)
            writing.session.flush()
            writing.attest(
                "package.registered",
                {
                    "package": digest, "name": row.name, "profile": profile, "area_code": area_code,
                    "number": row.number, "verdict": verdict, "status": row.status, "evidence": row.evidence,
                    "layers": found, "acceptances": row.acceptances, "notes": row.notes,
                },
            )  # fmt: skip
            return _value(row)

    def _mend(
        self, writing: Writing, row: PackageRow, layers: Mapping[str, Delivered], evidence: bytes
    ) -> None:
        for each in row.layers:
            layer = self._layers.get(each.layer, drafts=True)
            try:
                self._layers.check_whole(layer)
            except IntegrityError:
                if each.kind not in layers:
                    raise
                again = self._layers.add(
                    layers[each.kind], kind=each.kind, area_code=row.area_code, invented=layer.invented,
                    draft=True,
                )  # fmt: skip
                if again.digest != each.layer:
                    raise
        if digest_bytes(evidence) == row.evidence:
            self._keep(writing, evidence)

    def _keep(self, writing: Writing, evidence: bytes) -> str:
        digest = digest_bytes(evidence)
        path = self._path(digest)
        if _digest_of(path) != digest:
            temporary = writing.staging.temporary(path.suffix)
            with storage_faults(path):
                temporary.write_bytes(evidence)
            writing.staging.publish(temporary, path, replace=True)
        return digest

    def get(self, digest: str, profile: str | None = None) -> RegisteredPackage:
        """Return a package by its digest, or the first hex characters of it.

        Args:
            profile: needed where it was taken in under more than one.

        Raises:
            NotFoundError: `package.unknown`.
            InputError: `package.ambiguous`, `layer.short_digest`.
        """
        prefix = digest.strip().lower().removeprefix(PREFIX)
        if len(prefix) < _SHORTEST_PREFIX or not set(prefix) <= set("0123456789abcdef"):
            raise InputError("package.short_digest", digest=digest, least=_SHORTEST_PREFIX)
        with self._access.reading() as session:
            found = [_value(row) for row in _rows(session, PREFIX + prefix, profile)]
        if not found:
            raise NotFoundError("package.unknown", digest=short(digest))
        if len(found) > 1:
            known = "、".join(f"{short(each.digest)} {each.profile}" for each in found)
            raise InputError("package.ambiguous", digest=prefix, known=known)
        return found[0]

    def evidence(self, package: RegisteredPackage) -> bytes:
        """Return the findings that a package was taken in on.

        Raises:
            IntegrityError: `package.evidence_damaged`.
            StorageError: the disk refuses.
        """
        path = self._path(package.evidence)
        with storage_faults(path):
            data = path.read_bytes() if path.exists() else b""
        if digest_bytes(data) != package.evidence:
            raise IntegrityError("package.evidence_damaged", where=path, name=package.name)
        return data

    def _path(self, digest: str) -> Path:
        return self._access.path / FOLDER / f"{digest.removeprefix(PREFIX)}.json"

    def list(self, area_code: str | None = None) -> list[RegisteredPackage]:
        """Return the packages, of one area where asked, by area, profile and number."""
        query = select(PackageRow).order_by(PackageRow.area_code, PackageRow.profile, PackageRow.number)
        if area_code is not None:
            query = query.where(PackageRow.area_code == area_code)
        with self._access.reading() as session:
            return [_value(row) for row in session.scalars(query)]


def _rows(session: Session, prefix: str, profile: str | None) -> Sequence[PackageRow]:
    query = select(PackageRow).where(PackageRow.digest.startswith(prefix, autoescape=True))
    if profile is not None:
        query = query.where(PackageRow.profile == profile)
    return session.scalars(query.order_by(PackageRow.id)).all()


def _next(session: Session, area_code: str, profile: str) -> int:
    last = select(func.max(PackageRow.number)).where(
        PackageRow.area_code == area_code, PackageRow.profile == profile
    )
    return 1 + (session.scalar(last) or 0)


def _value(row: PackageRow, already_there: bool = False) -> RegisteredPackage:
    return RegisteredPackage(
        digest=row.digest, name=row.name, profile=row.profile, area_code=row.area_code, number=row.number,
        verdict=row.verdict, status=row.status, evidence=row.evidence,
        layers={each.kind: each.layer for each in row.layers},
        acceptances=tuple(row.acceptances), notes=tuple(PackageNote(**each) for each in row.notes),
        added_at=row.added_at, already_there=already_there,
    )  # fmt: skip


def _digest_of(path: Path) -> str | None:
    with storage_faults(path):
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            return digest_stream(stream)
