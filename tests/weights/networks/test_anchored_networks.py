"""The networks of the tiny family: shapes, positions, locality, guidance and the sampling loop."""

import numpy as np
import pytest
import torch
import trimesh

from varco3d.errors import EmptyFieldError
from varco3d.weights.generators.sampling import best_surface, draw_noise, latents_surface, sample_latents
from varco3d.weights.generators.tiny import TinyGenerator, area_resize
from varco3d.weights.networks.anchored_dit import AnchoredDiT, AnchoredDiTConfig, lattice_grouping
from varco3d.weights.networks.anchored_vae import (
    AnchoredVAE,
    AnchoredVAEConfig,
    anchor_spacing,
    lattice_anchors,
    nearest,
)
from varco3d.weights.networks.encoders.efficientnet_lite import EfficientNetLite0
from varco3d.weights.networks.encoders.image_encoder import (
    PLANES,
    ImageEncoderConfig,
    ImageFeatures,
    outline_depth,
    picture_planes,
    sample_detail,
)
from varco3d.weights.networks.flow import interpolate, uniform_schedule
from varco3d.weights.networks.picture_flow import PictureFlow
from varco3d.weights.networks.rotary import attend, rotary_table, rotate
from varco3d.weights.networks.schedules import guided

VAE = AnchoredVAEConfig(width=48, heads=2, local_width=24, local_heads=2, latent_channels=4, points_per_anchor=8)
ENCODER = ImageEncoderConfig(stem=(8, 8, 16), width=32, heads=2, layers=1, detail_channels=8)


def sphere(count: int, radius: float = 0.7) -> torch.Tensor:
    normals = torch.nn.functional.normalize(torch.randn(count, 3, generator=torch.Generator().manual_seed(0)), dim=-1)
    return torch.cat([normals * radius, normals], -1)


def make_flow(detail: int = 0, group: int = 1, rough: bool = False) -> PictureFlow:
    torch.manual_seed(0)
    dit = AnchoredDiTConfig(
        latent_channels=4,
        group=group,
        width=32,
        heads=2,
        depth=2,
        context_width=32,
        detail_channels=detail,
        rough=rough,
    )
    flow = PictureFlow(ENCODER, dit)
    torch.nn.init.normal_(flow.dit.latent_out.weight, std=0.1)  # it starts at zero
    return flow


def encoded(flow: PictureFlow, count: int) -> ImageFeatures:
    return flow.encoder(torch.rand(count, PLANES, 128, 128), torch.randn(count, 768, 8, 8))


def test_rotation_depends_on_relative_position_only():
    q, k = torch.randn(2, 1, 1, 1, 24)
    places = torch.tensor([[[0.1, -0.2, 0.3]], [[0.4, 0.1, -0.5]]])
    shift = torch.tensor([0.2, 0.1, -0.05])

    def score(offset: torch.Tensor) -> torch.Tensor:
        a, b = (rotary_table(p[None] + offset, 24) for p in places)
        return (rotate(q, a) * rotate(k, b)).sum()

    assert torch.allclose(score(torch.zeros(3)), score(shift), atol=1e-5)
    assert not torch.allclose(score(torch.zeros(3)), (q * k).sum(), atol=1e-3)


def test_attention_in_training_is_the_fused_one():
    q, k, v = torch.randn(3, 2, 4, 9, 8)
    with torch.no_grad():
        fused = attend(q, k[:, :, :5], v[:, :, :5])
    assert torch.allclose(attend(q, k[:, :, :5], v[:, :, :5]), fused, atol=1e-6)


def test_lattice_grouping_puts_neighbours_together():
    anchors = lattice_anchors(4)[lattice_grouping(4)].view(8, 8, 3)
    extent = anchors.amax(1) - anchors.amin(1)
    assert torch.allclose(extent, torch.full((8, 3), 0.5))
    assert sorted(lattice_grouping(4).tolist()) == list(range(64))


def test_spacing_of_a_lattice_is_its_pitch():
    assert torch.allclose(anchor_spacing(lattice_anchors(6)[None]), torch.tensor([1 / 3]), atol=1e-5)


def test_vae_shapes_and_explicit_neighbours_agree():
    vae = AnchoredVAE(VAE).eval()
    surface, anchors = sphere(200)[None], lattice_anchors(4)[None]
    mean, log_variance = vae.encode(surface, anchors)
    assert mean.shape == log_variance.shape == (1, 64, 4)
    assert torch.equal(mean, vae.encode(surface, anchors, nearest(surface[..., :3], anchors, 8))[0])
    points = torch.rand(1, 50, 3) * 2 - 1
    assert vae.query(vae.decode(mean, anchors), anchors, points).shape == (1, 50)


