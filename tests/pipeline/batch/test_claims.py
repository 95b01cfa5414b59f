"""What a run may write: nothing that is read, nothing twice, nothing that is somebody else's."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from varco3d._results import Result
from varco3d.errors import UsageError
from varco3d.pipeline.artifacts import Asset, Mesh
from varco3d.pipeline.batch.claims import Claim, check_claims, item_claims
from varco3d.pipeline.batch.naming import Item
from varco3d.pipeline.batch.worker import RunConfig
from varco3d.pipeline.meshes.formats import MESH_FORMATS as FORMATS
from varco3d.pipeline.meshes.outputs import mesh_names, write_mesh
from varco3d.pipeline.meshes.preview import write_preview
from varco3d.pipeline.meshes.signature import is_own
from varco3d.pipeline.recipe import load_recipe


def textured() -> Mesh:
    """A tetrahedron with a texture."""
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32)
    return Mesh(points, faces, uv=points[:, :2].copy(), texture=np.full((8, 8, 3), 90, np.uint8))


@pytest.mark.parametrize("texture_format", ["png", "jpeg", "webp"])
def test_every_file_is_foretold_and_known_again(tmp_path: Path, texture_format: str) -> None:
    written = write_mesh(textured(), tmp_path / "my chair", FORMATS, texture_format=texture_format)
    assert sorted(Path(o.path).name for o in written) == sorted(mesh_names("my chair", FORMATS, texture_format))
    for kind in ("png", "gif", "webp"):
        write_preview(textured(), tmp_path / f"my chair.preview.{kind}", 32, 2)
    assert all(is_own(path) for path in tmp_path.iterdir()) and len(list(tmp_path.iterdir())) == len(written) + 3
    for path in tmp_path.glob("*.[pjw][nep][gb]*"):
        with Image.open(path) as image:  # what a person saves again bears no mark
            image.convert("RGB").save(path)
        assert not is_own(path), path


def test_the_texture_is_never_called_like_the_picture() -> None:
    assert "chair.png" not in mesh_names("chair", FORMATS) and "my_chair_texture.png" in mesh_names("my chair", ["obj"])


def config(**more) -> RunConfig:
    recipe = load_recipe("tiny", overrides={"export": {"formats": ("obj",), "lod": (1.0, 0.5)}})
    return RunConfig(recipe, **more)


def test_all_paths_of_an_item(tmp_path: Path) -> None:
    item = Item("a", Path("a.png"), "a.png", 0, tmp_path / "a")
    claims = item_claims(item, config(previews=("png",), save_stages=True), ["prepare", "export"])
    names = [claim.path.name for claim in claims]
    levels = [f"a_lod{n}{end}" for n in (0, 1) for end in (".obj", ".mtl", "_texture.png")]
    assert names == [*levels, "a.preview.png", "a.stages"]
    assert [c.path.name for c in item_claims(item, config(), ["prepare"])] == []


def refused(claims: list[Claim], inputs: list[Path], what: str, folder: Path | None = None) -> None:
    with pytest.raises(UsageError, match=what):
        check_claims(claims, inputs, folder)


def test_inputs_are_never_replaced(tmp_path: Path) -> None:
    source = tmp_path / "chair.png"
    source.write_bytes(b"photo")
    refused([Claim(source, "chair", named=True)], [source], "would replace")
    (tmp_path / "deep").mkdir()
    refused([Claim(tmp_path / "deep/../chair.png", "chair", named=True)], [source], "would replace")
    (tmp_path / "link.png").symlink_to(source)
    refused([Claim(tmp_path / "link.png", "chair", named=True)], [source], "would replace")


def test_no_two_results_share_a_path(tmp_path: Path) -> None:
    refused([Claim(tmp_path / "a.obj", "a"), Claim(tmp_path / "A.OBJ", "b")], [], "a and b would both write")
    refused([Claim(tmp_path / "a.stages", "a", True), Claim(tmp_path / "a.stages/b.glb", "b")], [], "would lie in")


def test_what_others_made_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.glb"
    path.write_bytes(b"glTF of another program")
    refused([Claim(path, "a")], [], "not made by varco3d")
    check_claims([Claim(path, "a", named=True)], [])  # the user named it
    record = {"id": "a", "outputs": [{"path": "a.glb", "format": "glb", "bytes": path.stat().st_size}]}
    (tmp_path / "varco3d.jsonl").write_text(json.dumps(record) + "\n")
    check_claims([Claim(path, "a")], [], tmp_path)  # the record of the folder knows it
    path.write_bytes(b"changed since")
    refused([Claim(path, "a")], [], "not made by varco3d", tmp_path)
    write_mesh(textured(), tmp_path / "a", ("glb",))
    check_claims([Claim(path, "a")], [])
    stages = tmp_path / "a.stages"
    (stages / "holiday").mkdir(parents=True)
    refused([Claim(stages, "a", folder=True)], [], "not made by varco3d")
    (stages / "prepare").mkdir()
    check_claims([Claim(stages, "a", folder=True)], [])


def test_saving_from_python_replaces_the_named_file_only(tmp_path: Path) -> None:
    result = Result(Asset(mesh=textured()), 0)
    (tmp_path / "a.obj").write_text("another program's")
    for _ in range(2):
        assert {path.name for path in result.save(tmp_path / "a.obj")} == {"a.obj", "a.mtl", "a_texture.png"}
    (tmp_path / "b_texture.png").write_bytes(b"somebody's")
    with pytest.raises(UsageError, match="not made by varco3d"):
        result.save(tmp_path / "b.obj")
    assert not (tmp_path / "b.obj").exists() and (tmp_path / "b_texture.png").read_bytes() == b"somebody's"


def test_claims_are_cheap_for_many_items(tmp_path: Path) -> None:
    items = [Item(f"s/{n}", tmp_path / f"{n}.png", f"{n}.png", 0, tmp_path / "s" / str(n)) for n in range(5000)]
    run = dataclasses.replace(config(), previews=("png",))
    check_claims([c for item in items for c in item_claims(item, run, ["export"])], [i.source for i in items])
