"""The Python front door: same results as the command line, any kind of picture and mesh, stages to replace."""

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image
from tiny_painter import fill_store

import varco3d
from varco3d.cli.main import main
from varco3d.errors import BadInputError, UsageError, Varco3DError
from varco3d.pipeline.artifacts import Asset
from varco3d.pipeline.stage import Context

PICTURE = Path(__file__).parents[2] / "examples" / "fluent3d_mushroom.png"
QUICK = {
    "coarse_candidates": 1,
    "coarse_second_look": False,
    "coarse_outline": False,
    "decode_outline": False,
    "decode_smooth": 0.0,
    "sample_tokens": 256,
    "decode_resolution": 48,
    "texture_size": 256,
    "clean_faces": 2000,
}


@pytest.fixture(scope="module")
def pipeline() -> varco3d.Pipeline:
    return varco3d.Pipeline.load("tiny", "draft", device="cpu", offload="none", **QUICK)


@pytest.fixture(scope="module")
def made(pipeline: varco3d.Pipeline) -> varco3d.Result:
    return pipeline(PICTURE, seed=3)


def test_the_file_is_the_one_that_the_command_line_writes(made: varco3d.Result, tmp_path: Path) -> None:
    (written,) = made.save(tmp_path / "api.glb")
    words = [f"--set={key.replace('_', '.', 1)}={value}" for key, value in QUICK.items()]
    arguments = ["generate", str(PICTURE), "-o", str(tmp_path / "cli.glb"), "--preset", "draft", "--seed", "3"]
    assert main([*arguments, "--device", "cpu", "-q", *words]) == 0
    assert written.read_bytes() == (tmp_path / "cli.glb").read_bytes()


def test_importing_and_the_public_names_are_light() -> None:
    code = (
        "import sys, varco3d; assert set(varco3d.__all__) <= set(dir(varco3d)); varco3d.__version__; "
        "print(sorted({'torch', 'trimesh', 'scipy', 'warp'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    for name in varco3d.__all__:
        assert getattr(varco3d, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'genrate'"):
        _ = varco3d.genrate  # type: ignore[attr-defined]


def test_result_tells_about_its_mesh(made: varco3d.Result) -> None:
    assert made.report["faces"] == len(made.mesh.faces) <= 2000
    assert max(np.ptp(np.array(made.report["bbox"]), axis=0)) == pytest.approx(1.0, abs=1e-4)
    assert made.report["texture"]["registered"]
    assert set(made.timings) >= {"prepare", "coarse", "texture"}
    as_trimesh = made.to_trimesh()
    assert np.array_equal(as_trimesh.faces, made.mesh.faces)
    back = varco3d.Mesh.from_trimesh(as_trimesh)
    assert np.array_equal(back.texture, made.mesh.texture)
    np.testing.assert_allclose(back.uv, made.mesh.uv, atol=1e-6)


@pytest.mark.parametrize("kind", ["image", "bytes", "floats"])
def test_pictures_in_memory_give_the_subject_of_the_file(pipeline: varco3d.Pipeline, kind: str) -> None:
    image = Image.open(PICTURE).convert("RGBA")
    picture = {"image": image, "bytes": np.asarray(image), "floats": np.asarray(image) / 255.0}[kind]
    expected, given = (pipeline(source, until="prepare").asset.subject for source in (PICTURE, picture))
    assert expected is not None and given is not None
    assert np.array_equal(expected.rgba, given.rgba)


def test_steps_come_in_order_with_progress(pipeline: varco3d.Pipeline) -> None:
    told: list[str] = []
    steps = list(pipeline.steps(PICTURE, until="coarse", progress=lambda stage, step, steps: told.append(stage)))
    assert [step.stage for step in steps[:-1] if isinstance(step, varco3d.Step)] == ["prepare", "coarse"]
    assert isinstance(steps[-1], varco3d.Result) and steps[-1].mesh is steps[-1].asset.coarse
    assert "coarse" in told


@dataclass(frozen=True)
class CubeSettings:
    side: float = 1.0


class Cube:
    """A stage that answers every picture with a cube."""

    name, needs, gives, networks = "coarse", ("subject",), ("coarse",), ()
    Settings = CubeSettings

    def run(self, asset: Asset, settings: CubeSettings, context: Context) -> Asset:
        return replace(asset, coarse=varco3d.Mesh.from_trimesh(trimesh.creation.box([settings.side] * 3)))


def test_a_stage_is_replaced_or_left_out() -> None:
    with varco3d.Pipeline.load("tiny", "draft", device="cpu") as pipeline:
        pipeline.stages["coarse"] = Cube()
        for name in ("refine", "texture"):
            del pipeline.stages[name]
        result = pipeline(PICTURE, coarse_side=0.5)
    assert result.mesh.texture is None
    assert len(result.mesh.faces) == 12
    assert np.ptp(result.mesh.vertices) == pytest.approx(0.5)


def test_a_mesh_is_painted_and_keeps_its_size(pipeline: varco3d.Pipeline, tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere(subdivisions=2, radius=1.5)
    result = pipeline.texture(ball, PICTURE)
    assert result.mesh.texture is not None
    assert result.report["bbox"][1][1] - result.report["bbox"][0][1] == pytest.approx(3.0, rel=0.02)
    arrays = pipeline.texture((ball.vertices, ball.faces), PICTURE)
    assert np.array_equal(arrays.mesh.vertices, result.mesh.vertices)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda p: p("missing.png"), BadInputError, "missing.png does not exist"),
        (lambda p: p(np.zeros((4, 4, 7), np.uint8)), BadInputError, r"\(4, 4, 7\) is no picture"),
        (lambda p: p(np.full((64, 64, 3), 7.0)), BadInputError, "0..1"),
        (lambda p: p(PICTURE, decode_resolutoin=3), UsageError, "decode.resolutoin"),
        (lambda p: p(PICTURE, nonsense=3), UsageError, "nonsense"),
        (lambda p: p(PICTURE, sides={"above": PICTURE}), UsageError, "above"),
        (lambda p: p.texture((np.zeros((3, 3)), np.array([[0, 1, 5]])), PICTURE), BadInputError, "does not exist"),
        (lambda p: p(PICTURE, until="prepare").mesh, Varco3DError, "no stage made a mesh"),
        (lambda p: p(PICTURE, until="prepare").save("x.fbx"), UsageError, "x.fbx"),
    ],
)
def test_mistakes_are_typed_errors_that_name_them(pipeline: varco3d.Pipeline, call, error, words: str) -> None:
    with pytest.raises(error, match=words):
        call(pipeline)


