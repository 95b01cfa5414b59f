"""Refusals before any work: what a recipe cannot do with the settings and pictures that it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._text import suggestion
from ..errors import UsageError
from .artifacts import SIDES
from .recipe import Recipe
from .stages.settings import CleanSettings, ExportSettings, TextureSettings


def check_stages(settings: Mapping[str, Any]) -> None:
    """Refuse settings of the stages that run, when they ask for what is not here or does not go together.

    settings: stage -> its Settings. Raises UsageError, BadInputError for side pictures, MissingDependencyError,
    ModelMissingError.
    """
    export, clean, texture = settings.get("export"), settings.get("clean"), settings.get("texture")
    quads = isinstance(export, ExportSettings) and export.quads
    if isinstance(export, ExportSettings) and quads and "obj" not in export.formats:
        raise UsageError("of the formats only OBJ holds quads", "Add `format` obj.")
    if quads or (isinstance(clean, CleanSettings) and clean.watertight):
        from .meshes.meshlab import require_meshlab

        require_meshlab()
    if isinstance(texture, TextureSettings):
        from .texturing.painters.choice import check_painter

        own = texture.painter_base, texture.lora
        check_painter(texture.painter, texture.views, texture.extra_views, texture.words, *own)


def check_sides(recipe: Recipe, sides: Iterable[str]) -> None:
    """Refuse unknown sides, and sides for a model of the zoo that takes one picture. Raises UsageError."""
    from ..weights.checkpoints.zoo import BUNDLES, MODELS, specs_of
    from .stages.coarse import ONE_PICTURE, SIDES_HINT

    given = tuple(sides)
    for side in given:
        if side not in SIDES:
            raise UsageError(f"there is no side '{side}'", suggestion(side, SIDES))
    name = recipe.models.get("coarse", "")
    if given and (name in BUNDLES or name in MODELS) and not any(spec.several_pictures for spec in specs_of(name)):
        raise UsageError(ONE_PICTURE, SIDES_HINT)
