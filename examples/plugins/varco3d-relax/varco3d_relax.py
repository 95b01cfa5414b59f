"""A stage between `clean` and `texture`: Taubin smoothing, which evens a surface out and keeps its volume."""

from dataclasses import dataclass, replace

import trimesh

from varco3d import Mesh
from varco3d.pipeline.artifacts import Asset
from varco3d.pipeline.settings import setting
from varco3d.pipeline.stage import Context


@dataclass(frozen=True)
class RelaxSettings:
    rounds: int = setting(10, "passes over all vertices", 0, 200)


class Relax:
    name = "relax"
    Settings = RelaxSettings
    needs = ("mesh",)
    gives = ("mesh",)
    networks = ()

    def run(self, asset: Asset, settings: RelaxSettings, context: Context) -> Asset:
        surface = trimesh.Trimesh(asset.mesh.vertices, asset.mesh.faces, process=False)
        trimesh.smoothing.filter_taubin(surface, iterations=settings.rounds)
        context.progress(settings.rounds, settings.rounds)
        return replace(asset, mesh=Mesh.from_trimesh(surface))
