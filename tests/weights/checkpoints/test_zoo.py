"""The zoo holds every public checkpoint with the facts that were published, and its licences."""

import ast
import json
import math
from pathlib import Path

import pytest
import torch

from varco3d.errors import LicenceNotAcceptedError, UsageError
from varco3d.weights.checkpoints import licences
from varco3d.weights.checkpoints.conversion.trellis import DINO_HUB, DINO_REGISTERS, dino_hub_config
from varco3d.weights.checkpoints.identify import fingerprint
from varco3d.weights.checkpoints.zoo import BUNDLES, MODELS, memory_gib, spec, specs_of
from varco3d.weights.networks.encoders.dino import Dino

FACTS = json.loads((Path(__file__).parent / "public_checkpoints.json").read_text())
PRODUCT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", FACTS)
def test_every_public_checkpoint_with_its_facts(name: str) -> None:
    fact, model = FACTS[name], MODELS[name]
    assert (model.repo, model.tensors, model.structure) == (fact["hub_repo"], fact["tensors"], fact["structure"])
    assert sum(model.parameters.values()) == fact["parameters"]
    prefix = f"{fact['subfolder']}/" if fact["subfolder"] else ""
    known = {file.path for file in (*model.weights, *model.sides)}
    assert {prefix + file for file in fact["files"]} <= known
    size = fact["published_bytes"] or fact["computed_safetensors_bytes_without_metadata"]
    assert model.weights[0].size == size
    assert model.weights[0].exact == bool(fact["published_bytes"])
    assert model.weights[0].sha256 == fact["published_sha256"]
    if fact["config"] is not None:
        assert model.config == fact["config"]


@pytest.mark.parametrize("name", FACTS)
def test_territory_clause(name: str) -> None:
    terms = MODELS[name].terms
    if name.startswith(("hunyuan3d", "ultrashape")):
        assert FACTS[name]["tencent"]
        assert set(terms.excludes) == {"the European Union", "the United Kingdom", "South Korea"}
        assert "South Korea" in terms.notice() and "TERRITORY" in terms.notice()
    assert terms.ask == FACTS[name]["tencent"]


def test_every_part_of_a_bundle_exists_and_tiny_is_ours() -> None:
    for name, bundle in BUNDLES.items():
        assert [s.name for s in specs_of(name)] == list(bundle.parts)
        specs_of(name, extras=True)
    assert MODELS["tiny"].shipped and not MODELS["tiny"].terms.ask


def test_unknown_names_get_a_suggestion() -> None:
    with pytest.raises(UsageError) as caught:
        specs_of("hunyuan3d-2.2")
    assert "hunyuan3d-2." in caught.value.hint
    with pytest.raises(UsageError, match="no checkpoint"):
        spec("triposg")


def test_memory_by_stage() -> None:
    need = memory_gib(MODELS["hunyuan3d-dit-v2-1"])
    assert set(need) == {"condition", "denoise", "decode"}
    assert 5.7 < need["denoise"] < 9  # 3.05 billion numbers of 2 bytes are 5.7 GiB
    full, half = (memory_gib(MODELS["hunyuan3d-dit-v2-1"], dtype) for dtype in ("float32", "bfloat16"))
    assert full["denoise"] == pytest.approx(2 * need["denoise"]) == pytest.approx(2 * half["denoise"])
    assert half["decode"] == need["decode"] == pytest.approx(full["decode"] / 2)


def test_memory_by_stage_takes_what_was_measured() -> None:
    decoder = MODELS["trellis-slat-dec-mesh"]
    parameters = 1.15 * 2 * decoder.parameters["decode"] / (1 << 30)
    assert memory_gib(decoder)["decode"] == pytest.approx(parameters + decoder.working["decode"])
    assert memory_gib(decoder, "float32")["decode"] == pytest.approx(2 * memory_gib(decoder)["decode"])


def test_licence_must_be_accepted_by_name(tmp_path: Path) -> None:
    terms = MODELS["triposg-vae"].terms
    with pytest.raises(LicenceNotAcceptedError) as caught:
        licences.require(terms, {"apache-2.0"})
    assert "`accept_licence` triposg" in caught.value.hint
    accepted = licences.Acceptances(tmp_path / "a" / "accepted.json")
    accepted.add("triposg")
    licences.require(terms, accepted.names())
    with pytest.raises(UsageError):
        accepted.add("nonsense")
    accepted.path.write_text("{damaged")
    assert accepted.names() == frozenset()
    licences.require(MODELS["dinov2-large"].terms, ())


def test_nothing_unpickles_objects() -> None:
    """Every torch.load of the product says weights_only=True, and nothing loads pickles or numpy objects."""
    for path in [p for folder in ("cli", "pipeline", "weights", "kernels") for p in (PRODUCT / folder).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            flags = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
            if (owner, node.func.attr) == ("torch", "load"):
                assert flags.get("weights_only") is True, f"{path}:{node.lineno}"
            if path.parent.name != "executors":  # what workers are sent comes from the run itself, not from a file
                assert (owner, node.func.attr) not in {("pickle", "load"), ("pickle", "loads")}, f"{path}:{node.lineno}"
            assert flags.get("allow_pickle") is not True, f"{path}:{node.lineno}"


def test_the_image_encoder_with_registers_is_known_by_both_names() -> None:
    """The file of its hub has transformers' names: other keys, the same numbers."""
    model = MODELS["dinov2-vitl14-reg"]
    with torch.device("meta"):
        network = Dino(dino_hub_config(model.config or {}), "smooth")
    found = {}
    for layout, spare in (
        (DINO_REGISTERS, {"embeddings.mask_token": (1, 1024), "layernorm.weight": (1024,), "layernorm.bias": (1024,)}),
        (DINO_HUB, {"mask_token": (1, 1024), "norm.weight": (1024,), "norm.bias": (1024,)}),
    ):
        shapes: dict[str, tuple[int, ...]] = dict(spare)
        for name, parameter in network.named_parameters():
            sources = layout.sources(name)
            shapes |= {source: (parameter.shape[0] // len(sources), *parameter.shape[1:]) for source in sources}
        found[layout.name] = fingerprint(shapes), len(shapes), sum(math.prod(shape) for shape in shapes.values())
    hub, ours = found[DINO_HUB.name], found[DINO_REGISTERS.name]
    assert hub == (model.structure, model.tensors, sum(model.parameters.values()))
    assert (ours[0],) == model.other_structures and ours[2] == hub[2]
    assert model.weights[0].size == pytest.approx(4 * ours[2] + 48_000, abs=2000)  # with its header
