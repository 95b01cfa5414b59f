"""Every document that --json prints names its schema first and keeps to it."""

import json
from pathlib import Path

import jsonschema
import pytest
import trimesh

SCHEMAS = Path(__file__).parents[2] / "cli" / "schemas"
BENCH = ("bench", "voxelize", "--shape", "bunny", "--faces", "2000", "--resolution", "32", "--repeat", "1")


def checked(text: str) -> list[dict]:
    """The documents in `text`, one or one a line, each held against the schema that it names."""
    try:
        documents = [json.loads(text)]
    except json.JSONDecodeError:
        documents = [json.loads(line) for line in text.splitlines()]
    for document in documents:
        first, name = next(iter(document.items()))
        assert first == "schema"
        stem = name.removeprefix("varco3d.").removesuffix("/1")
        schema = json.loads((SCHEMAS / f"{stem}.schema.json").read_text())
        assert schema["$id"] == name
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(document, schema)
    return documents


@pytest.mark.parametrize(
    "call",
    [
        ("config", "show"),
        ("cache", "info"),
        ("models", "list"),
        ("models", "list", "--checkpoints"),
        ("models", "show", "tiny"),
        ("models", "show", "ultrashape"),
        ("models", "path", "tiny"),
        ("models", "verify", "tiny"),
        ("convert", "box.ply", "out.glb", "--lod", "1,0.5"),
        ("convert", "box.ply", "out.obj"),
        ("preview", "box.ply", "--format", "png,gif", "--size", "32", "--frames", "2"),
        ("inspect", "box.ply", "missing.ply"),
        ("plan", "picture.png"),
        BENCH,
    ],
    ids=" ".join,
)
def test_documents_keep_to_their_schemas(run, call: tuple[str, ...]) -> None:
    from PIL import Image

    trimesh.creation.box((1, 1, 1)).subdivide().export("box.ply")
    Image.new("RGBA", (32, 32), (200, 90, 60, 255)).save("picture.png")
    assert checked(run(*call, "--json").out)


def test_a_document_that_lacks_a_member_is_refused() -> None:
    with pytest.raises(jsonschema.ValidationError):
        checked('{"schema": "varco3d.cache/1", "caches": [{"name": "kernels"}]}')
