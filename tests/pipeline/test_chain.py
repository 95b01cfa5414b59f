"""The chain: which stages run, seeds, events, keeping and resuming, limits."""

import dataclasses
import time

import numpy as np
import pytest
from fakes import load_fake, picture, write_recipe

from varco3d.errors import BadInputError, ItemTimeoutError, ModelMissingError, OutOfMemoryError, UsageError
from varco3d.kernels.parallel import compile_log
from varco3d.pipeline.artifacts import Asset
from varco3d.pipeline.batch.reductions import reduced
from varco3d.pipeline.chain import Chain, ItemState, is_out_of_memory, load_stages, select_stages
from varco3d.pipeline.events import COMPILING, Progress, StageFinished, StageStarted
from varco3d.pipeline.network_pool import NetworkPool, model_digest
from varco3d.pipeline.recipe import load_recipe
from varco3d.pipeline.seeds import item_seed, stage_seed


@pytest.fixture
def recipe(tmp_path):
    return load_recipe(write_recipe(tmp_path))


def make(recipe, tmp_path, names=None, **about):
    pool = NetworkPool(recipe.models, loader=load_fake)
    state = ItemState("a", Asset(source=picture(tmp_path / "a.png")), **about)
    return Chain(recipe, pool, names), state


def test_the_whole_chain_with_events_timing_and_memory(recipe, tmp_path):
    chain, state = make(recipe, tmp_path, seed=5, output=tmp_path / "out/a")
    events = []
    asset = chain.run(state, events.append)
    assert asset.report["watertight"] and asset.report["genus"] == 1 and (tmp_path / "out/a.glb").is_file()
    started = [event.stage for event in events if isinstance(event, StageStarted)]
    finished = [event for event in events if isinstance(event, StageFinished)]
    assert started == [event.stage for event in finished] == list(recipe.names())
    assert all(event.peak_mb > 10 and event.seconds >= 0 for event in finished)
    assert {event.stage for event in events if isinstance(event, Progress)} >= {"coarse", "refine", "decode"}
    assert set(state.timings) == set(recipe.names())


def test_a_stage_that_waits_for_the_compiler_says_so_once(recipe, tmp_path, monkeypatch):
    chain, state = make(recipe, tmp_path, names=("prepare",))
    prepare = chain._stages["prepare"]
    ran = type(prepare).run

    def compiling(self, asset, settings, context):
        for name in ("fields.bricks", "atlas.fill"):
            compile_log.info(name)
        return ran(self, asset, settings, context)

    monkeypatch.setattr(type(prepare), "run", compiling)
    events = []
    chain.run(state, events.append)
    assert [e.stage for e in events if isinstance(e, Progress) and e.note == COMPILING] == ["prepare"]
    assert not compile_log.handlers


@pytest.mark.parametrize("size", [1000, (1 << 27) + 1000])
def test_weights_that_were_trained_on_are_others(tmp_path, size):
    path = tmp_path / "model.safetensors"
    with open(path, "wb") as file:
        file.truncate(size)  # zeros, without writing them
    before = model_digest({"coarse": str(tmp_path)})
    assert model_digest({"coarse": str(tmp_path)}) == before
    with open(path, "r+b") as file:
        for start in range(100, size, 1 << 19):
            file.seek(start)
            file.write(b"1")
        file.seek(size - 1)
        file.write(b"1")
    assert model_digest({"coarse": str(tmp_path)}) != before


def test_seeds_follow_content_and_stage():
    first = item_seed(0, "ab")
    assert first == item_seed(0, "ab") != item_seed(1, "ab") != item_seed(1, "ac")
    assert stage_seed(first, "coarse") != stage_seed(first, "refine")
    assert 0 <= stage_seed(first, "coarse") < 2**63


def test_the_seed_reaches_every_stage(recipe, tmp_path):
    """Another item seed gives other queries, other latents and another mesh."""
    one, two = (make(recipe, tmp_path, seed=seed, output=tmp_path / "o") for seed in (1, 2))
    a, b = (chain.run(state, lambda event: None) for chain, state in (one, two))
    assert not np.array_equal(a.queries.indices, b.queries.indices)
    assert not np.array_equal(a.latents.tokens, b.latents.tokens)
    assert a.outputs[0].sha256 != b.outputs[0].sha256


