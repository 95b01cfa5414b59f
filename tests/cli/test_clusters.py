"""docs/batch.md: its SLURM script and its Kubernetes manifest, tried as far as that goes without a cluster."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image, ImageDraw
from standin import plugin

from varco3d.pipeline.batch.inputs import in_shard, parse_shard

PAGE = (Path(__file__).parents[2] / "docs" / "batch.md").read_text(encoding="utf-8")
PICTURES = [f"{name}.png" for name in ("a", "b", "c", "d", "e")]


def block(language: str) -> str:
    return PAGE.partition(f"```{language}\n")[2].partition("```")[0]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Pictures, a config file with a quick recipe, and programs called varco3d and srun."""
    (tmp_path / "photos").mkdir()
    for index, name in enumerate(PICTURES):
        image = Image.new("RGBA", (48, 48))
        ImageDraw.Draw(image).ellipse((8, 8, 40, 40), fill=(50 * index, 90, 90, 255))
        image.save(tmp_path / "photos" / name)
    (tmp_path / "varco3d.toml").write_text('model = "plugin/standin.toml"\ndevice = "cpu"\n')
    for name, line in (("varco3d", f'exec {sys.executable} -m varco3d.cli "$@"'), ("srun", 'exec "$@"')):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
    return tmp_path


def run_shards(place: Path, program: list[str], variables: list[dict[str, str]]) -> None:
    """All shards at the same time, into one folder; then every picture has one mesh and one record, in its shard's."""
    environ = plugin(place / "plugin")
    environ["PATH"] = f"{place / 'bin'}{os.pathsep}{environ['PATH']}"
    children = [
        subprocess.Popen(program, cwd=place, env={**environ, **own}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for own in variables
    ]
    for child in children:
        _, err = child.communicate(timeout=120)
        assert child.returncode == 0, err.decode()
    count = len(variables)
    for index in range(count):
        record = place / "meshes" / f"varco3d.shard-{index}-of-{count}.jsonl"
        found = [json.loads(line)["relpath"] for line in record.read_text().splitlines()] if record.exists() else []
        assert found == [name for name in PICTURES if in_shard(name, index, count)]
    assert sorted(path.stem for path in (place / "meshes").glob("*.glb")) == [name[0] for name in PICTURES]
    assert not (place / "meshes" / ".varco3d").exists()


def test_the_slurm_script(place: Path) -> None:
    (place / "job.sh").write_text(block("sh"))
    assert re.search(r"^#SBATCH --array=0-\d+$", block("sh"), re.M)
    tasks = [{"SLURM_ARRAY_TASK_ID": str(index), "SLURM_ARRAY_TASK_COUNT": "2"} for index in range(2)]
    run_shards(place, ["sh", "job.sh"], tasks)


def job() -> dict[str, Any]:
    return yaml.safe_load(block("yaml"))


def test_the_manifest_is_what_kubernetes_takes() -> None:
    validate = pytest.importorskip("kubernetes_validate")
    validate.validate(job(), validate.latest_version(), strict=True)
    wrong = job()
    wrong["spec"]["completionMod"] = "Indexed"
    with pytest.raises(validate.ValidationError):
        validate.validate(wrong, validate.latest_version(), strict=True)


def test_the_manifest_fits_together() -> None:
    """What no schema says: rules of Job, the variable beside the number, volumes by name."""
    spec = job()["spec"]
    pod = spec["template"]["spec"]
    assert spec["completionMode"] == "Indexed" and pod["restartPolicy"] == "Never"  # as podFailurePolicy demands
    (container,) = pod["containers"]
    environ = {entry["name"]: entry["value"] for entry in container["env"]}
    assert int(environ["JOB_COMPLETIONS"]) == spec["completions"]
    assert parse_shard("auto", {**environ, "JOB_COMPLETION_INDEX": "5"}) == (5, spec["completions"])
    assert {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]}


def test_the_manifests_command(place: Path) -> None:
    (container,) = job()["spec"]["template"]["spec"]["containers"]
    program = [argument.replace("/data/", "") for argument in container["args"]]
    pods = [{"JOB_COMPLETION_INDEX": str(index), "JOB_COMPLETIONS": "2"} for index in range(2)]
    run_shards(place, ["sh", "-c", '"$@"', "sh", *program], pods)