def test_field_is_local_to_the_nearest_anchors():
    vae = AnchoredVAE(VAE).eval()
    anchors = lattice_anchors(4)[None]
    features = torch.randn(1, 64, 24)
    corner = torch.full((1, 1, 3), -0.9)
    changed = features.clone()
    changed[:, -1] += 5  # the anchor in the opposite corner
    assert torch.equal(vae.query(features, anchors, corner), vae.query(changed, anchors, corner))
    changed[:, 0] += 5
    assert not torch.equal(vae.query(features, anchors, corner), vae.query(changed, anchors, corner))


def test_draws_share_their_picture():
    """A batch of R draws per picture equals R calls with one draw each."""
    flow = make_flow(detail=8).eval()
    pictures = encoded(flow, 2)
    x, t, anchors = torch.randn(6, 10, 4), torch.rand(6), torch.rand(2, 10, 3).repeat_interleave(3, 0)
    together = flow.velocity(x, t, anchors, pictures)
    for draw in range(3):
        pick = [draw, 3 + draw]
        assert torch.allclose(together[pick], flow.velocity(x[pick], t[pick], anchors[pick], pictures), atol=1e-5)


def test_dropped_picture_changes_the_velocity_and_another_picture_does_not_matter_then():
    flow = make_flow().eval()
    a, b = encoded(flow, 1), encoded(flow, 1)
    x, t, anchors = torch.randn(1, 10, 4), torch.tensor([0.3]), torch.rand(1, 10, 3)
    dropped = torch.zeros(1)
    assert torch.equal(flow.velocity(x, t, anchors, a, dropped), flow.velocity(x, t, anchors, b, dropped))
    assert not torch.allclose(flow.velocity(x, t, anchors, a), flow.velocity(x, t, anchors, b))


def test_dit_reads_positions():
    dit = make_flow().dit.eval()
    x, context, places = torch.randn(1, 6, 4), torch.randn(1, 4, 32), torch.rand(4, 3)
    first = dit(x, torch.tensor([0.5]), torch.rand(1, 6, 3), context, places)
    assert not torch.allclose(first, dit(x, torch.tensor([0.5]), torch.rand(1, 6, 3), context, places))


def test_grouped_tokens_hold_several_anchors():
    dit = AnchoredDiT(AnchoredDiTConfig(latent_channels=4, group=8, width=32, heads=2, depth=1, context_width=32))
    out = dit(torch.randn(1, 64, 4), torch.zeros(1), lattice_anchors(4)[None], torch.randn(1, 4, 32), torch.rand(4, 3))
    assert out.shape == (1, 64, 4)


def test_detail_is_sampled_where_the_camera_projects():
    detail = torch.zeros(1, 1, 8, 8)
    detail[0, 0, 1, 6] = 1  # second row from the top, seventh column
    camera = torch.tensor([[[1.0, 0, 0, 0], [0, 1.0, 0, 0]]])
    place = torch.tensor([[[2 * 6.5 / 8 - 1, 1 - 2 * 1.5 / 8, 0.4]]])
    assert sample_detail(detail, camera, place).item() == pytest.approx(1.0, abs=1e-5)
    assert sample_detail(detail, camera, -place).item() == pytest.approx(0.0, abs=1e-5)


def test_outline_depth_grows_inwards_from_the_outline():
    alpha = np.zeros((64, 64), np.float32)
    alpha[16:48, 16:48] = 1
    depth = outline_depth(alpha)
    assert depth[32, 32] == 1 and depth[0, 0] == -1  # a quarter of the side, and more
    assert depth[32, 19] == pytest.approx(4 / 16) and depth[32, 12] == pytest.approx(-4 / 16)
    assert outline_depth(np.ones((8, 8), np.float32)).min() == 1
    planes = picture_planes(np.concatenate([np.zeros((64, 64, 3), np.float32), alpha[..., None]], -1))
    assert planes.shape == (PLANES, 64, 64) and np.array_equal(planes[4], depth)


def test_grouped_tokens_read_detail_and_places():
    dit = AnchoredDiT(
        AnchoredDiTConfig(
            latent_channels=4,
            group=8,
            width=32,
            heads=2,
            depth=1,
            context_width=32,
            detail_channels=3,
            position_octaves=2,
        )
    )
    torch.nn.init.normal_(dit.latent_out.weight)
    rest = (torch.zeros(1), lattice_anchors(4)[None], torch.randn(1, 4, 32), torch.rand(4, 3))
    x, detail = torch.randn(1, 64, 4), torch.randn(1, 64, 3)
    out = dit(x, *rest, detail=detail)
    assert out.shape == (1, 64, 4)
    assert not torch.allclose(out, dit(x, *rest, detail=detail + 1), atol=1e-3)


