"""3MF packages of other programs, and packages that are none."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from foreign import TRIANGLES, model, plain, png, solid, three_mf

from varco3d.errors import BadInputError, BadMeshError
from varco3d.pipeline.meshes.reading import load_mesh, read_mesh


@pytest.mark.parametrize(
    ("unit", "metres"),
    [("micron", 1e-6), ("millimeter", 1e-3), ("centimeter", 1e-2), ("inch", 0.0254), ("foot", 0.3048), ("meter", 1.0)],
)
def test_units(tmp_path: Path, unit: str, metres: float) -> None:
    found = read_mesh(three_mf(tmp_path / "a.3mf", main=model(solid(), about=f'unit="{unit}"')))
    assert found.metres == metres and np.ptp(found.mesh.vertices, axis=0).tolist() == [1, 1, 1]
    with pytest.raises(BadInputError, match="its unit is furlong"):
        read_mesh(three_mf(tmp_path / "b.3mf", main=model(solid(), about='unit="furlong"')))


def test_parts_in_other_files(tmp_path: Path) -> None:
    """As slicers write since the production extension; a mirrored copy is turned round."""
    group = '<object id="2"><components>{}</components></object>'
    far = '<component p:path="/3D/Part.model" objectid="1" transform="1 0 0 0 1 0 0 0 1 10 0 0"/>'
    mirrored = '<component p:path="/3D/Part.model" objectid="1" transform="-1 0 0 0 1 0 0 0 1 0 0 0"/>'
    main = model(group.format(far + mirrored), '<item objectid="2"/>', 'requiredextensions="p"')
    mesh = load_mesh(three_mf(tmp_path / "a.3mf", main=main, Part=model(solid())), up="y")
    assert len(mesh.faces) == 8 and mesh.vertices[:, 0].max() == 11 and mesh.vertices[:, 0].min() == -1
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces].astype(np.float64), 1, 0)
    volumes = np.einsum("ij,ij->i", a, np.cross(b, c)).reshape(2, 4).sum(1) / 6
    assert np.allclose(volumes, 1 / 6)
    with pytest.raises(BadInputError, match=r"part /3d/part\.model is missing"):
        load_mesh(three_mf(tmp_path / "b.3mf", main=main))


def test_colours(tmp_path: Path) -> None:
    two = TRIANGLES.replace('v1="0" v2="2" v3="1"', 'v1="0" v2="2" v3="1" pid="8" p1="0" p2="1" p3="1"')
    groups = (
        '<basematerials id="7"><base name="a" displaycolor="#00FF00"/></basematerials>'
        '<m:colorgroup id="8"><m:color color="#FF0000FF"/><m:color color="#0000FF80"/></m:colorgroup>'
    )
    text = model(groups + solid(two, 'id="1" pid="7" pindex="0"'))
    found = read_mesh(three_mf(tmp_path / "a.3mf", main=text), up="y")
    mesh = found.mesh
    assert mesh.colors is not None and "opacity" in found.warnings[0]
    assert mesh.colors[mesh.faces[0]].tolist() == [[255, 0, 0], [0, 0, 255], [0, 0, 255]]
    assert (mesh.colors[mesh.faces[1:]] == [0, 255, 0]).all()
    wrong = text.replace('p2="1"', 'p2="5"')
    with pytest.raises(BadMeshError, match="names a colour or UV that does not exist"):
        load_mesh(three_mf(tmp_path / "b.3mf", main=wrong))


def test_texture(tmp_path: Path) -> None:
    faces = TRIANGLES.replace("/>", ' pid="6" p1="0" p2="1" p3="2"/>')
    groups = (
        '<m:texture2d id="5" path="/3D/pic.png" contenttype="image/png" tilestyleu="mirror" tilestylev="clamp"/>'
        '<m:texture2dgroup id="6" texid="5"><m:tex2coord u="0" v="0"/><m:tex2coord u="1" v="0"/>'
        '<m:tex2coord u="0" v="1"/></m:texture2dgroup>'
    )
    package = {"main": model(groups + solid(faces)), "pic.png": png(plain(1, 2, 3))}
    mesh = load_mesh(three_mf(tmp_path / "a.3mf", **package))
    assert mesh.texture is not None and mesh.texture[0, 0].tolist() == [1, 2, 3] and mesh.wrap == ("mirror", "clamp")
    assert mesh.uv is not None and sorted(set(map(tuple, mesh.uv.tolist()))) == [(0, 0), (0, 1), (1, 1)]


@pytest.mark.parametrize("index", ["99", "-1", "99999999999999999999999", "one", "1.5"])
def test_indices_out_of_range(tmp_path: Path, index: str) -> None:
    path = three_mf(tmp_path / "a.3mf", main=model(solid(f'<triangle v1="0" v2="1" v3="{index}"/>')))
    with pytest.raises(BadInputError, match=r"a\.3mf") as error:
        load_mesh(path)
    assert (error.value.code == "bad_mesh") == (index.lstrip("-").isdecimal())


def test_bombs_are_refused_by_their_head(tmp_path: Path) -> None:
    path = three_mf(tmp_path / "a.3mf", main="<model>" + "<a/>" * 12_000_000)
    with pytest.raises(BadInputError, match="unpacks"):
        load_mesh(path)


def test_copies_of_copies_are_bounded(tmp_path: Path) -> None:
    """Twelve levels of ten components each would be 10^12 tetrahedra."""
    row = '<object id="{}"><components>{}</components></object>'
    levels = "".join(row.format(level, f'<component objectid="{level - 1}"/>' * 10) for level in range(2, 14))
    with pytest.raises(BadInputError, match=r"copies|circle"):
        load_mesh(three_mf(tmp_path / "a.3mf", main=model(solid() + levels, '<item objectid="13"/>')))
    loop = '<object id="2"><components><component objectid="2"/></components></object>'
    with pytest.raises(BadInputError, match="circle"):
        load_mesh(three_mf(tmp_path / "b.3mf", main=model(loop, '<item objectid="2"/>')))


def test_entities_foreign_requirements_and_damage(tmp_path: Path) -> None:
    entity = '<!DOCTYPE model [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + model(solid())
    with pytest.raises(BadInputError, match="document type"):
        load_mesh(three_mf(tmp_path / "a.3mf", main=entity))
    locked = model(solid(), about='xmlns:sc="http://example.org/secret" requiredextensions="sc"')
    with pytest.raises(BadInputError, match=r"http://example\.org/secret"):
        load_mesh(three_mf(tmp_path / "b.3mf", main=locked))
    with pytest.raises(BadInputError, match="object 1 does not exist"):
        load_mesh(three_mf(tmp_path / "c.3mf", main=model("")))
    with pytest.raises(BadInputError, match="is no XML"):
        load_mesh(three_mf(tmp_path / "d.3mf", main=model(solid())[:-20]))
    with pytest.raises(BadInputError, match="no model part"):
        load_mesh(three_mf(tmp_path / "e.3mf", other=b""))
    (tmp_path / "f.3mf").write_bytes(b"PK\3\4 no archive")
    with pytest.raises(BadInputError, match="ZIP archive is damaged"):
        load_mesh(tmp_path / "f.3mf")
    whole = three_mf(tmp_path / "g.3mf", main=model(solid())).read_bytes()
    at = zipfile.ZipFile(tmp_path / "g.3mf").infolist()[0].header_offset + 60
    (tmp_path / "g.3mf").write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
    with pytest.raises(BadInputError, match=r"damaged|XML"):
        load_mesh(tmp_path / "g.3mf")
