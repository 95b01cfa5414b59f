"""Pictures of several sides: a list of files, and a clean border where two of them meet on a rough surface."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from fakes import cutout
from PIL import Image

from varco3d.errors import BadInputError
from varco3d.kernels.atlas.bake import View
from varco3d.kernels.atlas.unwrap import unwrap
from varco3d.kernels.meshes.normals import smooth_normals
from varco3d.kernels.views.cameras import Camera
from varco3d.kernels.views.render_maps import render_maps
from varco3d.pipeline.artifacts import Mesh
from varco3d.pipeline.meshes.preview import render_view
from varco3d.pipeline.texturing import paint as painting
from varco3d.pipeline.texturing.register import plain_front, register
from varco3d.pipeline.texturing.sides import SidePictures
from varco3d.pipeline.texturing.synthesis import Conditions, wanted_cameras


def conditions() -> Conditions:
    ball = trimesh.creation.icosphere(subdivisions=2)
    vertices, faces = ball.vertices.astype(np.float32), ball.faces.astype(np.int32)
    rgba = np.ones((32, 32, 4), np.float32)
    found = plain_front(vertices, faces, rgba[..., 3])
    return Conditions(rgba, found, vertices, faces, smooth_normals(vertices, faces), wanted_cameras())


def exactly(place: str) -> SidePictures:
    """The pictures of `place`, framed like the condition maps."""
    return SidePictures(place, True, cut_out=pytest.fail, spread=30.0, lowest_iou=0.5, warn=pytest.fail)


def test_a_list_of_files_is_told_by_name_or_by_view(tmp_path: Path):
    for name, red in (("back", 50), ("upper", 200)):
        Image.new("RGB", (40, 40), (red, 0, 0)).save(tmp_path / f"{name}.png")
    views = exactly(f"{tmp_path}/back.png, top={tmp_path}/upper.png").synthesize(conditions())
    assert [(view.camera.azimuth, view.camera.elevation) for view in views] == [(180, 0), (0, 90)]
    assert [round(255 * float(view.picture[20, 20, 0])) for view in views] == [50, 200]
    assert views[0].confidence[0, 0] == 0 and views[0].confidence[20, 20] == 1, "the mesh's own silhouette"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{0}/back.png,{0}/none.png", "none.png"),
        ("{0}/upper.png", "upper"),
        ("{0}/back.png,back={0}/upper.png", "back"),
    ],
)
def test_a_wrong_list_names_the_file(tmp_path: Path, text, cause):
    for name in ("back", "upper"):
        Image.new("RGB", (8, 8)).save(tmp_path / f"{name}.png")
    with pytest.raises(BadInputError, match=cause):
        exactly(text.format(tmp_path)).synthesize(conditions())


def test_the_search_does_not_lose_flat_parts():
    """A seat and a back of large flat faces, on round legs: simplifying for the search swallows the flat ones."""
    move = trimesh.transformations.translation_matrix
    parts = [trimesh.creation.box((1, 0.1, 1)), trimesh.creation.box((1, 1, 0.1), move((0, 0.5, -0.45)))]
    upright = trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0))
    for x, z in ((-0.4, -0.4), (-0.4, 0.4), (0.4, -0.4), (0.4, 0.4)):
        parts.append(trimesh.creation.cylinder(0.06, 0.8, transform=move((x, -0.4, z)) @ upright))
    chair = trimesh.util.concatenate(parts).subdivide().subdivide()
    vertices, faces = (0.9 * chair.vertices).astype(np.float32), chair.faces.astype(np.int32)
    true = Camera(18.0, 14.0, 1.1)
    alpha = render_maps(vertices, faces, true, 256, maps=()).mask.astype(np.float32)
    found = register(vertices, faces, cutout(alpha))
    assert found.iou > 0.95 and abs(found.camera.azimuth - 18) < 3 and abs(found.camera.elevation - 14) < 3


def test_a_shape_unlike_the_picture_is_not_turned_out_of_the_range():
    """A flat slab that is a disc only when seen from above, and a picture of a disc."""
    disc = trimesh.creation.cylinder(0.9, 0.3, sections=48)
    vertices, faces = disc.vertices[:, [0, 2, 1]].astype(np.float32), disc.faces[:, ::-1].astype(np.int32)
    y, x = np.mgrid[:128, :128]
    disc_picture = cutout((np.hypot(x - 64, y - 64) < 50).astype(np.float32))
    found = register(vertices, faces, disc_picture, lowest_iou=0.0)
    assert found.accepted and abs(found.camera.azimuth) <= 38 and found.camera.elevation <= 53


def changes_per_row(colours: tuple) -> float:
    """How often the colour changes along a row where two views, of far different priority, meet on a rough ball."""
    ball = trimesh.creation.icosphere(subdivisions=5, radius=0.8)
    x, y, z = ball.vertices.T
    waves = 1.0 + 0.02 * np.sin(23 * x) * np.sin(21 * y + 1) + 0.02 * np.cos(25 * z) * np.sin(19 * y)
    vertices, faces = (ball.vertices * waves[:, None]).astype(np.float32), ball.faces.astype(np.int32)
    atlas = unwrap(vertices, faces, 512)
    cut, normals = vertices[atlas.vertex], smooth_normals(vertices, faces)[atlas.vertex]
    views = [
        View(Camera(azimuth, 0, 1.0), np.full((256, 256, 3), colour, np.float32), priority=priority)
        for azimuth, colour, priority in zip((0, 90), colours, (1.0, 0.03), strict=True)
    ]
    painted = painting.paint(cut, atlas.faces, atlas.uv, normals, views, 512)
    mesh = Mesh(cut, atlas.faces, uv=atlas.uv, texture=painted.texture)
    row = render_view(mesh, Camera(65, 0, 1.0), 160, light=0.0)[40:120, 30:130, 0] > 128
    return float((row[:, 1:] != row[:, :-1]).sum(1).mean())


def test_views_meet_in_a_calm_line_on_a_rough_surface():
    changes = changes_per_row((0.1, 0.9))
    assert 0.9 < changes < 2.0, f"{changes:.2f} changes of colour in a row; chosen point by point there are 2.7"
