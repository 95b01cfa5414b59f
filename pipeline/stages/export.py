"""Stage 10, export: Mesh -> files, in the axes and units of each format, with a report of what was written."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...errors import OutputError
from ..artifacts import Asset, Mesh, Output
from ..meshes.levels import levels
from ..meshes.outputs import Placement, finish, measure, place, write_mesh
from ..meshes.report import has_boundary, mesh_report
from ..stage import Context
from .settings import ExportSettings


class Export:
    """Writes `context.output` + suffix for each format. Fails with bad_mesh on any value that is not finite."""

    name = "export"
    Settings = ExportSettings
    needs = ("mesh|coarse",)
    gives = ("outputs", "report")
    networks = ()

    def run(self, asset: Asset, settings: ExportSettings, context: Context) -> Asset:
        if context.output is None:
            raise OutputError("export was given no place to write to", "Name an output file or folder.")
        mesh = asset.mesh or asset.coarse
        assert mesh is not None
        # Size and origin are those of the whole, so that the levels of detail lie in the same place.
        metres, side = measure(settings.size, settings.width, settings.height, settings.depth)
        whole, _ = place(finish(mesh), settings.formats[0], Placement("y", metres, "m", settings.origin, side=side))
        if settings.origin == "base" and (hangs := -float(whole.vertices[:, 1].min())) > 1e-6:
            context.warn(f"a thin spike of {hangs:.3g} m hangs below the base that the object stands on")
        placement = Placement(settings.up, None, settings.unit, "keep")
        extras: dict[str, Any] | None = dict(context.about) if settings.extras else None
        outputs: list[Output] = []
        made = list(levels(whole, context.output.name, settings.lod))
        for name, level in made:
            target = context.output.with_name(name)
            outputs += write_mesh(
                level, target, settings.formats, placement, settings.texture_format, extras, settings.quads
            )
            context.progress(len(outputs), len(made) * len(settings.formats))
        # The report is in the units of the main file, as `inspect` would read them from it.
        placed, _ = place(finish(made[0][1]), settings.formats[0], placement)
        coverage = asset.report.get("texture", {}).get("seen")  # what the texture stage saw of its texels
        known = {"texture_coverage": coverage, "bytes": _main_bytes(outputs, settings)}
        report = mesh_report(placed, **known)
        if not report["watertight"] and not _meant_open(asset, mesh):
            context.warn(
                f"the mesh is not closed: {report['boundary_edges']} open edges"
                if report["boundary_edges"]
                else f"the mesh touches itself: {report['non_manifold_edges']} edges with more than two faces"
            )
        return dataclasses.replace(asset, outputs=tuple(outputs), report={**report, **asset.report})


def _meant_open(asset: Asset, mesh: Mesh) -> bool:
    """Return whether an open result is no fault: its generator says so, or it was open before."""
    if mesh.double_sided:
        return True
    return asset.field is None and asset.coarse is not None and has_boundary(asset.coarse)


def _main_bytes(outputs: list[Output], settings: ExportSettings) -> int | None:
    return next((output.bytes for output in outputs if output.format == settings.formats[0]), None)
