"""What people and attackers hand to convert, inspect and preview, through the program itself."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from foreign import SQUARE_UV, Glb, model, plain, solid, textured, three_mf
from PIL import Image

from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.reading import read_mesh

CASES = next(
    (path for above in Path(__file__).parents[3:6] if (path := above / "shared" / "cases").is_dir()), Path("no cases")
)


def document(path: str) -> dict:
    data = Path(path).read_bytes()
    return json.loads(data[20 : 20 + int.from_bytes(data[12:16], "little")])


def test_the_unit_of_a_3mf_counts(run) -> None:
    for unit, millimetres in (("inch", 25.4), ("foot", 304.8), ("micron", 0.001)):
        three_mf(Path("a.3mf"), main=model(solid(), about=f'unit="{unit}"'))
        assert run("convert", "a.3mf", "a.stl").code == 0
        assert np.allclose(np.ptp(read_mesh(Path("a.stl")).mesh.vertices, axis=0), millimetres, rtol=1e-5)
    assert run("convert", "a.3mf", "b.glb", "--from-unit", "m").code == 0  # a flag goes before what the file says
    assert np.allclose(np.ptp(read_mesh(Path("b.glb")).mesh.vertices, axis=0), 1)


def test_materials_reach_the_file(run) -> None:
    glb = Glb()
    leaf = np.dstack([plain(0, 200, 0, size=8), np.repeat(np.uint8([[0, 255]]), 4, 1).repeat(8, 0)])
    material = {**textured(glb, leaf), "alphaMode": "MASK", "alphaCutoff": 0.3, "doubleSided": True}
    glb.write(Path("leaf.glb"), glb.square(material, TEXCOORD_0=SQUARE_UV * 3))
    assert run("convert", "leaf.glb", "out.glb").code == 0
    written = document("out.glb")
    assert written["samplers"][0]["wrapS"] == written["samplers"][0]["wrapT"] == 10497
    assert written["materials"][0]["alphaMode"] == "MASK" and written["materials"][0]["alphaCutoff"] == 0.3
    assert written["materials"][0]["doubleSided"] is True
    glb = Glb()
    glb.write(Path("red.glb"), glb.square({"pbrMetallicRoughness": {"baseColorFactor": [1, 0, 0, 1]}}))
    assert run("convert", "red.glb", "out.glb").code == 0
    assert document("out.glb")["materials"][0]["pbrMetallicRoughness"]["baseColorFactor"] == [1, 0, 0, 1]


def test_a_mesh_without_area_is_told(run) -> None:
    """A scale of zero hides a node in some programs, and leaves nothing to see here."""
    glb = Glb()
    glb.write(Path("a.glb"), glb.square(), node={"scale": [0, 0, 0]})
    Path("line.obj").write_text("v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\n")
    Path("thin.obj").write_text("v 0 0 0\nv 1e-30 0 0\nv 0 1e-30 0\nf 1 2 3\n")
    for name, told in (("a.glb", True), ("line.obj", True), ("thin.obj", False)):
        answer = run("convert", name, "out.ply")
        assert answer.code == 0 and ("none of its triangles has an area" in answer.err) == told, answer.err
    Image.new("RGB", (64, 64)).save("a.png")
    for verb in ("refine", "texture"):
        refused = run(verb, "a.glb", "a.png")
        assert refused.code == 1 and "error[bad_input]: a.glb has no extent" in refused.err
        assert "error[bad_input]: . is no file" in run(verb, "line.obj", ".").err


def test_a_name_cannot_write_lines_of_its_own(run) -> None:
    glb = Glb()
    glb.write(Path("a.glb"), glb.square())
    name = "b\nerror[internal]: lost\x1b[31m.obj"
    for arguments in (("convert", "a.glb", name), ("inspect", name), ("refine", name, "no.png")):
        said = run(*arguments).err
        assert "\nerror[internal]" not in said and "\x1b" not in said, said
    assert Path(name).exists()


def test_warnings_reach_the_terminal(run) -> None:
    glb = Glb(animations=[{}])
    glb.write(Path("a.glb"), glb.square(textured(glb, plain(1, 2, 3))))
    for arguments in (("inspect", "a.glb"), ("convert", "a.glb", "b.stl"), ("preview", "a.glb", "--size", "32")):
        answer = run(*arguments)
        assert answer.code == 0 and "warning: a.glb: animations were left out" in answer.err, arguments
    assert "STL holds no colours" in run("convert", "a.glb", "b.stl").err


def test_one_bad_mesh_leaves_the_others_their_answer(run) -> None:
    glb = Glb()
    glb.write(Path("good.glb"), glb.square())
    three_mf(Path("bad.3mf"), main=model(solid('<triangle v1="0" v2="1" v3="99"/>')))
    answer = run("inspect", "bad.3mf", "good.glb", "--json")
    found = json.loads(answer.out)["meshes"]
    assert answer.code == 1 and found[0]["error"]["code"] == "bad_mesh" and found[1]["faces"] == 2
    answer = run("preview", "bad.3mf", "good.glb", "--size", "32")
    assert answer.code == 1 and Path("good.preview.png").exists() and "bad_mesh" in answer.err


Check = Callable[[Callable, Path], None]


def report(run: Callable, name: str) -> dict:
    answer = run("inspect", name, "--json")
    assert answer.code == 0, answer.err
    return json.loads(answer.out)["meshes"][0]


def refused(code: str, *names: str) -> Check:
    def check(run: Callable, _: Path) -> None:
        for name in names:
            answer = run("inspect", name)
            assert answer.code == 1 and f"error[{code}]" in answer.err and name in answer.err, answer.err

    return check


def converted(run: Callable, source: str, target: str, *flags: str) -> Mesh:
    answer = run("convert", source, target, *flags)
    assert answer.code == 0, answer.err
    return read_mesh(Path(target)).mesh


def check_units(run: Callable, _: Path) -> None:
    assert np.allclose(np.ptp(converted(run, "inch.3mf", "out.stl").vertices, axis=0), 25.4)
    assert np.allclose(np.ptp(converted(run, "metre.3mf", "out.glb").vertices, axis=0), 1)


def check_red(run: Callable, _: Path) -> None:
    assert (converted(run, "red.glb", "a.glb").colors == [255, 0, 0]).all()
    assert (converted(run, "white_texture_red_factor.glb", "b.glb").texture == [255, 0, 0]).all()


def check_leaf(run: Callable, _: Path) -> None:
    mesh = converted(run, "leaf.glb", "out.glb")
    assert mesh.alpha_mode == "mask" and mesh.opacity is not None and 0.4 < (mesh.opacity < 128).mean() < 0.6


def check_big(run: Callable, _: Path) -> None:
    answer = run("convert", "big.ply", "out.stl")
    assert answer.code == 0 and "Warning" not in answer.err and "site-packages" not in answer.err


def check_far(run: Callable, _: Path) -> None:
    converted(run, "utm.obj", "out.glb", "--origin", "center")
    assert np.isclose(report(run, "out.glb")["volume"], 0.125)
    assert report(run, "utm.obj")["bbox"] == [[500123, 4649776.25, 34.75], [500123.5, 4649776.75, 35.25]]


def check_mtl(run: Callable, _: Path) -> None:
    assert report(run, "backslash.obj")["texture_size"] is not None
    answer = run("convert", "missing_pic.obj", "a.glb")
    assert "gone.png" in answer.err and (read_mesh(Path("a.glb")).mesh.colors == [255, 0, 0]).all()
    mesh = converted(run, "no_mtl.obj", "b.glb")
    assert mesh.texture is None and mesh.colors is None


def check_encodings(run: Callable, _: Path) -> None:
    assert [report(run, name)["faces"] for name in ("latin1.obj", "bom.obj", "trailing.stl")] == [12, 12, 12]


def check_mixed(run: Callable, _: Path) -> None:
    mesh = converted(run, "mixed.glb", "out.glb")
    assert mesh.texture is not None and mesh.uv is not None and report(run, "mixed.glb")["texture_size"]


def check_placed(run: Callable, _: Path) -> None:
    for name in ("uv1.glb", "transform.glb"):
        before, after = read_mesh(Path(name)).mesh, converted(run, name, f"out_{name}")
        assert before.uv is not None and after.uv is not None and np.allclose(before.uv, after.uv)
    assert read_mesh(Path("transform.glb")).mesh.uv.min() >= 0.5
    assert len(np.unique(read_mesh(Path("uv1.glb")).mesh.uv, axis=0)) > 1


def check_stray(run: Callable, _: Path) -> None:
    assert np.isclose(np.ptp(converted(run, "stray.ply", "out.glb", "--size", "1").vertices, axis=0).max(), 1)


def check_tiled(run: Callable, _: Path) -> None:
    assert converted(run, "tiled.glb", "out.glb").wrap == ("repeat", "repeat")


def check_linear(run: Callable, _: Path) -> None:
    assert np.abs(converted(run, "linear.glb", "out.ply").colors.astype(int) - 128).max() <= 1
    factor = document("out.glb") if converted(run, "linear.glb", "out.glb") else {}
    assert np.allclose(factor["materials"][0]["pbrMetallicRoughness"]["baseColorFactor"][:3], 0.214, atol=0.003)


def check_bad_3mf(run: Callable, _: Path) -> None:
    answer = run("inspect", "plain.glb", "badindex.3mf", "--json")
    assert answer.code == 1 and "error" in json.loads(answer.out)["meshes"][1]
    refused("bad_mesh", "badindex.3mf", "negindex.3mf")(run, _)
    answer = run("texture", "badindex.3mf", "cut.png", "-o", "x.glb")
    assert answer.code == 1 and "error[bad_mesh]" in answer.err


def check_draco(run: Callable, _: Path) -> None:
    assert np.allclose(np.ptp(converted(run, "draco.glb", "out.glb").vertices, axis=0), 1, atol=1e-3)


EXPECTED: dict[str, Check] = {
    "users/3mf-of-today-is-empty": lambda run, _: report(run, "production.3mf")["faces"] == 12 or pytest.fail("empty"),
    "users/3mf-unit-ignored": check_units,
    "users/base-colour-factor-lost": check_red,
    "users/concave-polygon": lambda run, _: report(run, "arrow.obj")["area"] == 2.5 or pytest.fail("a fan"),
    "users/cut-out-alpha-becomes-solid": check_leaf,
    "users/draco-becomes-a-point": check_draco,
    "users/library-chatter": check_big,
    "users/map-coordinates": check_far,
    "users/meshopt-message": lambda run, _: report(run, "meshopt.glb")["faces"] == 12 or pytest.fail("not decoded"),
    "users/mtl-texture-dropped": check_mtl,
    "users/obj-not-utf8": check_encodings,
    "users/one-bad-3mf-loses-all-answers": check_bad_3mf,
    "users/one-bare-part-drops-all-textures": check_mixed,
    "users/second-uv-set-and-texture-transform": check_placed,
    "users/stray-vertex-changes-the-size": check_stray,
    "users/tiled-texture-clamped": check_tiled,
    "users/vertex-colours-darker": check_linear,
    "hostile/3mf-zip-bomb": refused("bad_input", "bomb.3mf"),
    "hostile/glb-texture-bomb": refused("bad_input", "bomb.glb"),
    "hostile/mesh-error-text": refused("bad_input", "s_cut.stl", "l_json.glb"),
    "hostile/mesh-index-out-of-range": refused(
        "bad_mesh", "p_idx.ply", "p_neg2.ply", "m_idx.3mf", "m_idxneg.3mf", "m_idxbig.3mf"
    ),
}  # fmt: skip
"""Cases of people and attackers that are kept beside the checkout, with what is expected of each."""


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside this checkout")
@pytest.mark.parametrize("case", EXPECTED)
def test_case(run, tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "case"
    shutil.copytree(CASES / case, folder)
    monkeypatch.chdir(folder)
    os.chmod(folder, 0o755)
    EXPECTED[case](run, folder)


def test_a_run_that_starts_from_a_mesh_says_what_it_lost(run) -> None:
    from PIL import Image

    glb = Glb(animations=[{}])
    glb.write(Path("a.glb"), glb.square(textured(glb, plain(1, 2, 3))))
    picture = np.zeros((64, 64, 4), np.uint8)
    picture[16:48, 16:48] = (200, 30, 30, 255)
    Image.fromarray(picture).save("a.png")
    quick = ("--texture-size", "128", "--set", "texture.register=false")
    answer = run("texture", "a.glb", "a.png", "-o", "out/", *quick)
    assert answer.code == 0, answer.err
    assert "animations were left out" in answer.err
