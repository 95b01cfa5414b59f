"""The model zoo: every checkpoint varco3d can run, and which of them a model name stands for.

A `ModelSpec` describes one set of weights (one file on a hub, or the shipped ones); a `Bundle` is what `-m NAME` and
`models pull NAME` mean: the checkpoints that recipe needs. Facts come from the public key manifests; where a size or
hash was published it is exact and checked, else it is computed from the tensors and only said.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..kernels.errors import UsageError
from . import zoo_configs as configs
from .licences import LICENCES, Licence

GIB = float(1 << 30)


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
    part: str  # pipeline (several networks in one file), dit, vae, image-encoder, text-encoder, cutout
    licence: str
    repo: str = ""
    weights: tuple[ModelFile, ...] = ()
    sides: tuple[ModelFile, ...] = ()
    tensors: int = 0
    structure: str = ""  # fingerprint of keys and shapes, see weights/identify.py
    parameters: Mapping[str, int] = field(default_factory=dict)  # per stage: condition, denoise, decode, encode
    tokens: int = 0
    width: int = 0
    config: Mapping[str, Any] | None = None
    shipped: str = ""  # glob below weights/ of files that come with the package
    note: str = ""

    @property
    def terms(self) -> Licence:
        return LICENCES[self.licence]

    @property
    def folder(self) -> str:
        """The folder in the repository that holds the weights ("" for its root)."""
        return self.weights[0].path.rpartition("/")[0] if self.weights else ""

    @property
    def download(self) -> int:
        """Bytes of the preferred download, as far as known."""
        return (self.weights[0].size or 0) if self.weights else 0


@dataclass(frozen=True)
class Bundle:
    """What a model name stands for: the checkpoints its recipe loads; `extras` make it faster or better."""

    name: str
    parts: tuple[str, ...]
    summary: str
    extras: tuple[str, ...] = ()


def memory_gib(spec: ModelSpec, bytes_per_number: int = 2) -> dict[str, float]:
    """What each stage needs, in GiB: its parameters, 15 % for loading, and the activations of one call.

    Stages load one after the other, so the largest number is what a machine must have. Activations: about 24 arrays of
    tokens x width for both branches of guidance; an estimate, to be compared with measurements.
    """
    need = {}
    for stage, count in spec.parameters.items():
        activations = 2 * 24 * spec.tokens * spec.width if stage == "denoise" else 0
        need[stage] = (1.15 * count + activations) * bytes_per_number / GIB
    return need


# The table -----------------------------------------------------------------------------------------------------------

_GIANT, _LARGE = 1136480768, 304368640
_DECODER, _DECODER_TURBO, _DECODER_21, _DECODER_ULTRA = 214212865, 203690497, 327746177, 327799425


def _file(path: str, size: int, sha256: str | None = None, exact: bool = False) -> ModelFile:
    return ModelFile(path, size, sha256, exact)


def _hunyuan20(
    tail: str,
    repo: str,
    denoiser: int,
    tensors: int,
    structure: str,
    size: int,
    config: dict[str, Any],
    sha256: str | None = None,
    exact: bool = True,
    note: str = "",
) -> ModelSpec:
    folder = f"hunyuan3d-dit-{tail}"
    weights = (_file(f"{folder}/model.fp16.safetensors", size, sha256, exact), ModelFile(f"{folder}/model.fp16.ckpt"))
    return ModelSpec(
        name=folder,
        family="hunyuan3d-2.0",
        part="pipeline",
        licence="tencent-hunyuan3d-2.0",
        repo=repo,
        weights=weights,
        sides=(ModelFile(f"{folder}/config.yaml"),),
        tensors=tensors,
        structure=structure,
        parameters={"condition": _GIANT, "denoise": denoiser, "decode": _DECODER},
        tokens=config["vae"]["params"]["num_latents"],
        width=1024,
        config=config,
        note=note,
    )


def _hunyuan_vae(
    tail: str,
    repo: str,
    file: ModelFile,
    tensors: int,
    structure: str,
    config: dict[str, Any],
    decode: int,
    licence: str = "tencent-hunyuan3d-2.0",
    note: str = "",
) -> ModelSpec:
    folder = f"hunyuan3d-vae-{tail}"
    return ModelSpec(
        name=folder,
        family="hunyuan3d-2.1" if licence.endswith("2.1") else "hunyuan3d-2.0",
        part="vae",
        licence=licence,
        repo=repo,
        weights=(file,),
        sides=(ModelFile(f"{folder}/config.yaml"),),
        tensors=tensors,
        structure=structure,
        parameters={"decode": decode},
        tokens=config["params"]["num_latents"],
        width=1024,
        config=config,
        note=note,
    )


def _hunyuan_specs() -> list[ModelSpec]:
    two, mini, views = "tencent/Hunyuan3D-2", "tencent/Hunyuan3D-2mini", "tencent/Hunyuan3D-2mv"
    big, small = configs.shape_vae(3072, configs.SCALE_20), configs.shape_vae(512, configs.SCALE_MINI)
    small_turbo = configs.shape_vae(3072, configs.SCALE_MINI)
    plain, guided = "e963e95ac81345bb", "36f09422493d0a90"
    mini_plain, mini_guided = "d526aae6e81830e3", "a55888558e63f726"
    cfg = configs.hunyuan20
    wide = (1022, 1022)
    n0, n1, m0, m1 = 1113274432, 1114587200, 559196224, 560508992
    specs = [
        _hunyuan20("v2-0", two, n0, 1645, plain, 4928151562, cfg(16, big),
                   "360bc281fc956d4acac0c3d36d5ec0ebf8cdddbf4b8892e894d12419388d479b"),
        _hunyuan20("v2-0-fast", two, n1, 1649, guided, 4930777530, cfg(16, big, guidance=True), exact=False),
        _hunyuan20("v2-0-turbo", two, n1, 1649, guided, 4930777530, cfg(16, big, guidance=True, turbo=True),
                   exact=False),
        _hunyuan20("v2-mini", mini, m0, 1325, mini_plain, 3819958234, cfg(8, small, guidance=False),
                   "3cc66f3bea33e4062b7dbc875ffe1d70c4888914aec3e91b60f94e9bd01b522b"),
        _hunyuan20("v2-mini-fast", mini, m1, 1329, mini_guided, 3822584202, cfg(8, small, guidance=True), exact=False),
        _hunyuan20("v2-mini-turbo", mini, m1, 1329, mini_guided, 3822584202,
                   cfg(8, small_turbo, guidance=True, turbo=True, image=wide),
                   "bdbcef30dd0149a281e17d5b5b1fdad1122c904e098a42f3100e04e03c247bc4"),
        _hunyuan20("v2-mv", views, n0, 1645, plain, 4928151562, cfg(16, big, views=True),
                   "d36f5881bcdc56726b73e517cd444c13c60732431622da7268145355c8d38e9c"),
        _hunyuan20("v2-mv-fast", views, n1, 1649, guided, 4930777530, cfg(16, big, guidance=True, views=True)),
        _hunyuan20("v2-mv-turbo", views, n1, 1649, guided, 4930777530,
                   cfg(16, big, guidance=True, turbo=True, views=True)),
    ]  # fmt: skip
    vae, deco, encoder = configs.shape_vae, configs.decoder, configs.cloud(5120, 5120)
    safe, ckpt = "model.fp16.safetensors", "model.fp16.ckpt"
    base, turbo, full = "de488df4c779d93d", "4d51dd68a0939d68", "2eded6570fe71e70"
    guessed = "its hub configuration was not seen; the numbers of points are the demo's"
    specs += [
        _hunyuan_vae("v2-0", two, _file(f"hunyuan3d-vae-v2-0/{safe}", 428455666), 266, base,
                     vae(3072, configs.SCALE_20, **deco()), _DECODER),
        _hunyuan_vae("v2-0-turbo", two, _file(f"hunyuan3d-vae-v2-0-turbo/{safe}", 407410402), 262, turbo,
                     vae(3072, configs.SCALE_20, **deco(True)), _DECODER_TURBO),
        _hunyuan_vae("v2-0-withencoder", two, _file(f"hunyuan3d-vae-v2-0-withencoder/{ckpt}", 655539066), 410, full,
                     vae(3072, configs.SCALE_20, **deco(), **encoder), _DECODER_21, note=guessed),
        _hunyuan_vae("v2-mini", mini, _file(f"hunyuan3d-vae-v2-mini/{safe}", 428455666), 266, base,
                     vae(512, configs.SCALE_MINI, **deco()), _DECODER),
        _hunyuan_vae("v2-mini-turbo", mini, _file(
                         f"hunyuan3d-vae-v2-mini-turbo/{safe}", 407410402,
                         "5dcaca67a8da9e7079fb7b55714a572d0651ac95983bb43099913feaf6738f94", True),
                     262, turbo, vae(3072, configs.SCALE_MINI, **deco(True)), _DECODER_TURBO),
        _hunyuan_vae("v2-mini-withencoder", mini, _file(f"hunyuan3d-vae-v2-mini-withencoder/{ckpt}", 655539066), 410,
                     full, vae(512, configs.SCALE_MINI, **deco(), **encoder), _DECODER_21, note=guessed),
        ModelSpec(
            name="hunyuan3d-dit-v2-1", family="hunyuan3d-2.1", part="pipeline", licence="tencent-hunyuan3d-2.1",
            repo="tencent/Hunyuan3D-2.1",
            weights=(_file(f"hunyuan3d-dit-v2-1/{ckpt}", 7366389768, exact=True),),
            sides=(ModelFile("hunyuan3d-dit-v2-1/config.yaml"),), tensors=1601, structure="8a4f682262343f87",
            parameters={"condition": _LARGE, "denoise": 3050758720, "decode": _DECODER_21}, tokens=4096, width=2048,
            config=configs.hunyuan21(),
        ),
        _hunyuan_vae("v2-1", "tencent/Hunyuan3D-2.1", _file(f"hunyuan3d-vae-v2-1/{ckpt}", 655539066), 410, full,
                     configs.VAE_21, _DECODER_21, "tencent-hunyuan3d-2.1"),
    ]  # fmt: skip
    return specs


def _other_specs() -> list[ModelSpec]:
    diffusers = "diffusion_pytorch_model.safetensors"
    sg, scribble, large = "VAST-AI/TripoSG", "VAST-AI/TripoSG-scribble", configs.dino("large")
    stages = [f"stage{number}" for number in range(1, 25)]
    sg_image = configs.dino(
        "large", _name_or_path="facebook/dinov2-large", apply_layernorm=True, architectures=["Dinov2Model"],
        out_features=["stage24"], out_indices=[24], reshape_hidden_states=True, stage_names=["stem", *stages],
        transformers_version="4.45.2",
    )  # fmt: skip
    return [
        ModelSpec(
            name="ultrashape_v1", family="ultrashape", part="pipeline", licence="ultrashape",
            repo="infinith/UltraShape",
            weights=(_file("ultrashape_v1.pt", 7366048498),), tensors=1603, structure="9a790c74c91f7376",
            parameters={"condition": _LARGE, "denoise": 3050758720, "decode": _DECODER_ULTRA},
            tokens=32768, width=2048, config=configs.ultrashape(),
            note="a refiner: needs a coarse mesh, which the ultrashape models get from another checkpoint",
        ),
        ModelSpec(
            name="triposg-transformer", family="triposg", part="dit", licence="triposg", repo=sg,
            weights=(_file(f"transformer/{diffusers}", 2879167552),), sides=(ModelFile("transformer/config.json"),),
            tensors=554, structure="66b98823fad44479", parameters={"denoise": 1439556160}, tokens=2048, width=2048,
            config=configs.triposg_dit(), note="number type on disk not seen",
        ),
        ModelSpec(
            name="triposg-vae", family="triposg", part="vae", licence="triposg", repo=sg,
            weights=(_file(f"vae/{diffusers}", 485361346),), sides=(ModelFile("vae/config.json"),), tensors=356,
            structure="d84d9bce71de7297", parameters={"decode": 242662017}, tokens=2048, width=1024,
            config=configs.triposg_vae(), note="number type on disk not seen",
        ),
        ModelSpec(
            name="triposg-image_encoder_dinov2", family="triposg", part="image-encoder", licence="apache-2.0", repo=sg,
            weights=(_file("image_encoder_dinov2/model.safetensors", 1217522864),),
            sides=(ModelFile("image_encoder_dinov2/config.json"),), tensors=439, structure="57a87b74e7a19c99",
            parameters={"condition": _LARGE}, width=1024, config=sg_image, note="equals dinov2-large",
        ),
        ModelSpec(
            name="triposg-scribble-transformer", family="triposg-scribble", part="dit", licence="triposg",
            repo=scribble, weights=(_file(f"transformer/{diffusers}", 3363897880),),
            sides=(ModelFile("transformer/config.json"),), tensors=743, structure="c8eb33473a6958cc",
            parameters={"denoise": 1681911616}, tokens=512, width=2048, config=configs.triposg_dit(True),
            note="number type on disk not seen",
        ),
        ModelSpec(
            name="triposg-scribble-vae", family="triposg-scribble", part="vae", licence="triposg", repo=scribble,
            weights=(_file(f"vae/{diffusers}", 485361346),), sides=(ModelFile("vae/config.json"),), tensors=356,
            structure="d84d9bce71de7297", parameters={"decode": 242662017}, tokens=512, width=1024,
            config=configs.triposg_vae(True), note="number type on disk not seen",
        ),
        ModelSpec(
            name="triposg-scribble-text_encoder", family="triposg-scribble", part="text-encoder", licence="triposg",
            repo=scribble, weights=(_file("text_encoder/model.safetensors", 247323872),),
            sides=(ModelFile("text_encoder/config.json"), ModelFile("tokenizer/vocab.json"),
                   ModelFile("tokenizer/merges.txt")),
            tensors=197, structure="40a258364658aacd", parameters={"condition": 123650304}, width=768,
            config=configs.clip_text(),
        ),
        ModelSpec(
            name="dinov2-large", family="dinov2", part="image-encoder", licence="apache-2.0",
            repo="facebook/dinov2-large", weights=(_file("model.safetensors", 1217522864),),
            sides=(ModelFile("config.json"),), tensors=439, structure="57a87b74e7a19c99",
            parameters={"condition": _LARGE}, width=1024, config=large,
        ),
        ModelSpec(
            name="dinov2-giant", family="dinov2", part="image-encoder", licence="apache-2.0",
            repo="facebook/dinov2-giant", weights=(_file("model.safetensors", 4546005400),),
            sides=(ModelFile("config.json"),), tensors=727, structure="f8527d2e4d927f9c",
            parameters={"condition": _GIANT}, width=1536, config=configs.dino("giant"),
        ),
    ]  # fmt: skip


_SHIPPED = (
    ModelSpec(
        name="tiny", family="tiny", part="pipeline", licence="apache-2.0", shipped="tiny/*.safetensors",
        note="our own small weights, shipped; sources and attributions in weights/tiny",
    ),
    ModelSpec(
        name="u2netp", family="u2net", part="cutout", licence="apache-2.0", shipped="**/u2netp*.onnx",
        note="background removal, shipped; from xuebinqin/U-2-Net",
    ),
)  # fmt: skip

MODELS: Mapping[str, ModelSpec] = MappingProxyType(
    {spec.name: spec for spec in (*_SHIPPED, *_hunyuan_specs(), *_other_specs())}
)

_SG = ("triposg-transformer", "triposg-vae", "triposg-image_encoder_dinov2")
_SCRIBBLE = (
    "triposg-scribble-transformer",
    "triposg-scribble-vae",
    "triposg-scribble-text_encoder",
    "triposg-image_encoder_dinov2",
)

BUNDLES: Mapping[str, Bundle] = MappingProxyType(
    {
        bundle.name: bundle
        for bundle in (
            Bundle("tiny", ("tiny", "u2netp"), "shipped, runs on any CPU"),
            Bundle("hunyuan3d-2.0", ("hunyuan3d-dit-v2-0",), "50 steps", ("hunyuan3d-vae-v2-0-turbo",)),
            Bundle("hunyuan3d-2.0-fast", ("hunyuan3d-dit-v2-0-fast",), "guidance distilled: half the work per step"),
            Bundle("hunyuan3d-2.0-turbo", ("hunyuan3d-dit-v2-0-turbo",), "5 steps", ("hunyuan3d-vae-v2-0-turbo",)),
            Bundle("hunyuan3d-2mini", ("hunyuan3d-dit-v2-mini",), "half the transformer, 512 tokens"),
            Bundle("hunyuan3d-2mini-fast", ("hunyuan3d-dit-v2-mini-fast",), "mini, guidance distilled"),
            Bundle("hunyuan3d-2mini-turbo", ("hunyuan3d-dit-v2-mini-turbo",), "mini, 5 steps",
                   ("hunyuan3d-vae-v2-mini-turbo",)),
            Bundle("hunyuan3d-2mv", ("hunyuan3d-dit-v2-mv",), "several views", ("hunyuan3d-vae-v2-0-turbo",)),
            Bundle("hunyuan3d-2mv-fast", ("hunyuan3d-dit-v2-mv-fast",), "several views, guidance distilled"),
            Bundle("hunyuan3d-2mv-turbo", ("hunyuan3d-dit-v2-mv-turbo",), "several views, 5 steps",
                   ("hunyuan3d-vae-v2-0-turbo",)),
            Bundle("hunyuan3d-2.1", ("hunyuan3d-dit-v2-1",), "the 3 billion mixture of experts"),
            Bundle("ultrashape", ("hunyuan3d-dit-v2-1", "ultrashape_v1"), "coarse from 2.1, then refined on voxels"),
            Bundle("ultrashape-mini", ("hunyuan3d-dit-v2-mini", "ultrashape_v1"), "coarse from 2mini, then refined"),
            Bundle("ultrashape-triposg", (*_SG, "ultrashape_v1"), "coarse from TripoSG, then refined"),
            Bundle("triposg", _SG, "50 steps, 2048 tokens"),
            Bundle("triposg-scribble", _SCRIBBLE, "from a drawing and a prompt, 16 steps"),
        )
    }
)  # fmt: skip


def specs_of(name: str, extras: bool = False) -> tuple[ModelSpec, ...]:
    """The checkpoints behind a model name or a single checkpoint's name. Raises UsageError with a suggestion."""
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
