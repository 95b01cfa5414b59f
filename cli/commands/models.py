"""`varco3d models`: which weights there are, which are here, and how they come and go.

Only `pull` uses the network, only after asking. `list`, `show`, `path`, `rm` and `pull` need no torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from ..._text import byte_count, printable
from ...errors import CheckpointError, ModelMissingError, NothingMatchedError, Varco3DError
from ...weights.checkpoints.locations import OURS, Located
from ...weights.checkpoints.store import Check, Store
from ...weights.checkpoints.zoo import BUNDLES, MODELS, ModelSpec, memory_gib, specs_of
from ..model_facts import ORIGINS, bundle_state, describe, state
from ..options.flag import Panel, flag
from ..session import Session
from .base import new_app, verb

app = new_app(
    "models",
    "List, download, import, verify and remove models.",
    "varco3d models list\nvarco3d models pull hunyuan3d-2mini\nvarco3d models import /media/usb/weights",
)


def zoo_names(incomplete: str) -> list[str]:
    """Return the models, and the checkpoints they consist of, that begin with what was typed."""
    from ...weights.checkpoints.zoo import BUNDLES, MODELS

    return [name for name in dict.fromkeys([*BUNDLES, *MODELS]) if name.startswith(incomplete)]


NAME = typer.Argument(..., metavar="NAME", help="A model or a checkpoint.", autocompletion=zoo_names)
NAMES = typer.Argument(..., metavar="NAME...", help="Models or checkpoints.", autocompletion=zoo_names)
NAMES_OR_NONE = typer.Argument(None, metavar="[NAME]...", help="Models or checkpoints.", autocompletion=zoo_names)
PULLS = """
varco3d models pull hunyuan3d-2mini
varco3d models pull triposg --accept-licence triposg
HF_ENDPOINT=https://mirror.example varco3d models pull dinov2-large
"""
IMPORTS = """
varco3d models import /media/usb/weights
varco3d models import old/model.ckpt --as hunyuan3d-dit-v2-0-turbo --link
"""


@verb(app, "list", "varco3d models list\nvarco3d models list --here --json")
def list_models(
    session: Session,
    here: bool = typer.Option(False, "--here", help="Only installed models."),
    checkpoints: bool = typer.Option(False, "--checkpoints", help="Single checkpoints instead of models."),
) -> None:
    """List the models that -m takes: size, licence, whether installed."""
    store = Store()
    names = list(MODELS) if checkpoints else list(BUNDLES)
    rows = []
    for name in names:
        specs = specs_of(name)
        where = state(store, specs[0]) if checkpoints else bundle_state(store, name)
        if here and any(store.find(spec) is None for spec in specs):
            continue
        size = sum(_bytes(store, spec) for spec in specs)
        licences = list(dict.fromkeys(spec.licence for spec in specs))
        limits = list(dict.fromkeys(place for spec in specs for place in spec.terms.excludes))
        note = specs[0].part if checkpoints else BUNDLES[name].summary
        if session.flags.json:
            value = {"schema": "varco3d.model/1", "name": name, "state": where, "bytes": size, "licences": licences}
            value |= {"excluded_territories": limits, "checkpoints": [spec.name for spec in specs], "summary": note}
            session.console.result_json(value, indent=None)
        territory = f"not in {_short(limits)}" if limits else "everywhere"
        rows.append((name, byte_count(size), where, "+".join(licences), territory, note))
    if not session.flags.json:
        session.console.table(("model", "size", "here", "licence", "territory", "what"), rows)


def _bytes(store: Store, spec: ModelSpec) -> int:
    located = store.find(spec) if spec.shipped else None
    return located.bytes if located else spec.download


def _short(territories: list[str]) -> str:
    known = {"the European Union": "EU", "the United Kingdom": "UK", "South Korea": "KR"}
    return ", ".join(known.get(name, name) for name in territories)


@verb(app, "show", "varco3d models show hunyuan3d-2.1\nvarco3d models show ultrashape --json")
def show(session: Session, name: str = NAME) -> None:
    """Show the checkpoints of a model: files, hashes, licence, memory.

    Sizes, memory per stage and places are shown too.
    """
    store = Store()
    specs = specs_of(name)
    if session.flags.json:
        bundle = BUNDLES.get(name)
        value = {"schema": "varco3d.model/1", "name": name, "state": bundle_state(store, name)}
        value |= {"summary": bundle.summary if bundle else "", "extras": list(bundle.extras) if bundle else []}
        session.console.result_json({**value, "checkpoints": [describe(store, spec) for spec in specs]})
        return
    say = session.console.result
    if name in BUNDLES:
        say(f"{name}: {BUNDLES[name].summary}")
        if BUNDLES[name].extras:
            say(f"  also useful: {', '.join(BUNDLES[name].extras)} (models pull --extras)")
    for spec in specs:
        _show_one(session, store, spec)
    for licence in dict.fromkeys(spec.terms for spec in specs):
        say("")
        say(licence.notice())
        if licence.ask:
            given = licence.name in store.acceptances.names()
            say(f"  accepted on this machine: {'yes' if given else f'no (--accept-licence {licence.name})'}")


def _show_one(session: Session, store: Store, spec: ModelSpec) -> None:
    say = session.console.result
    located = store.find(spec)
    say("")
    say(f"{spec.name}  ({spec.part}, family {spec.family}, licence {spec.licence})")
    if spec.note:
        say(f"  note      {spec.note}")
    if spec.repo:
        say(f"  hub       {spec.repo}")
    for file in (*spec.weights, *spec.sides):
        size = f"{'' if file.exact else 'about '}{byte_count(file.size)}" if file.size else ""
        say(f"  file      {file.path}  {size}".rstrip())
        if file.sha256:
            say(f"            sha256 {file.sha256}")
    need = memory_gib(spec)
    if need:
        stages = ", ".join(f"{stage} {gib:.1f}" for stage, gib in need.items())
        say(f"  memory    {stages} GiB in 16 bits (one stage at a time)")
    if located is not None:
        say(f"  here      {ORIGINS[located.origin]}: {located.path} ({byte_count(located.bytes)})")
        for beside in store.published(located):
            if beside.text:
                say(f"  trust     {beside.text}")
    else:
        partial = store.partial_bytes(spec)
        say(f"  here      no{f' ({byte_count(partial)} of it from an unfinished pull)' if partial else ''}")


@dataclass(frozen=True)
class Download(Panel):
    """Choice of the files to download, and the licences that the user accepts."""

    accept_licence: tuple[str, ...] = flag((), "Accept this licence without asking.", metavar="NAME,...")
    revision: str = flag("main", "Branch, tag or commit of the hub repository.", metavar="REV")
    accept_changed: bool = flag(False, "Accept a file of the hub that differs from the published one.")
    extras: bool = flag(False, "Also the optional checkpoints (faster decoders).")


@verb(app, "pull", PULLS)
def pull(session: Session, download: Download, names: list[str] = NAMES) -> None:
    """Download models, after showing size, licence and territory.

    Downloads resume and are verified. Prints their places.
    """
    from ..downloads import accepted_names, fetch

    store = Store()
    wanted = [MODELS[part] for part in _parts(names, download.extras)]
    accepted = accepted_names(download.accept_licence)
    if session.flags.dry_run:
        missing = [spec for spec in wanted if store.find(spec) is None]
        _notices(session, missing)
        for spec in missing:
            session.console.result(f"{spec.name}  {byte_count(spec.download)}  {spec.repo}")
        return
    found = fetch(
        wanted,
        store,
        session,
        accepted=accepted,
        revision=download.revision,
        accept_changed=download.accept_changed,
    )
    for located in found:
        _result(session, located)


def _notices(session: Session, specs: Sequence[ModelSpec]) -> None:
    """Say each licence once, with the checkpoints that are under it."""
    for terms in dict.fromkeys(spec.terms for spec in specs):
        names = ", ".join(spec.name for spec in specs if spec.terms == terms)
        session.console.note(f"{names}: {terms.notice()}")


def _parts(names: Sequence[str], extras: bool = False) -> list[str]:
    """Return the names of all checkpoints behind model names, each once. Raises UsageError."""
    return list(dict.fromkeys(spec.name for name in names for spec in specs_of(name, extras)))


def _result(session: Session, located: Located) -> None:
    if session.flags.json:
        value = {"schema": "varco3d.model/1", "name": located.spec.name, "state": located.origin}
        session.console.result_json({**value, "path": str(located.path), "bytes": located.bytes}, indent=None)
    else:
        session.console.result(str(located.path))


@verb(app, "rm", "varco3d models rm hunyuan3d-2.1")
def rm(session: Session, names: list[str] = NAMES) -> None:
    """Delete models from the store, unfinished downloads included. Copies elsewhere are never touched."""
    store = Store()
    nothing = True
    for name in _parts(names):
        if session.flags.dry_run:
            located = store.find(MODELS[name])
            if located is not None and located.origin == OURS:
                session.console.result(str(located.path))
            nothing = False
            continue
        deleted, left = store.remove(MODELS[name])
        for path in deleted:
            session.console.result(str(path))
        for path in left:
            session.console.warn(f"{name} stays at {path}: varco3d deletes only from its own store")
        nothing = nothing and not deleted
    if nothing:
        raise ModelMissingError(
            f"nothing of {', '.join(names)} is in {store.root}", "See `varco3d models list --here`."
        )


@verb(app, "verify", "varco3d models verify\nvarco3d models verify hunyuan3d-2mini --published")
def verify(
    session: Session,
    names: list[str] = NAMES_OR_NONE,
    published: bool = typer.Option(False, "--published", help="Fail files that differ from the published ones."),
) -> None:
    """Check models on this machine against their published hashes.

    Without a published hash, the structure is checked.
    """
    store = Store()
    wanted = _parts(names or ()) or list(MODELS)
    located = [found for name in wanted if (found := store.find(MODELS[name])) is not None]
    absent = [name for name in wanted if names and store.find(MODELS[name]) is None]
    if absent:
        raise store.missing(names[0], [MODELS[name] for name in absent])
    if not located:
        raise ModelMissingError("no model is on this machine", "Run `varco3d models pull NAME`.")
    checks: list[tuple[str, Check]] = []
    for found in located:
        for check in store.verify(found):
            _say_check(session, found.spec.name, check, published)
            checks.append((found.spec.name, check))
    bad = list(dict.fromkeys(name for name, check in checks if check.problem))
    if bad:
        raise CheckpointError(
            f"{', '.join(bad)} failed the check", "Remove it with `models rm NAME` and pull it again."
        )
    others = list(dict.fromkeys(name for name, check in checks if check.published.same is False))
    if published and others:
        hint = "Leave --published out if they are yours; else `models rm NAME` and `models pull NAME`."
        raise CheckpointError(f"{', '.join(others)}: not the published file", hint)


def _say_check(session: Session, name: str, check: Check, strict: bool) -> None:
    """Print one verified file. strict: a file that is not the published one has failed."""
    failed = check.problem or (strict and check.published.same is False)
    verdict = "FAILED" if failed else "ok"
    if session.flags.json:
        value = {"schema": "varco3d.model/1", "name": name, "path": str(check.path), "state": verdict}
        value |= {"how": check.how, "problem": check.problem}
        value |= {"published": check.published.same, "published_text": check.published.text}
        session.console.result_json(value, indent=None)
        return
    beside = f"; {check.published.text}" if check.published.text else ""
    session.console.result(f"{verdict:<6}  {name}  {check.path}  {check.problem or check.how}{beside}")


@verb(app, "path", "varco3d models path hunyuan3d-2.1")
def path(session: Session, name: str = NAME) -> None:
    """Print where a model's weights are, one file or folder a line."""
    for located in Store().locate(name):
        _result(session, located)


