"""Results of a pipeline: one per stage while it runs, one for the whole item at the end."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._places import user_path
from ._text import suggestion
from .errors import UsageError, Varco3DError
from .pipeline.artifacts import Asset, Mesh
from .pipeline.meshes.formats import MESH_FORMATS
from .pipeline.settings import change_settings
from .pipeline.stage import Context
from .pipeline.stages.export import Export, ExportSettings

if TYPE_CHECKING:
    import trimesh


@dataclass(frozen=True)
class Step:
    """One finished stage. asset: everything known after it; seconds: time of the stage without loading networks."""

    stage: str
    asset: Asset
    seconds: float


@dataclass(frozen=True)
class Result:
    """A finished item.

    mesh: float32 vertices in the box [-1,1]^3, Y up, front +Z; asset: every artifact of the chain; seed: the run's
    seed; warnings: sentences about doubtful input; timings: seconds and peak_mb by stage; settings: of the export.
    """

    asset: Asset
    seed: int
    warnings: tuple[str, ...] = ()
    timings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    export: ExportSettings = field(default_factory=ExportSettings)

    @property
    def mesh(self) -> Mesh:
        """The final mesh. Raises Varco3DError when the stages that ran made none."""
        mesh = self.asset.mesh or self.asset.coarse
        if mesh is None:
            raise Varco3DError("no stage made a mesh", "Run at least as far as the coarse stage.")
        return mesh

    @property
    def report(self) -> dict[str, Any]:
        """Size, topology and health of the mesh as `save` places it in a GLB; texture facts under `texture`."""
        from .pipeline.meshes.outputs import Placement, finish, place
        from .pipeline.meshes.report import mesh_report

        placement = Placement("y", self.export.size, "m", self.export.origin)
        placed, _ = place(finish(self.mesh), "glb", placement)
        coverage = self.asset.report.get("texture", {}).get("seen")
        return {**mesh_report(placed, texture_coverage=coverage), **self.asset.report}

    def save(self, path: str | PathLike[str], **settings: Any) -> list[Path]:
        """Write the mesh to `path` in the format of its suffix (glb, obj, ply, stl, 3mf) and return all files.

        settings: of the export stage: size (metres), up, unit, origin, texture_format, lod, quads, extras. A file at
        `path` is replaced; files beside it (textures, MTL, levels) replace only what varco3d made, else UsageError.
        Raises UsageError, BadMeshError, OutputError.
        """
        from .pipeline.batch.claims import Claim, check_claims
        from .pipeline.meshes.levels import level_names
        from .pipeline.meshes.outputs import mesh_names

        target = user_path(path)
        kind = target.suffix[1:].lower()
        if kind not in MESH_FORMATS:
            raise UsageError(f"{target} names no mesh format", suggestion(kind, MESH_FORMATS))
        wanted = change_settings(self.export, {**settings, "formats": (kind,)}, "export")
        names = [
            name
            for level in level_names(target.stem, wanted.lod)
            for name in mesh_names(level, wanted.formats, wanted.texture_format)
        ]
        check_claims(
            [Claim(target.with_name(n), target.name, named=n == target.name) for n in names],
            [],
            another="Give another path.",
        )
        context = Context(seed=self.seed, output=target.with_suffix(""), about=self.about)
        written = Export().run(dataclasses.replace(self.asset, outputs=()), wanted, context)
        return [Path(output.path) for output in written.outputs]

    def to_trimesh(self) -> trimesh.Trimesh:
        """Return the mesh as a Trimesh with UVs and textures."""
        return self.mesh.to_trimesh()