def test_resuming_from_any_stage_gives_the_same_bytes(recipe, tmp_path):
    chain, state = make(recipe, tmp_path, seed=5, output=tmp_path / "out/a", folder=tmp_path / "a.stages")
    first = chain.run(state, lambda event: None, save=True).outputs[0].sha256
    for start in recipe.names()[1:]:
        asset = load_stages(Asset(source=tmp_path / "a.png"), recipe, tmp_path / "a.stages", start)
        names = select_stages(recipe, start)
        assert names[0] == start
        rest, state = make(recipe, tmp_path, names, seed=5, output=tmp_path / "out2/a")
        state.asset = asset
        assert rest.run(state, lambda event: None).outputs[0].sha256 == first, start


def test_resuming_without_anything_kept_is_an_error(recipe, tmp_path):
    with pytest.raises(BadInputError, match="no coarse"):
        load_stages(Asset(source=tmp_path / "a.png"), recipe, tmp_path / "nothing", "voxelize")


def test_until_runs_no_further(recipe):
    assert select_stages(recipe, until="sample") == ("prepare", "coarse", "voxelize", "sample")
    assert select_stages(recipe, "decode", "clean") == ("decode", "extract", "clean")


def test_skipping_refine_takes_the_coarse_mesh(recipe):
    assert select_stages(recipe, skip=("refine",)) == ("prepare", "coarse", "clean", "export")
    assert select_stages(recipe, skip=("clean",))[-2:] == ("extract", "export")


def test_a_given_mesh_needs_no_coarse_stage(recipe):
    names = select_stages(recipe, skip=("coarse",), have=("source", "coarse"))
    assert names == ("prepare", "voxelize", "sample", "refine", "decode", "extract", "clean", "export")


def test_impossible_selections(recipe):
    for arguments in ({"start": "clean", "until": "coarse"}, {"until": "refin"}, {"skip": ("x",)}):
        with pytest.raises(UsageError):
            select_stages(recipe, **arguments)
    with pytest.raises(UsageError, match="cannot run"):
        select_stages(recipe, until="decode", skip=("refine",))


def test_running_out_of_memory_names_the_stage_and_a_way_out(recipe, tmp_path):
    hungry = dataclasses.replace(recipe, models={**recipe.models, "refine": "memory"}).with_settings(
        {"decode": {"resolution": 64, "start": 64}}
    )
    chain, state = make(hungry, tmp_path)
    with pytest.raises(OutOfMemoryError) as caught:
        chain.run(state, lambda event: None)
    assert "decode ran out of memory" in caught.value.message and "decode.chunk" in caught.value.hint
    smaller, changes = reduced(hungry, 1)
    assert changes["decode.chunk"] == 16384 and changes["decode.resolution"] == 48
    chain, state = make(smaller, tmp_path, output=tmp_path / "o")
    assert chain.run(state, lambda event: None).outputs


def test_every_library_s_words_for_no_memory_are_known():
    warp = "Failed to allocate 68719476736 bytes on device 'cuda:0'"
    torch = "CUDA out of memory. Tried to allocate 2.00 GiB"
    assert all(is_out_of_memory(RuntimeError(words)) for words in (warp, torch))
    assert is_out_of_memory(MemoryError()) and not is_out_of_memory(RuntimeError("shapes do not match"))


def test_reductions_stop_at_the_lower_ends(recipe):
    bottom, _ = reduced(recipe, 50)
    assert bottom.stage("decode").settings.chunk == 256 and bottom.stage("decode").settings.resolution == 16
    assert reduced(recipe, 0) == (recipe, {})


def test_reductions_take_voxels_but_not_their_grid(recipe):
    bounded = recipe.with_settings({"voxelize": {"voxels": 1000, "resolution": 16}})
    smaller, changes = reduced(bounded, 1)
    assert changes["voxelize.voxels"] == 500 and smaller.stage("voxelize").settings.resolution == 16
    assert "voxelize.resolution" not in changes


def test_a_deadline_ends_the_item_between_steps(recipe, tmp_path):
    chain, state = make(recipe, tmp_path, deadline=time.monotonic() - 1)
    with pytest.raises(ItemTimeoutError, match="prepare"):
        chain.run(state, lambda event: None)


def test_networks_are_loaded_once_and_released_as_told(recipe):
    loads = []

    def counting(model, part, device, dtype):
        loads.append(part)
        return object()

    for offload, kept in (("none", ("coarse", "refine")), ("stage", ("refine",))):
        loads.clear()
        pool = NetworkPool(recipe.models, offload=offload, loader=counting)
        pool.take(("coarse",))
        pool.take(("coarse", "refine"))
        pool.release(upcoming=("refine",))
        assert (loads, pool.loaded()) == (["coarse", "refine"], kept)
        pool.close()
        assert pool.loaded() == ()
    with pytest.raises(ModelMissingError):
        NetworkPool({}, loader=counting).take(("coarse",))
