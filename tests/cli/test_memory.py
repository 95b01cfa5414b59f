"""--memory before work: a run whose largest network does not fit is refused, a plan says what it takes."""

import json
from pathlib import Path

import pytest
from PIL import Image


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
    assert "from the sizes of its networks" in run("plan", picture, "-m", "hunyuan3d-2.1").err
