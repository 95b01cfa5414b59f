"""The model zoo: every checkpoint varco3d can run, and which of them a model name stands for.

A `ModelSpec` describes one set of weights (one file on a hub, or the shipped ones); a `Bundle` is what `-m NAME` and
`models pull NAME` mean: the checkpoints that recipe needs. Facts come from the public key manifests; where a size or
hash was published it is exact and checked, else it is computed from the tensors and only said.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..._text import GIB
from ..._toml import read_toml
from ...errors import UsageError
from .licences import LICENCES, Licence
from .published_settings.direct3d import direct3d_settings
from .published_settings.trellis import trellis_settings
from .published_settings.trellis2 import trellis2_settings
from .published_settings.vecset import vecset_settings


@dataclass(frozen=True)
class ModelFile:
    """One file of a hub repository. `exact`: `size` was published, not computed from the tensors."""

    path: str
    size: int | None = None
    sha256: str | None = None
    exact: bool = False

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class ModelSpec:
    """One set of weights. `weights`: alternatives, best first, one is enough; `sides`: small files beside them."""

    name: str
    family: str
    part: str  # pipeline (several networks in one file), dit, vae, image-encoder, text-encoder, cutout, painter, ...
    licence: str
    repo: str = ""
    weights: tuple[ModelFile, ...] = ()
    sides: tuple[ModelFile, ...] = ()
    tensors: int = 0
    structure: str = ""  # fingerprint of keys and shapes, see weights/checkpoints/identify.py
    other_structures: tuple[str, ...] = ()  # of files that hold the same weights under other names
    parameters: Mapping[str, int] = field(default_factory=dict)  # per stage: condition, denoise, decode, encode
    working: Mapping[str, float] = field(default_factory=dict)  # GiB per stage beside them in 16 bits, where measured
    tokens: int = 0
    width: int = 0
    config: Mapping[str, Any] | None = None
    shipped: str = ""  # glob below weights/ of files that come with the package
    note: str = ""

    @property
    def terms(self) -> Licence:
        return LICENCES[self.licence]

    @property
    def structures(self) -> tuple[str, ...]:
        """Fingerprints that a file of these weights may have."""
        return (self.structure, *self.other_structures) if self.structure else ()

    @property
    def folder(self) -> str:
        """The folder in the repository that holds the weights ("" for its root)."""
        return self.weights[0].path.rpartition("/")[0] if self.weights else ""

    @property
    def download(self) -> int:
        """Bytes of the preferred download, as far as known."""
        return (self.weights[0].size or 0) if self.weights else 0

    @property
    def several_pictures(self) -> bool:
        """Tell whether the model takes pictures of several sides of one object."""
        return self.family == "trellis" or "DinoImageEncoderMV" in str(self.config)


@dataclass(frozen=True)
class Bundle:
    """Checkpoints that the recipe of a model name loads; `extras` make it faster or better.

    use: recipe; painter for what texture.painter takes; refiner for what recipes name beside a coarse model.
    """

    name: str
    parts: tuple[str, ...]
    summary: str
    extras: tuple[str, ...] = ()
    use: str = "recipe"


def memory_gib(spec: ModelSpec, dtype: str = "float16") -> dict[str, float]:
    """Estimate the need of each stage, GiB: its parameters, 15 % for loading, and one call's activations.

    Stages load one after the other, so the largest number is what a machine must have. Activations: as measured, else
    about 24 arrays of tokens x width, since the branches of guidance run one after the other. An estimate; see
    docs/models.md.
    """
    need = {}
    for stage, count in spec.parameters.items():
        guessed = 24 * spec.tokens * spec.width if stage == "denoise" else 0
        in_16_bits = 2 * 1.15 * count / GIB + spec.working.get(stage, 2 * guessed / GIB)
        need[stage] = in_16_bits * (2 if dtype == "float32" else 1)
    return need


def _read() -> tuple[dict[str, ModelSpec], dict[str, Bundle]]:
    """Return the tables of zoo.toml, with the settings of published_settings/ put beside."""
    read = read_toml(Path(__file__).parent / "zoo.toml")
    settings = {**vecset_settings(), **trellis_settings(), **direct3d_settings(), **trellis2_settings()}
    specs = {}
    for row in read["checkpoint"]:
        files = {key: tuple(ModelFile(**file) for file in row.get(key, ())) for key in ("weights", "sides")}
        files["other_structures"] = tuple(row.get("other_structures", ()))
        specs[row["name"]] = ModelSpec(**{**row, **files}, config=settings.get(row["name"]))
    bundles = {row["name"]: Bundle(**{**row, "parts": tuple(row["parts"]), "extras": tuple(row.get("extras", ()))})
               for row in read["model"]}  # fmt: skip
    return specs, bundles


_SPECS, _BUNDLES = _read()
MODELS: Mapping[str, ModelSpec] = MappingProxyType(_SPECS)
BUNDLES: Mapping[str, Bundle] = MappingProxyType(_BUNDLES)


def specs_of(name: str, extras: bool = False) -> tuple[ModelSpec, ...]:
    """Return the checkpoints behind a model name or a single checkpoint's name. Raises UsageError with a suggestion."""
    if name in BUNDLES:
        bundle = BUNDLES[name]
        return tuple(MODELS[part] for part in (*bundle.parts, *(bundle.extras if extras else ())))
    if name in MODELS:
        return (MODELS[name],)
    near = difflib.get_close_matches(name, [*BUNDLES, *MODELS], n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else "See `varco3d models list`."
    raise UsageError(f"there is no model {name!r}", hint)


def spec(name: str) -> ModelSpec:
    """One checkpoint by its own name. Raises UsageError."""
    if name in MODELS:
        return MODELS[name]
    near = difflib.get_close_matches(name, list(MODELS), n=1, cutoff=0.5)
    raise UsageError(
        f"there is no checkpoint {name!r}", f"Did you mean {near[0]}?" if near else "See `varco3d models list`."
    )
