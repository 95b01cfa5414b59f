"""--memory and number types: which networks stay, how many points are asked at once, and in what linear layers run."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from varco3d._text import GIB
from varco3d.errors import OutOfMemoryError
from varco3d.kernels.fields.decode_octree import decode_octree
from varco3d.pipeline.machine import free_memory, used_memory
from varco3d.pipeline.network_pool import NetworkPool
from varco3d.pipeline.stage import FREE_SHARE, LEAST_CHUNK, Context, fitted_chunk
from varco3d.weights.generators.loading import load_generator
from varco3d.weights.generators.parts import free_bytes
from varco3d.weights.painters.base import Room

FIXTURES = Path(__file__).parents[2] / "parity" / "fixtures"
CONFIGS = {"hy20_pipeline": "model.fp16.safetensors", "hy21_pipeline": "model.fp16.ckpt", "ultra_pipeline": "ultrashape_v1.pt"}  # fmt: skip  # noqa: E501
PICTURE = np.random.default_rng(0).random((64, 64, 4), np.float32)


@pytest.fixture
def folder(tmp_path: Path):
    def copy(name: str) -> str:
        shutil.copy(FIXTURES / name / CONFIGS[name], tmp_path)
        shutil.copy(FIXTURES / name / "config.yaml", tmp_path)
        return str(tmp_path)

    return copy


def size_of(network: torch.nn.Module) -> float:
    return sum(p.numel() * p.element_size() for p in network.parameters()) / (1 << 30)


def test_networks_leave_when_the_budget_holds_one(folder) -> None:
    generator = load_generator(folder("hy20_pipeline"), "coarse")
    sizes = {name: size_of(generator.parts.take(name)) for name in ("image", "dit", "vae")}
    assert set(generator.parts._loaded) == set(sizes)
    generator.parts.release()
    generator.limit_memory(1.3 * max(sizes.values()))
    for name in sizes:
        generator.parts.take(name)
        assert sum(size_of(network) for network in generator.parts._loaded.values()) <= 1.3 * max(sizes.values())
    generator.limit_memory(0.9 * sizes["dit"])
    generator.parts.release()
    with pytest.raises(OutOfMemoryError, match="network 'dit' needs"):
        generator.parts.take("dit")


def test_the_pool_hands_the_budget_on(folder) -> None:
    pool = NetworkPool({"coarse": folder("hy20_pipeline")}, memory=0.25)
    networks, _ = pool.take(["coarse"])
    assert networks["coarse"].parts.budget == 0.25 * (1 << 30)


def test_fewer_points_when_memory_is_short(folder, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = load_generator(folder("hy20_pipeline"), "coarse")
    monkeypatch.setattr("varco3d.pipeline.stage.used_memory", lambda device: 1.0)
    assert fitted_chunk(65536, generator, Context()) == 65536
    assert fitted_chunk(65536, generator, Context(memory=100.0)) == 65536
    room = 5000 * generator.point_bytes() / (1 << 30)
    assert fitted_chunk(65536, generator, Context(memory=1.0 + room)) == pytest.approx(5000, abs=1)
    assert fitted_chunk(65536, generator, Context(memory=0.5)) == LEAST_CHUNK
    # A device that others share has less free than the budget says.
    monkeypatch.setattr("varco3d.pipeline.stage.free_memory", lambda device: room / FREE_SHARE)
    for memory in (None, 100.0):
        assert fitted_chunk(65536, generator, Context(device="cuda:0", memory=memory)) == pytest.approx(5000, abs=1)
    assert fitted_chunk(2000, generator, Context(device="cuda:0")) == 2000


def test_what_torch_keeps_unused_counts_as_free(folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that tells of 3 GiB free while torch holds 5 GiB, 4 of them in tensors."""
    told = {"mem_get_info": (3 * GIB, 80 * GIB), "memory_reserved": 5 * GIB, "memory_allocated": 4 * GIB}
    for name, value in told.items():
        monkeypatch.setattr(torch.cuda, name, lambda device, value=value: value)
    assert free_memory("cuda:0") == 4.0 and used_memory("cuda:0") == 4.0
    assert free_bytes(torch.device("cuda", 0)) == 4 * GIB
    assert Room(device="cuda:0").budget() == 8 * GIB  # with what its own tensors hold already
    generator = load_generator(folder("hy20_pipeline"), "coarse")
    told["mem_get_info"] = (0, 80 * GIB)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: told["mem_get_info"])
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: told["memory_allocated"] + (1 << 23))
    points = int(FREE_SHARE * (1 << 23) / generator.point_bytes())
    assert LEAST_CHUNK < points < 65536
    assert fitted_chunk(65536, generator, Context(device="cuda:0")) == points


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_keys_of_a_field_are_made_once_a_decode(folder, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = load_generator(folder(name), "refine")
    made, asked = [], []
    geo = type(generator.vae().geo)
    keys_of, decode = geo.keys_of, type(generator.vae()).decode
    monkeypatch.setattr(geo, "keys_of", lambda self, *a: made.append("keys") or keys_of(self, *a))
    monkeypatch.setattr(type(generator.vae()), "decode", lambda self, *a: made.append("latents") or decode(self, *a))
    query = generator.field(torch.randn(1, 6, generator.channels), None)

    def ball(points: torch.Tensor) -> torch.Tensor:
        asked.append(len(points))
        return 0 * query(points) + 0.6 - points.norm(dim=-1)

    decode_octree(ball, 16, generator.field_bounds, start=8, chunk=200)
    assert len(asked) > 5 and sorted(made) == ["keys", "latents"]


@pytest.mark.parametrize("name", sorted(CONFIGS))
def test_linear_layers_run_in_bfloat16(folder, name: str) -> None:
    """Every one, on every token: one float32 activation on the way would make the rest run in float32 too."""
    generator = load_generator(folder(name), "refine", dtype="bfloat16")
    seen: dict[str, set[torch.dtype]] = {"image": set(), "dit": set(), "vae": set()}
    calls = dict.fromkeys(seen, 0)

    def watch(part: str):
        def hook(module: torch.nn.Linear, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            seen[part] |= {inputs[0].dtype, module.weight.dtype, output.dtype}
            calls[part] += 1

        return hook

    linear = {}
    for part in seen:
        layers = [layer for layer in generator.parts.take(part).modules() if isinstance(layer, torch.nn.Linear)]
        linear[part] = len(layers)
        for layer in layers:
            layer.register_forward_hook(watch(part))
    anchors = generator.anchors(np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), 16) if name == "ultra_pipeline" else None
    x = torch.randn(1, 3 if anchors is not None else 16, generator.channels)
    generator.velocity(x, 0.4, generator.condition(PICTURE), anchors, 2.0)
    generator.field(x, anchors)(torch.zeros(5, 3))
    assert seen["image"] == seen["dit"] == seen["vae"] == {torch.bfloat16}
    assert calls["image"] == linear["image"] and calls["dit"] >= linear["dit"] and calls["vae"] >= linear["vae"]


def test_points_of_a_half_field_come_in_few_numbers(folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each new size of a product in half precision costs memory for good."""
    places = torch.rand(3000, 3, generator=torch.Generator().manual_seed(0)) * 2 - 1
    latents = torch.randn(1, 16, 8, generator=torch.Generator().manual_seed(1))
    for dtype in ("bfloat16", "float32"):
        generator = load_generator(folder("hy20_pipeline"), "refine", dtype=dtype)
        asked: set[int] = set()
        kind = type(generator.vae())
        field = kind.field
        monkeypatch.setattr(
            kind, "field", lambda self, points, *a, f=field, s=asked: s.add(points.shape[1]) or f(self, points, *a)
        )
        query = generator.field(latents[..., : generator.channels], None)
        counts = range(1200, 3000, 37)
        found = [query(places[:count]) for count in counts]
        assert [len(values) for values in found] == list(counts)
        torch.testing.assert_close(found[0], found[-1][:1200], atol=0.02, rtol=0.02)
        assert asked == (set(counts) if dtype == "float32" else {1280, 1536, 1792, 2048, 2560, 3072})
        monkeypatch.undo()
