"""TRELLIS.2 as a user has it: files taken in from a folder, a mesh of a picture, materials for a mesh, refusals."""

import json
from pathlib import Path

import pytest
from conftest import Run
from toy_trellis2 import ENCODER, write_toy_trellis2
from toys_for_published import take_for_published
from trimesh.creation import torus

from varco3d.pipeline.meshes.reading import load_mesh
from varco3d.weights.checkpoints.zoo import ModelSpec

QUICK = ["--set", "coarse.steps=1", "--set", "refine.steps=1", "--set", "decode.steps=1", "--faces", "300",
         "--texture-size", "128"]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody brings along: a folder of the hub, of toy size."""
    return write_toy_trellis2(tmp_path_factory.mktemp("usb") / "TRELLIS.2-4B", occupancy=-0.5)


@pytest.fixture
def known(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder, with its toys known by their keys in place of the published files; the store is empty."""
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "models"))

    def file_of(spec: ModelSpec) -> Path:
        return folder / ("dinov3" if spec.part == "image-encoder" else "ckpts") / spec.weights[0].name

    take_for_published(monkeypatch, ("trellis2", "trellis2-texture"), file_of, ENCODER)
    return folder


def test_files_are_taken_in_checked_and_used(run: Run, known: Path, picture: Path) -> None:
    missing = run("generate", picture, "-m", "trellis2")
    assert missing.code == 3 and "dinov3-vitl16" in missing.err
    taken = run("models", "import", known)
    assert taken.code == 0, taken.err
    checked = run("models", "verify", "trellis2", "trellis2-texture")
    assert checked.code == 0 and checked.out.count("ok") >= 10
    shown = json.loads(run("models", "show", "trellis2", "--json").out)
    assert {row["licence"] for row in shown["checkpoints"]} == {"mit", "dinov3"}

    made = run("generate", picture, "-m", "trellis2", "--preset", "draft", *QUICK, "--save-stages", "-o", "open.glb")
    assert made.code == 0, made.err
    mesh = load_mesh(Path("open.glb"))
    assert mesh.texture is not None and mesh.metallic_roughness is not None and mesh.double_sided
    again = run("generate", picture, "-m", "trellis2", "--preset", "draft", *QUICK, "--save-stages", "--from",
                "texture", "-o", "open.glb")  # fmt: skip
    assert again.code == 0, again.err

    torus(0.4, 0.15, 24, 12).export("ring.glb")
    painted = run("texture", "ring.glb", picture, "--painter", "trellis2", "--set", "texture.painter_size=64",
                  "--set", "texture.painter_steps=1", "--texture-size", "128", "-o", "painted.glb")  # fmt: skip
    assert painted.code == 0, painted.err
    ring = load_mesh(Path("painted.glb"))
    assert ring.texture is not None and ring.metallic_roughness is not None and ring.texture.std() > 3


def test_what_cannot_run_is_refused_before_any_work(run: Run, known: Path, picture: Path) -> None:
    assert run("models", "import", known).code == 0
    refused = run("generate", picture, "-m", "trellis2", "--memory", "0.5")
    assert refused.code == 4 and "trellis2 needs about" in refused.err
    several = run("generate", picture, "--back", picture, "-m", "trellis2")
    assert several.code == 2 and "one picture" in several.err
    torus(0.4, 0.15, 24, 12).export("ring.glb")
    words = run("texture", "ring.glb", "--prompt", "rust", "--painter", "trellis2")
    assert words.code == 2 and "takes no words" in words.err