def test_flow_functions():
    noise, data = torch.randn(2, 3, 4), torch.randn(2, 3, 4)
    assert torch.allclose(interpolate(noise, data, torch.tensor([0.0, 1.0])), torch.stack([noise[0], data[1]]))
    assert torch.allclose(uniform_schedule(4), torch.linspace(0, 1, 5))
    shifted = uniform_schedule(4, noise_share=3.0)
    assert shifted[0] == 0 and shifted[-1] == 1 and (shifted[1:-1] < uniform_schedule(4)[1:-1]).all()
    assert torch.allclose(guided(data, noise, 1.0), data) and torch.allclose(guided(data, noise, 0.0), noise)


def generator(lattice: int | None) -> TinyGenerator:
    torch.manual_seed(1)
    flow = make_flow(group=8) if lattice else make_flow(detail=8, rough=True)
    return TinyGenerator(EfficientNetLite0(), AnchoredVAE(VAE), flow, lattice, "cpu", torch.float32)


@pytest.mark.parametrize("lattice", [4, None])
def test_sampling_is_seeded_and_takes_any_token_count(lattice):
    made = generator(lattice)
    anchors = made.anchors(np.array([[0, 0, 0], [3, 1, 2], [7, 7, 7]], np.int32), 8)
    condition = made.condition(np.random.default_rng(0).random((48, 48, 4), np.float32))
    seen = []

    def draw(seed: int) -> torch.Tensor:
        return sample_latents(
            made,
            condition,
            anchors,
            len(anchors),
            3,
            2.0,
            seed,
            on_step=lambda step, steps, data: seen.append((step, steps)),
        )

    first = draw(5)
    assert first.shape == (1, len(anchors), 4)
    assert torch.equal(first, draw(5)) and not torch.equal(first, draw(6))
    assert seen[:3] == [(1, 3), (2, 3), (3, 3)]


def test_guidance_one_skips_the_unconditional_side():
    made = generator(4)
    rgba = np.random.default_rng(0).random((32, 32, 4), np.float32)
    condition, anchors = made.condition(rgba), made.anchors(None, 0)
    x = draw_noise(0, 64, 4)
    plain = made.velocity(x, 0.5, condition, anchors, 1.0)
    assert torch.allclose(plain, made.velocity(x, 0.5, condition, anchors, 1.0000001), atol=1e-4)
    assert not torch.allclose(plain, made.velocity(x, 0.5, condition, anchors, 3.0), atol=1e-4)


def test_surface_of_latents_follows_the_field():
    """With a field that is a sphere the surface is that sphere: bounds, sign and lattice agree end to end."""
    made = generator(4)
    made.field = lambda latents, anchors: lambda points: 0.613 - points.norm(dim=-1)  # type: ignore[method-assign]
    vertices, faces = latents_surface(made, draw_noise(0, 64, 4), made.anchors(None, 0), 40)
    assert np.abs(np.linalg.norm(vertices, axis=1) - 0.613).max() < 0.01
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    assert ((np.cross(b - a, c - a) * (a + b + c)).sum(1) > 0).all()


def test_area_resize_ignores_colours_without_alpha():
    rgba = np.zeros((8, 8, 4), np.float32)
    rgba[..., 0] = 1.0
    rgba[:, :4] = [0.0, 0.5, 0.0, 1.0]
    small = area_resize(rgba, 1)
    assert np.allclose(small[0, 0], [0.0, 0.5, 0.0, 0.5], atol=1e-5)


def test_best_candidate_fits_the_outline():
    shapes = {0: (1.8, 0.4, 0.5), 1: (0.5, 1.8, 0.5)}
    alpha = np.zeros((60, 60), np.float32)
    alpha[5:55, 22:38] = 1

    def draw(candidate: int) -> tuple[np.ndarray, np.ndarray]:
        if candidate == 2:
            raise EmptyFieldError("nothing")
        mesh = trimesh.creation.box(shapes[candidate])
        return np.asarray(mesh.vertices, np.float32), np.asarray(mesh.faces, np.int32)

    chosen, _ = best_surface(draw, alpha, 3)
    assert np.ptp(chosen[:, 1]) > 1.5
    assert np.ptp(best_surface(draw, alpha, 1)[0][:, 0]) > 1.5
    with pytest.raises(EmptyFieldError):
        best_surface(lambda candidate: draw(2), alpha, 2)


def test_refiner_reads_the_surface_it_is_given():
    made = generator(None)
    anchors = made.anchors(np.argwhere(np.ones((3, 3, 3))).astype(np.int32), 3)
    condition = made.condition(np.random.default_rng(0).random((32, 32, 4), np.float32))

    def drawn(radius: float) -> torch.Tensor:
        points = sphere(300, radius).numpy()
        seen = made.with_surface(condition, points[:, :3], points[:, 3:], anchors)
        return sample_latents(made, seen, anchors, 27, 2, 2.0, 0)

    assert not torch.allclose(drawn(0.4), drawn(0.8), atol=1e-3)
    assert not torch.allclose(drawn(0.4), sample_latents(made, condition, anchors, 27, 2, 2.0, 0), atol=1e-3)
