"""Schedules with a lower signal-to-noise ratio, on schedulers of the public library."""

import pytest
import torch

from varco3d.weights.painters.shifted_schedule import SCALE, shifted, shifted_betas

diffusers = pytest.importorskip("diffusers")


def ratios(alphas_cumprod: torch.Tensor) -> torch.Tensor:
    return alphas_cumprod / (1 - alphas_cumprod)


@pytest.mark.parametrize("interpolated", [True, False])
def test_the_ratio_is_lowered_from_step_to_step_or_everywhere(interpolated: bool) -> None:
    base = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 50, dtype=torch.float64), 0)
    betas = shifted_betas(base, 4.0, interpolated)
    lowered = ratios(base) / ratios(torch.cumprod(1 - betas, 0))
    share = torch.arange(50) / 49 if interpolated else torch.ones(50)
    torch.testing.assert_close(lowered, 4.0 ** share.double(), rtol=1e-6, atol=0)


def test_a_scheduler_keeps_its_class_and_every_other_setting() -> None:
    base = diffusers.DDIMScheduler(
        num_train_timesteps=20, prediction_type="v_prediction", timestep_spacing="trailing", steps_offset=3
    )
    made = shifted(base)
    assert type(made) is diffusers.DDIMScheduler
    for name in ("num_train_timesteps", "prediction_type", "timestep_spacing", "steps_offset"):
        assert made.config[name] == base.config[name], name
    last = ratios(base.alphas_cumprod)[-1] / ratios(made.alphas_cumprod)[-1]
    assert float(last) == pytest.approx(SCALE, rel=1e-3)
    assert float(shifted(base, scale=2.0).alphas_cumprod[-1]) > float(made.alphas_cumprod[-1])


def test_another_class_takes_what_it_knows() -> None:
    base = diffusers.DDIMScheduler(num_train_timesteps=20, prediction_type="v_prediction", set_alpha_to_one=False)
    made = shifted(base, diffusers.EulerAncestralDiscreteScheduler)
    assert type(made) is diffusers.EulerAncestralDiscreteScheduler
    assert made.config["prediction_type"] == "v_prediction" and "set_alpha_to_one" not in made.config
    assert len(made.betas) == 20