@verb(app, "import", IMPORTS)
def import_weights(
    session: Session,
    source: Path = typer.Argument(..., exists=True, metavar="SOURCE", help="A folder or a file."),
    name: str = typer.Option(
        None, "--as", metavar="NAME", help="Checkpoint that the file holds, when keys and name leave a doubt."
    ),
    link: bool = typer.Option(False, "--link", help="Link to the files instead of copying them."),
) -> None:
    """Import weights from a folder or file, without a network.

    Keys, shapes, names and sizes tell which weights they are.
    """
    from ...weights.checkpoints.importing import plan

    store = Store()
    choices = plan(source, name)
    for choice in choices:
        if choice.spec is None:
            session.console.warn(f"{choice.path}: {choice.reason}")
        else:
            session.console.note(printable(f"{choice.path} is {choice.spec.name}"))
    known = [(choice.path, choice.spec) for choice in choices if choice.spec is not None]
    if not known:
        raise _nothing(source, name)
    _notices(session, [spec for _, spec in known])
    for file, spec in known:
        if session.flags.dry_run:
            session.console.result(f"{spec.name}  {file}")
            continue
        located = store.add(spec, file, link)
        for beside in store.published(located):
            say = session.console.warn if beside.same is False else session.console.note
            say(f"{spec.name}: {beside.text}")
        _result(session, located)


def _nothing(source: Path, name: str | None) -> Varco3DError:
    if name:
        return CheckpointError(f"{source} holds nothing that fits {name}", "See `varco3d models show NAME`.")
    return NothingMatchedError(
        f"{source} holds no checkpoint that varco3d knows", "See `varco3d models list --checkpoints`."
    )