def test_words_paint_a_mesh_and_nothing_to_paint_from_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_store(tmp_path / "models", words=True)
    monkeypatch.setenv("VARCO3D_MODELS", str(tmp_path / "models"))
    box = trimesh.creation.box((1, 2, 1))
    small = {"texture_size": 64, "texture_painter_size": 64, "texture_painter_steps": 1, "texture_passes": 0}
    result = varco3d.texture(box, prompt="weathered bronze", **small)
    assert result.mesh.texture is not None and result.mesh.texture.std() > 1
    with pytest.raises(UsageError, match="neither"):
        varco3d.texture(box)


def test_results_hold_what_a_mesh_lost_while_it_was_read(pipeline: varco3d.Pipeline, tmp_path: Path) -> None:
    path = tmp_path / "x.obj"
    path.write_text("mtllib gone.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl a\nf 1 2 3\n")
    for verb in (pipeline.texture, pipeline.refine):
        result = verb(path, PICTURE, until="prepare", prepare_size=64)
        assert any("x.obj" in text and "gone.mtl" in text for text in result.warnings), result.warnings


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sides": {"bakc": PICTURE}}, "there is no side 'bakc'"),
        ({"sides": {"back": PICTURE}}, "this model takes one picture"),
        ({"sides": {"back": "missing.png"}}, "missing.png does not exist"),
        ({"mask": "missing.png"}, "missing.png does not exist"),
        ({"texture_painter": "rembrandt"}, "there is no painter 'rembrandt'"),
        ({"texture_views": "missing.png"}, "missing.png is no picture"),
        ({"until": "colour"}, "colour"),
    ],
)
def test_what_cannot_work_is_refused_before_any_work(pipeline: varco3d.Pipeline, options: dict, words: str) -> None:
    """`steps` answers at the call, not at the first stage, so nothing was done when it refuses."""
    with pytest.raises(Varco3DError) as refused:
        pipeline.steps(PICTURE, **options)
    assert words in refused.value.message
