"""Messages name settings; the command line names flags."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image
from standin import install

from varco3d.cli.console import Console
from varco3d.cli.options.panels import RunOptions
from varco3d.cli.options.spoken import spoken
from varco3d.pipeline.stages.settings import SETTINGS

ROOT = Path(__file__).parents[3]
LIBRARY = [
    path for room in ("kernels", "weights", "pipeline", "varco3d") for path in sorted((ROOT / room).rglob("*.py"))
    if not {"training", "parity"} & set(path.parts) and not path.is_relative_to(ROOT / "varco3d" / "cli")
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Try a smaller `decode.resolution`.", "Try a smaller --octree-resolution."),
        ("Raise `timeout`, or use `preset` draft.", "Raise --timeout, or use --preset draft."),
        ("`start` decode comes after `until` coarse", "--from decode comes after --until coarse"),
        ("Lower `decode.start`.", "Lower --set decode.start."),
        ("Raise `coarse.voxels`.", "Raise --set coarse.voxels."),  # of the stage `structure` under that name
        ("pass `accept_licence` triposg", "pass --accept-licence triposg"),
        ("See `varco3d models list`, `nothing.here` and `ray start --head`.",) * 2,
    ],
)
def test_settings_become_flags(text: str, said: str) -> None:
    assert spoken(text) == said


def test_errors_and_warnings_on_the_console_name_flags(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console()
    console.error("timeout", "time was up", "Raise `timeout`.")
    console.warn("leave `texture.keep_uv` out")
    assert capsys.readouterr().err == (
        "error[timeout]: time was up. Raise --timeout.\nwarning: leave --set texture.keep_uv out\n"
    )


def test_the_library_speaks_of_no_flags() -> None:
    flag = re.compile(r"""(?<![\w`-])--[a-z][a-z-]+""")
    # commands, quoted whole; --extras belongs to `varco3d models pull NAME`
    foreign = ("ray start --head", "docker run --user", "varco3d --version", "} --extras")
    found = []
    for path in LIBRARY:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            text = line.partition("  # ")[0]
            for command in foreign:
                text = text.replace(command, "")
            if flag.search(text) and "add_argument" not in text:
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert not found, "name the setting in backticks instead; cli/options/spoken.py makes a flag of it"


def test_settings_named_in_messages_exist() -> None:
    # `coarse` of a recipe may be another implementation, such as structure, whose settings it has then.
    known = {key for kind in SETTINGS.values() for key in kind.__dataclass_fields__}
    fields = {flag.field for flag in RunOptions.flags()} | {"accept_licence", "accept_changed", "revision", "offline"}
    for path in LIBRARY:
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r'["\'].*`[a-z_.]+`', line) and '"""' not in line:
                for stage, key in re.findall(r"`([a-z]+)\.([a-z_]+)`", line):
                    assert stage not in SETTINGS or key in known, f"{path.name}: {stage}.{key}"
    assert {"start", "until", "seed", "timeout", "save_stages", "from_list", "name", "output"} <= fields


def test_records_name_flags_too(run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recipe = install(monkeypatch, tmp_path)
    Image.new("RGBA", (32, 32)).save("nothing.png")
    answer = run("generate", "nothing.png", "-o", "out", "-m", recipe)
    hint = json.loads(Path("out/varco3d.jsonl").read_text())["error"]["hint"]
    assert hint == "Give a --mask, or a picture with alpha." and hint in answer.err
