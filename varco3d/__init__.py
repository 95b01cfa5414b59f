"""One picture in, a textured 3D mesh out.

    import varco3d

    varco3d.generate("chair.png").save("chair.glb")

`generate`, `refine` and `texture` are one-line calls. A `Pipeline` keeps its networks loaded between pictures and shows
every stage. Everything is imported at first use: `import varco3d` alone loads neither torch nor trimesh.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import errors

if TYPE_CHECKING:
    from ._calls import generate, refine, texture
    from ._pipeline import Pipeline
    from ._results import Result, Step
    from ._version import __version__
    from .pipeline.artifacts import Mesh, Subject
    from .pipeline.recipe import recipe_names as models

__all__ = [
    "Mesh",
    "Pipeline",
    "Result",
    "Step",
    "Subject",
    "__version__",
    "errors",
    "generate",
    "models",
    "refine",
    "texture",
]

_HOMES = {
    "Mesh": ("pipeline.artifacts", "Mesh"),
    "Pipeline": ("_pipeline", "Pipeline"),
    "Result": ("_results", "Result"),
    "Step": ("_results", "Step"),
    "Subject": ("pipeline.artifacts", "Subject"),
    "__version__": ("_version", "__version__"),
    "generate": ("_calls", "generate"),
    "models": ("pipeline.recipe", "recipe_names"),
    "refine": ("_calls", "refine"),
    "texture": ("_calls", "texture"),
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module at first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    value = getattr(import_module(f".{module}", __name__), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
