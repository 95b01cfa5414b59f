"""glTF of other programs: geometry, compression, poses, materials and textures."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from foreign import SIDES, SQUARE, SQUARE_UV, Glb, plain, png, textured

from varco3d.errors import BadInputError, BadMeshError
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.readers.gltf import meshopt
from varco3d.pipeline.meshes.reading import load_mesh, read_mesh
from varco3d.pipeline.meshes.texture_lookup import sample_texture

LIT = {"pbrMetallicRoughness": {"baseColorFactor": [1, 0, 0, 1]}}


def shown(mesh: Mesh, x: float, y: float) -> list[int]:
    """The colour, sRGB 0..255, that the mesh shows at (x, y) of its front, by texture and vertex colours."""
    corners = mesh.vertices[mesh.faces][..., :2].astype(np.float64)
    a, b, c = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0]
    rel = np.array([x, y]) - a
    s = (rel[:, 0] * c[:, 1] - rel[:, 1] * c[:, 0]) / area
    t = (b[:, 0] * rel[:, 1] - b[:, 1] * rel[:, 0]) / area
    face = np.flatnonzero((s >= -1e-9) & (t >= -1e-9) & (s + t <= 1 + 1e-9))[0]
    weights = np.array([1 - s[face] - t[face], s[face], t[face]])
    color = np.ones(3)
    if mesh.texture is not None and mesh.uv is not None:
        color = sample_texture(mesh.texture, (weights @ mesh.uv[mesh.faces[face]])[None], mesh.wrap)[0]
    if mesh.colors is not None:
        color = color * (weights @ mesh.colors[mesh.faces[face]]) / 255
    return np.rint(color * 255).astype(int).tolist()


def test_node_transforms_and_mirrors(tmp_path: Path) -> None:
    glb = Glb(nodes=[{"children": [1], "translation": [10, 0, 0]}, {"mesh": 0, "scale": [-2, 1, 1]}])
    mesh = load_mesh(glb.write(tmp_path / "a.glb", glb.square(NORMAL=np.float32([[0, 0, 1]] * 4))))
    assert mesh.vertices[:, 0].min() == 8 and mesh.vertices[:, 0].max() == 10
    a, b, c = mesh.vertices[mesh.faces[0]]
    assert np.cross(b - a, c - a)[2] > 0  # a mirrored face is turned round, so that its front stays in front
    assert mesh.normals is not None and np.allclose(mesh.normals, [0, 0, 1])


def test_strips_fans_and_what_is_no_triangle(tmp_path: Path) -> None:
    glb = Glb()
    strip = {"mode": 5, "attributes": {"POSITION": glb.array(SQUARE[[0, 1, 3, 2]])}}
    fan = {"mode": 6, "attributes": {"POSITION": glb.array(SQUARE + np.float32([0, 0, 1]))}}
    line = {"mode": 1, "attributes": {"POSITION": glb.array(SQUARE)}}
    found = read_mesh(glb.write(tmp_path / "a.glb", strip, fan, line))
    a, b, c = np.moveaxis(found.mesh.vertices[found.mesh.faces], 1, 0)
    assert np.allclose(np.cross(b - a, c - a), [0, 0, 1]) and len(found.mesh.faces) == 4
    assert "points and lines were left out" in found.warnings[0]
    with pytest.raises(BadMeshError, match="no triangles"):
        load_mesh(glb.write(tmp_path / "b.glb", line))


def test_sparse_accessors(tmp_path: Path) -> None:
    glb = Glb()
    primitive = glb.square()
    moved = {
        "count": 1,
        "indices": {"bufferView": glb.view(np.uint16([2]).tobytes()), "componentType": 5123},
        "values": {"bufferView": glb.view(np.float32([3, 4, 5]).tobytes())},
    }
    glb.document["accessors"][primitive["attributes"]["POSITION"]]["sparse"] = moved
    empty = {"componentType": 5126, "count": 4, "type": "VEC3", "sparse": {**moved}}
    glb.document["accessors"].append(empty)
    mesh = load_mesh(glb.write(tmp_path / "a.glb", primitive))
    assert sorted(mesh.vertices.tolist()) == [[0, 0, 0], [0, 1, 0], [1, 0, 0], [3, 4, 5]]
    primitive["attributes"]["POSITION"] = len(glb.document["accessors"]) - 1  # no view of its own: zeros but for one
    assert load_mesh(glb.write(tmp_path / "b.glb", primitive)).vertices.max() == 5


def test_quantised_positions_and_uvs(tmp_path: Path) -> None:
    glb = Glb(extensionsRequired=["KHR_mesh_quantization"])
    primitive = glb.square(POSITION=np.int16(SQUARE * 32767), TEXCOORD_0=np.uint8(SQUARE_UV * 255))
    mesh = load_mesh(glb.write(tmp_path / "a.glb", primitive, node={"scale": [2, 2, 2]}))
    assert np.allclose(np.ptp(mesh.vertices, axis=0), [2, 2, 0]) and mesh.uv is not None
    assert np.allclose(mesh.uv.max(0), 1)


def test_draco(tmp_path: Path) -> None:
    import DracoPy

    glb = Glb(extensionsRequired=["KHR_draco_mesh_compression"])
    packed = DracoPy.encode(SQUARE, SIDES.astype(np.uint32), quantization_bits=14)
    primitive = {
        "indices": glb.array(SIDES.reshape(-1)),
        "attributes": {"POSITION": glb.array(SQUARE)},
        "extensions": {"KHR_draco_mesh_compression": {"bufferView": glb.view(packed), "attributes": {"POSITION": 0}}},
    }
    for accessor in glb.document["accessors"]:
        del accessor["bufferView"]
    mesh = load_mesh(glb.write(tmp_path / "a.glb", primitive))
    assert len(mesh.faces) == 2 and np.allclose(sorted(mesh.vertices.tolist()), sorted(SQUARE.tolist()), atol=1e-3)
    primitive["extensions"]["KHR_draco_mesh_compression"]["bufferView"] = glb.view(packed[:-20])
    with pytest.raises(BadInputError, match=r"\(KHR_draco_mesh_compression\) are damaged"):
        load_mesh(glb.write(tmp_path / "b.glb", primitive))


# Made by meshoptimizer 0.25 for JavaScript from sin(1.3 i), cos(0.7 i), sin(2.1 i + 1), cos(0.4 i), i < 24.
STREAMS = {
    "OCTAHEDRAL": (
        "oAcAtHFcPzw03edWbvhi1ESw//8AAEwGu8f+34sWCghvHxL2qtkOExATj0H5lQAAAAAVFgcAOi2vLyf229SNPDdipz4S//8AAMlZ"
        "kPJyt2sGCgFNVchjQdMYbJYbkgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABYBP8HAAA="
    ),
    "QUATERNION": (
        "oAcA/gMwyNkHTyatSwQ5ORsw//8AADlcl0kKpKoiBwADgs1v8KgD3wSzLAkXui///wAAZPDSz0avmJ4HADPQhxw0a6txIbqyK3Pa"
        "Bv//AADzt2FB+T5jsgcA0Z0vzmZU+l0VIwn1nTU+//8AAKaQRxWoPRJDBwDmJwfOk+Cp8xA8wasbBjT//wAAW7jEqdUwhkMHANj2"
        "X3fQb6a4sNffY1llSv//AADdxwoegFvgZAYBQBAWAwFBBAyFAAADAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAI9c/20AAP1/"
    ),
    "EXPONENTIAL": (
        "oAcA6ZuDo3vzOlVQ20cEtnFX//8AAJMqlCXjLpGABwBMBsEojAoYqTW8DAmPFcL//wAAFY8JDL43qRgFASBIEhCEAAAKCBAjQ0EC"
        "VhAlYQI0AAAAAAcAyAkZADdCGgAYCRlZQhES//8AABh8awoXD0M8BQECAECAEAAABQECAECAEAAACggQI0NBAlYQJWECNAAAAAAH"
        "AKB3QZY15J3O0gW57EGaQf//AAB5hPQTW4BgJQcAaQ8cCx0kBQcUDQVAOQsc//8AAA8zPAcLFAkDBQYYZJJJJAAACggQI0NBAlYQ"
        "JWECNAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPKkAADy2zUA8g=="
    ),
    "INDICES": ("0QAEBAACCBAEBBYEBAAAAAA="),
    "TRIANGLES": ("4fAQ//7/DgICBAB2h1ZneKmGZYlomAFpAAA="),
}


def test_meshopt_streams() -> None:
    packed = {name: base64.b64decode(text) for name, text in STREAMS.items()}
    i = np.arange(24)
    turn = np.stack([np.sin(1.3 * i), np.cos(0.7 * i), np.sin(2.1 * i + 1), np.cos(0.4 * i)], axis=1)
    unit = turn[:, :3] / np.linalg.norm(turn[:, :3], axis=1, keepdims=True)
    octahedral = np.frombuffer(meshopt.decode(packed["OCTAHEDRAL"], "ATTRIBUTES", 24, 8, "OCTAHEDRAL"), "<i2")
    assert np.abs(octahedral.reshape(24, 4)[:, :3] / 32767 - unit).max() < 1e-3
    turn /= np.linalg.norm(turn, axis=1, keepdims=True)
    found = np.frombuffer(meshopt.decode(packed["QUATERNION"], "ATTRIBUTES", 24, 8, "QUATERNION"), "<i2")
    found = found.reshape(24, 4) / 32767
    assert np.minimum(np.abs(found - turn).max(1), np.abs(found + turn).max(1)).max() < 1e-4
    scaled = np.stack([10 * np.sin(1.3 * i), 0.01 * np.cos(0.7 * i), np.sin(2.1 * i + 1)], axis=1)
    found = np.frombuffer(meshopt.decode(packed["EXPONENTIAL"], "ATTRIBUTES", 24, 12, "EXPONENTIAL"), "<f4")
    assert np.allclose(found.reshape(24, 3), scaled, atol=1e-3)
    order = [0, 1, 2, 2, 1, 3, 7, 8, 9, 3, 4, 5]
    assert np.frombuffer(meshopt.decode(packed["INDICES"], "INDICES", 12, 2), "<u2").tolist() == order
    triangles = np.frombuffer(meshopt.decode(packed["TRIANGLES"], "TRIANGLES", 12, 2), "<u2")
    assert triangles.tolist() == [*order[:9], 4, 5, 3]  # the encoder may turn a triangle
    for name, data in packed.items():
        mode = name if name in ("INDICES", "TRIANGLES") else "ATTRIBUTES"
        with pytest.raises((ValueError, IndexError)):
            meshopt.decode(data[:-9], mode, 24, 4)
        with pytest.raises(ValueError, match="cannot hold"):
            meshopt.decode(data, mode, 3_000_000_000, 4)


def test_meshopt_in_a_file(tmp_path: Path) -> None:
    glb = Glb(extensionsRequired=["EXT_meshopt_compression"])
    primitive = glb.square()
    glb.document["accessors"][primitive["indices"]]["count"] = 12
    data = base64.b64decode(STREAMS["INDICES"])
    packed = {"buffer": 0, "byteOffset": len(glb.data), "byteLength": len(data), "byteStride": 2, "mode": "INDICES"}
    glb.data += data
    view = glb.document["bufferViews"][glb.document["accessors"][primitive["indices"]]["bufferView"]]
    view["extensions"] = {"EXT_meshopt_compression": {**packed, "count": 12}}
    primitive["attributes"] = {"POSITION": glb.array(np.random.default_rng(0).random((10, 3), np.float32))}
    assert len(load_mesh(glb.write(tmp_path / "a.glb", primitive)).faces) == 4
    view["extensions"]["EXT_meshopt_compression"]["byteLength"] = 9
    with pytest.raises(BadInputError, match=r"\(meshopt\) are damaged"):
        load_mesh(glb.write(tmp_path / "b.glb", primitive))


def test_rest_pose_of_a_skin(tmp_path: Path) -> None:
    """The upper corners hang on a joint that stands two units higher than when they were bound; the node is no help."""
    glb = Glb(nodes=[{"children": [1, 3]}, {"children": [2]}, {"translation": [0, 3, 0]},
                     {"mesh": 0, "skin": 0, "translation": [100, 0, 0]}])  # fmt: skip
    primitive = glb.square(
        JOINTS_0=np.uint8([[0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]),
        WEIGHTS_0=np.float32([[1, 0, 0, 0]] * 4),
    )
    bound = np.stack([np.eye(4), np.eye(4)])
    bound[1, 1, 3] = -1
    inverse = glb.array(bound.transpose(0, 2, 1).reshape(2, 16).astype(np.float32))
    glb.document["skins"] = [{"joints": [1, 2], "inverseBindMatrices": inverse}]
    mesh = load_mesh(glb.write(tmp_path / "a.glb", primitive))
    assert mesh.vertices.min(0).tolist() == [0, 0, 0] and mesh.vertices.max(0).tolist() == [1, 3, 0]


def test_morph_targets_and_instances(tmp_path: Path) -> None:
    glb = Glb(extensionsRequired=["EXT_mesh_gpu_instancing"])
    primitive = glb.square()
    primitive["targets"] = [{"POSITION": glb.array(np.float32([[0, 0, 4]] * 4))}]
    moves = glb.array(np.float32([[0, 0, 0], [5, 0, 0]]))
    node = {"weights": [0.5], "extensions": {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": moves}}}}
    mesh = load_mesh(glb.write(tmp_path / "a.glb", primitive, node=node))
    assert len(mesh.faces) == 4 and mesh.vertices.max(0).tolist() == [6, 1, 2] and mesh.vertices.min(0)[2] == 2


def test_colours(tmp_path: Path) -> None:
    """A factor and COLOR_0 are linear light; 0.214 of it is sRGB 127.5."""
    glb = Glb()
    assert load_mesh(glb.write(tmp_path / "a.glb", glb.square(LIT))).colors.tolist() == [[255, 0, 0]] * 4
    for number, colors in enumerate((np.float32([[0.214] * 4] * 4), np.uint16([[14025] * 3] * 4))):
        glb = Glb()
        mesh = load_mesh(glb.write(tmp_path / f"{number}.glb", glb.square(COLOR_0=colors)))
        assert np.abs(mesh.colors.astype(int) - 127).max() <= 1
    glb = Glb()
    material = textured(glb, plain(255, 255, 255))
    material["pbrMetallicRoughness"]["baseColorFactor"] = [1, 0, 0.214, 1]
    mesh = load_mesh(glb.write(tmp_path / "c.glb", glb.square(material, COLOR_0=np.uint8([[255, 255, 255, 255]] * 4))))
    assert mesh.colors is None and shown(mesh, 0.3, 0.6) == [255, 0, 127]


CORNERS = np.uint8([[[250, 0, 0], [0, 250, 0]], [[0, 0, 250], [250, 250, 0]]]).repeat(8, 0).repeat(8, 1)


@pytest.mark.parametrize("case", ["second set", "moved", "turned", "second and moved"])
def test_uv_sets_and_transforms(tmp_path: Path, case: str) -> None:
    """All show the lower right quarter of the picture, which is yellow, in the middle of the square."""
    glb = Glb()
    low = np.float32([[0.75, 0.75]] * 4)
    moved = {"scale": [0.25, 0.25], "offset": [0.65, 0.65]}
    about, uv = {
        "second set": ({"texCoord": 1}, {"TEXCOORD_1": low}),
        "moved": ({"extensions": {"KHR_texture_transform": moved}}, {}),
        "turned": ({"extensions": {"KHR_texture_transform": {"rotation": np.pi / 2, "offset": [0.25, 1.25]}}}, {}),
        "second and moved": (
            {"texCoord": 0, "extensions": {"KHR_texture_transform": {"texCoord": 1, "offset": [0.5, 0.5]}}},
            {"TEXCOORD_1": low - 0.5},
        ),
    }[case]
    mesh = load_mesh(glb.write(tmp_path / "a.glb", glb.square(textured(glb, CORNERS, **about), **uv)))
    assert shown(mesh, 0.5, 0.5) == [250, 250, 0]
    if case == "turned":  # (u, v) becomes (v, -u): the right edge of the square shows what was at the top
        assert mesh.uv is not None and np.allclose(mesh.uv[1], [1.25, 0.25], atol=1e-6)


def test_wrap_rules_stay(tmp_path: Path) -> None:
    glb = Glb(samplers=[{"wrapS": 33648, "wrapT": 33071}])
    primitive = glb.square(textured(glb, CORNERS), TEXCOORD_0=SQUARE_UV * 3)
    assert load_mesh(glb.write(tmp_path / "a.glb", primitive)).wrap == ("repeat", "repeat")
    glb.document["textures"][0]["sampler"] = 0
    assert load_mesh(glb.write(tmp_path / "b.glb", primitive)).wrap == ("mirror", "clamp")


def test_opacity(tmp_path: Path) -> None:
    half = np.dstack([plain(0, 200, 0, size=8), np.repeat(np.uint8([[0, 255]]), 4, 1).repeat(8, 0)])
    for mode, cutoff in (("MASK", {"alphaCutoff": 0.3}), ("BLEND", {})):
        glb = Glb()
        mesh = load_mesh(
            glb.write(tmp_path / "a.glb", glb.square({**textured(glb, half), "alphaMode": mode, **cutoff}))
        )
        assert mesh.alpha_mode == mode.lower() and mesh.opacity is not None and mesh.opacity.mean() == 127.5
        assert mesh.alpha_cutoff == cutoff.get("alphaCutoff", 0.5)
    glb = Glb()
    opaque = load_mesh(glb.write(tmp_path / "b.glb", glb.square(textured(glb, half))))
    assert opaque.opacity is None and opaque.alpha_mode == "opaque"
    glb = Glb()
    glass = {"alphaMode": "BLEND", "pbrMetallicRoughness": {"baseColorFactor": [1, 1, 1, 0.25]}}
    assert load_mesh(glb.write(tmp_path / "c.glb", glb.square(glass))).alpha == 0.25


def beside(*shifts: float) -> list[np.ndarray]:
    return [SQUARE + np.float32([shift, 0, 0]) for shift in shifts]


def test_several_materials_share_an_atlas(tmp_path: Path) -> None:
    """A texture, another that is repeated, one colour, a mirrored one with a tint, a bare part: each shows its own."""
    glb = Glb(samplers=[{"wrapS": 33648, "wrapT": 33648}])
    a, b, c, d, e = beside(0, 2, 4, 6, 8)
    mirrored = textured(glb, CORNERS)
    glb.document["textures"][0]["sampler"] = 0
    mirrored["pbrMetallicRoughness"]["baseColorFactor"] = [0, 1, 1, 1]
    parts = [
        glb.square(textured(glb, CORNERS), POSITION=a),
        glb.square(textured(glb, plain(10, 20, 30, size=16)), POSITION=b, TEXCOORD_0=SQUARE_UV * 3 + 7),
        glb.square(LIT, POSITION=c),
        glb.square(mirrored, POSITION=d, TEXCOORD_0=SQUARE_UV * 2),
        glb.square(POSITION=e),
    ]
    del parts[4]["attributes"]["TEXCOORD_0"]
    found = read_mesh(glb.write(tmp_path / "a.glb", *parts))
    mesh = found.mesh
    assert mesh.uv is not None and mesh.uv.min() >= 0 and mesh.uv.max() <= 1
    for place, color in (
        ((0.25, 0.75), [250, 0, 0]), ((0.75, 0.75), [0, 250, 0]), ((0.75, 0.25), [250, 250, 0]),
        ((2.4, 0.6), [10, 20, 30]), ((4.5, 0.5), [255, 0, 0]), ((8.5, 0.5), [255, 255, 255]),
        # mirrored twice over, times cyan: the outer quarters show the corners, the inner ones what lies opposite
        ((6.1, 0.9), [0, 0, 0]), ((6.4, 0.9), [0, 250, 0]), ((6.6, 0.9), [0, 250, 0]), ((6.9, 0.9), [0, 0, 0]),
        ((6.1, 0.6), [0, 0, 250]), ((6.4, 0.6), [0, 250, 0]),
    ):  # fmt: skip
        assert shown(mesh, *place) == color, place


def test_one_bare_part_keeps_the_texture(tmp_path: Path) -> None:
    glb = Glb()
    near, far = beside(0, 2)
    bare = {"indices": glb.array(SIDES.reshape(-1)), "attributes": {"POSITION": glb.array(far)}}
    mesh = load_mesh(glb.write(tmp_path / "a.glb", glb.square(textured(glb, CORNERS), POSITION=near), bare))
    assert shown(mesh, 0.25, 0.75) == [250, 0, 0] and shown(mesh, 2.5, 0.5) == [255, 255, 255]


def test_atlas_of_opacity_surface_and_bumps(tmp_path: Path) -> None:
    glb = Glb()
    near, far = beside(0, 2)
    half = np.dstack([plain(0, 200, 0, size=8), np.full((8, 8), 90, np.uint8)])
    rough = textured(glb, CORNERS)
    rough["pbrMetallicRoughness"] |= {"metallicRoughnessTexture": {"index": glb.picture(plain(0, 100, 200))},
                                      "metallicFactor": 0.5, "roughnessFactor": 1.0}  # fmt: skip
    rough["normalTexture"] = {"index": glb.picture(plain(128, 200, 200))}
    leaf = {**textured(glb, half), "alphaMode": "MASK", "alphaCutoff": 0.3}
    leaf["pbrMetallicRoughness"]["roughnessFactor"] = 0.2
    mesh = load_mesh(glb.write(tmp_path / "a.glb", glb.square(rough, POSITION=near), glb.square(leaf, POSITION=far)))
    assert mesh.opacity is not None and mesh.alpha_mode == "mask" and mesh.opacity.min() in (0, 255)
    assert mesh.metallic_roughness is not None and mesh.normal_map is not None
    uv = mesh.uv[mesh.faces[0]].mean(0)[None], mesh.uv[mesh.faces[-1]].mean(0)[None]
    values = [np.rint(sample_texture(mesh.metallic_roughness, at)[0] * 255).tolist() for at in uv]
    assert values == [[0, 100, 100], [0, 51, 0]] and mesh.metallic == mesh.roughness == 1
    bumps = [np.rint(sample_texture(mesh.normal_map, at)[0] * 255).tolist() for at in uv]
    assert bumps == [[128, 200, 200], [128, 128, 255]]


def test_what_is_lost_is_said(tmp_path: Path) -> None:
    glb = Glb(animations=[{"channels": [], "samplers": []}])
    material = textured(glb, CORNERS)
    picture = {"index": 0}
    material |= {"emissiveFactor": [1, 1, 1], "occlusionTexture": picture, "normalTexture": {**picture, "texCoord": 1}}
    material["extensions"] = {"KHR_materials_clearcoat": {}}
    found = read_mesh(glb.write(tmp_path / "a.glb", glb.square(material, TEXCOORD_1=SQUARE_UV)))
    text = " ".join(found.warnings)
    for word in ("animations", "emission", "occlusion", "KHR_materials_clearcoat", "normal texture"):
        assert word in text, word
    assert found.mesh.normal_map is None and str(tmp_path / "a.glb") in found.warnings[0]


def test_specular_gloss_becomes_metal_and_roughness(tmp_path: Path) -> None:
    glb = Glb()
    glossy = {"diffuseTexture": {"index": glb.picture(CORNERS)}, "glossinessFactor": 0.7}
    material = {"extensions": {"KHR_materials_pbrSpecularGlossiness": glossy}}
    mesh = load_mesh(glb.write(tmp_path / "a.glb", glb.square(material)))
    assert shown(mesh, 0.25, 0.75) == [250, 0, 0] and mesh.metallic == 0 and np.isclose(mesh.roughness, 0.3)


def test_unknown_requirements_are_named(tmp_path: Path) -> None:
    glb = Glb(extensionsRequired=["KHR_texture_basisu", "VENDOR_odd\x1b[31m"])
    with pytest.raises(BadInputError, match=r"requires KHR_texture_basisu, VENDOR_odd\?\[31m"):
        load_mesh(glb.write(tmp_path / "a.glb", glb.square()))
    glb = Glb(asset={"version": "1.0"})
    with pytest.raises(BadInputError, match=r"glTF 1\.0"):
        load_mesh(glb.write(tmp_path / "b.glb", glb.square()))


def test_text_gltf_and_its_files(tmp_path: Path) -> None:
    glb = Glb()
    primitive = glb.square({"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}})
    document = {**glb.document, "nodes": [{"mesh": 0}], "meshes": [{"primitives": [primitive]}]}
    document |= {"textures": [{"source": 0}], "images": [{"uri": "pic%20ture.png"}]}
    document["buffers"] = [{"byteLength": len(glb.data), "uri": "data.bin"}]
    path = tmp_path / "in" / "a.gltf"
    path.parent.mkdir()
    (path.parent / "data.bin").write_bytes(glb.data)
    (path.parent / "pic ture.png").write_bytes(png(CORNERS))
    path.write_text(json.dumps(document))
    assert shown(load_mesh(path), 0.25, 0.75) == [250, 0, 0]
    document["images"] = [{"uri": "../secret.png"}]
    (tmp_path / "secret.png").write_bytes(png(CORNERS))
    (tmp_path / "secret.bin").write_bytes(glb.data)
    path.write_text(json.dumps(document))
    assert load_mesh(path).texture is not None  # one folder up is where many archives keep their textures
    for uri in ("/etc/passwd", "../../etc/passwd", "https://example.org/a.bin", "gone.bin"):
        document["buffers"][0]["uri"] = uri
        path.write_text(json.dumps(document))
        with pytest.raises(BadInputError, match="is not beside it"):
            load_mesh(path)


def test_a_missing_picture_leaves_the_colour(tmp_path: Path) -> None:
    glb = Glb(images=[{"uri": "gone.png"}], textures=[{"source": 0}])
    material = {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "baseColorFactor": [0, 0, 1, 1]}}
    found = read_mesh(glb.write(tmp_path / "a.glb", glb.square(material)))
    assert found.mesh.texture is None and found.mesh.colors.tolist() == [[0, 0, 255]] * 4
    assert "gone.png is not beside it" in found.warnings[0]


def test_wide_and_palette_pictures(tmp_path: Path) -> None:
    import io

    from PIL import Image

    wide = np.full((300, 4), 32768, np.uint16)
    palette = Image.fromarray(CORNERS).convert("P", palette=Image.Palette.ADAPTIVE)
    for picture, color in ((Image.fromarray(wide), [128, 128, 128]), (palette, [250, 0, 0])):
        buffer = io.BytesIO()
        picture.save(buffer, format="PNG")
        glb = Glb()
        glb.document |= {"images": [{"bufferView": glb.view(buffer.getvalue())}], "textures": [{"source": 0}]}
        material = {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}
        assert shown(load_mesh(glb.write(tmp_path / "a.glb", glb.square(material))), 0.25, 0.75) == color
