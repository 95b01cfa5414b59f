"""docs/cli.md says what the code does."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_reference_is_current() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "reference.py"))
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for name, table in script["TABLES"].items():
        block = text.partition(f"<!-- {name} -->")[2].partition("<!-- end -->")[0].strip()
        if name == "settings":  # defaults move while models are tuned; the names must be there
            missing = [line.split("`")[1] for line in table().splitlines() if line.startswith("| `")]
            missing = [setting for setting in missing if f"`{setting}`" not in block]
            assert not missing, f"{missing}; run: python scripts/reference.py"
        else:
            assert block == table(), f"table {name!r} is out of date; run: python scripts/reference.py"


def test_every_error_code_is_explained() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "reference.py"))
    assert set(script["CODES"]) == set(script["EXIT_CODES"])


def test_links_of_the_pages_exist() -> None:
    import re

    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_job_manifest_is_an_indexed_job_that_the_program_understands() -> None:
    """No cluster here: the manifest is parsed, and its command line is read by the program."""
    import yaml
    from varco3d.cli.main import build_app
    from varco3d.pipeline.inputs import parse_shard

    text = (ROOT / "docs" / "batch.md").read_text(encoding="utf-8")
    job = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    assert (job["apiVersion"], job["kind"], job["spec"]["completionMode"]) == ("batch/v1", "Job", "Indexed")
    pod = job["spec"]["template"]["spec"]
    assert pod["restartPolicy"] in ("OnFailure", "Never")  # the two that a Job allows
    (container,) = pod["containers"]
    environ = {entry["name"]: entry["value"] for entry in container["env"]}
    assert int(environ["JOB_COMPLETIONS"]) == job["spec"]["completions"]
    assert parse_shard("auto", {**environ, "JOB_COMPLETION_INDEX": "5"}) == (5, 32)
    assert {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]}
    program, verb, *arguments = container["args"]
    app = build_app()
    command = app.get_command(app.make_context("varco3d", [verb]), verb)
    assert program == "varco3d" and command is not None
    assert command.make_context(verb, arguments).params["shard"] == "auto"
