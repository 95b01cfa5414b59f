"""--memory before work: a run whose largest network does not fit is refused, a plan says what it takes."""

import json
from pathlib import Path

import pytest
from PIL import Image

from varco3d._text import GIB
from varco3d.pipeline.machine_speed import MachineSpeed


@pytest.fixture(autouse=True)
def known_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose speed need not be measured."""
    speed = MachineSpeed("test", "2026-01-01", {"float32": 1000.0, "bfloat16": 2000.0, "float16": 1000.0})
    monkeypatch.setattr("varco3d.pipeline.machine_speed.machine_speed", lambda device: speed)


@pytest.fixture
def picture() -> str:
    Image.new("RGBA", (32, 32), (200, 30, 30, 255)).save("chair.png")
    return "chair.png"


@pytest.mark.parametrize("verb", ["plan", "generate"])
def test_a_budget_that_is_too_small(run, verb: str, picture: str) -> None:
    answer = run(verb, picture, "-m", "hunyuan3d-2.1", "--memory", "4", "--dtype", "float16", "-o", "out")
    assert answer.code == 4, answer.err
    assert "error[out_of_memory]: hunyuan3d-2.1 needs about 6.9 GiB at a time, the budget is 4.0" in answer.err
    assert not Path("out").exists()


def test_a_plan_tells_what_a_public_model_takes(run, picture: str) -> None:
    def peak(*flags: str) -> float:
        return json.loads(run("plan", picture, "-m", "hunyuan3d-2.1", "--json", *flags).out)["estimate"]["peak_mb"]

    assert peak("--dtype", "float32") == pytest.approx(2 * peak("--dtype", "float16"), rel=0.01)
    assert peak("--dtype", "float16", "--memory", "8") > 7000
    assert f"memory about {peak() * 1e6 / GIB:.1f} GiB of" in run("plan", picture, "-m", "hunyuan3d-2.1").err


def test_a_plan_tells_how_long_a_public_model_takes_here(run, picture: str) -> None:
    def seconds(*flags: str) -> float:
        return json.loads(run("plan", picture, "--device", "cpu", *flags, "--json").out)["estimate"]["seconds"]

    mini = ("-m", "hunyuan3d-2mini")
    whole = seconds(*mini)
    assert seconds("-m", "hunyuan3d-2.1") > 2 * whole > 0
    assert whole - seconds(*mini, "--steps", "25") == pytest.approx(25 * 3.02e12 / 9e11, rel=0.05)  # TFLOP a step
    assert seconds(*mini, "--dtype", "float16") == pytest.approx(whole, rel=0.02)
    assert seconds("-m", "trellis-image-large") > 0 < seconds("-m", "ultrashape")
    said = run("plan", picture, *mini, "--device", "cpu", "--num-seeds", "3", "-o", "out")
    assert "1000 GFLOP/s of float32 measured here" in said.err and "without what" not in said.err
    assert seconds(*mini, "--num-seeds", "3") == pytest.approx(3 * whole, rel=0.01)


def test_plan_refuses_a_device_of_a_worker_that_is_not_here(run, picture: str) -> None:
    refused = run("plan", picture, "--devices", "cpu,cuda:99", "-o", "out")
    assert refused.code == 4 and "device 'cuda:99' is not on this machine" in refused.err
    assert run("plan", picture, "--devices", "cpu,cpu", "-o", "out").code == 0


def test_a_picture_of_many_seeds_is_looked_at_once(run, picture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Path] = []
    monkeypatch.setattr("varco3d.cli.plan.check_picture", looked.append)
    plan = json.loads(run("plan", picture, "--num-seeds", "50", "-o", "out", "--json").out)
    assert plan["counts"]["new"] == 50 and looked == [Path(picture)]


def test_workers_share_the_cores(run, picture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("varco3d.cli.estimate.thread_count", lambda: 2)

    def plan(*flags: str) -> dict:
        return json.loads(run("plan", picture, "--device", "cpu", "--num-seeds", "8", *flags, "--json").out)

    one, two, many = (plan("-j", jobs)["estimate"]["seconds"] for jobs in ("1", "2", "8"))
    assert one > two == many  # two cores have room for two
    assert "GiB for each of 2 workers" in run("plan", picture, "--num-seeds", "8", "-j", "2", "-o", "out").err
    assert "for each of" not in run("plan", picture, "-j", "1000", "-o", "out").err  # one has work


@pytest.mark.parametrize(
    ("flags", "setting", "fits"),
    [
        (("--octree-resolution", "2048"), "--octree-resolution", "576"),
        (("--texture-size", "8192"), "--texture-size", "2048"),
    ],
)
def test_what_cannot_fit_is_refused_before_any_work(run, flags, setting, fits) -> None:
    Image.new("RGBA", (64, 64), (200, 10, 10, 255)).save("a.png")
    answer = run("generate", "a.png", "-o", "out", "--device", "cpu", "--memory", "2", *flags)
    assert answer.code == 4 and not Path("out").exists(), answer.err
    assert setting in answer.err and f"{setting} {fits} fits" in answer.err
    assert run("plan", "a.png", "--device", "cpu", "--memory", "2", *flags).code == 4
    plan = json.loads(run("plan", "a.png", "--device", "cpu", "--json", *flags).out)
    small = json.loads(run("plan", "a.png", "--device", "cpu", "--json").out)
    assert plan["estimate"]["peak_mb"] > 3 * small["estimate"]["peak_mb"]


def test_advice_fits_and_the_next_step_does_not() -> None:
    from varco3d.pipeline.memory_need import host_needs, largest_fit
    from varco3d.pipeline.recipe import load_recipe

    for setting, step in (("decode.resolution", 64), ("texture.size", 4096)):
        stage, key = setting.split(".")
        for budget in (1.5, 2.0, 6.0):
            value = largest_fit(setting, budget)
            assert value is not None
            over = min(value + step if stage == "decode" else value * 2, 8192)
            fits, beyond = (
                host_needs(load_recipe("tiny", overrides={stage: {key: size}}), [stage])[setting]
                for size in (value, over)
            )
            assert fits <= budget and (beyond > budget or over == value)
    assert largest_fit("texture.size", 0.5) is None


def test_recipes_without_a_grid_are_planned_without_one() -> None:
    """A field on voxels has no resolution to turn down; its voxels are fitted to the budget when they are known."""
    from varco3d.pipeline.memory_need import host_needs
    from varco3d.pipeline.recipe import load_recipe

    for name in ("trellis-image-large", "direct3d-s2", "varco3d-preview"):
        recipe = load_recipe(name, "high")
        assert set(host_needs(recipe, recipe.names())) == {"texture.size"}
