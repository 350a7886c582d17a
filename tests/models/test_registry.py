"""Models by name: what is added is kept, what is activated serves, and the user's settings stay as they were."""

from __future__ import annotations

import json
import shlex
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForImageTextToText
from typer.testing import CliRunner

from tests.host import helpers
from tests.tiny_qwen import save_tiny_qwen, tiny_spec
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.protocol import profile_of
from xl_vqa.bridge.videos import Video
from xl_vqa.cli.doctor_checks import check_model
from xl_vqa.cli.main import app
from xl_vqa.models.registry import ModelRegistry, name_of
from xl_vqa.shell import typed
from xl_vqa.vlm.identity import identify
from xl_vqa.words.errors import ModelEntryError, ModelIncompatibleError, ModelNotFoundError, SettingsError
from xl_vqa.words.labels import Scale
from xl_vqa.words.settings import Settings


def save_adapter(
    base: Path, folder: Path, *, seed: int, scale: Scale | None = None, named: str | None = None
) -> Path:
    """A LoRA adapter that changes scores, with the scale it was taught with, as training leaves it."""
    model = AutoModelForImageTextToText.from_pretrained(base, dtype=torch.float32)
    torch.manual_seed(seed)
    config = LoraConfig(
        r=2,
        target_modules=["q_proj", "v_proj"],
        init_lora_weights=False,
        base_model_name_or_path=named or str(base),
    )
    get_peft_model(model, config).save_pretrained(folder)
    # peft writes where the model was loaded from; training writes what the recipe named
    path = folder / "adapter_config.json"
    values = json.loads(path.read_text()) | {"base_model_name_or_path": named or str(base)}
    path.write_text(json.dumps(values))
    tiny_spec(name=folder.name, **({"scale": scale} if scale else {})).save(folder)
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_qwen(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_adapter(base, tmp_path_factory.mktemp("adapters") / "shop", seed=1)


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home of its own that nothing but settings.toml decides on."""
    for name in ("MODEL", "ADAPTER"):
        monkeypatch.delenv(f"XL_VQA_{name}", raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("XL_VQA_HOME", str(home))
    monkeypatch.setenv("XL_VQA_LANGUAGE", "en")
    return Settings.load()


def names(settings: Settings) -> list[tuple[str, bool]]:
    return [(row.entry.name, row.active) for row in ModelRegistry(settings).listed()]


def test_a_base_model_of_the_hub_is_added_by_its_name(quiet: Settings) -> None:
    registry = ModelRegistry(quiet)
    entry = registry.add("Qwen/Qwen2.5-VL-7B-Instruct")
    assert (entry.name, entry.model, entry.adapter) == (*["Qwen/Qwen2.5-VL-7B-Instruct"] * 2, None)
    assert registry.activate(entry.name).model == "Qwen/Qwen2.5-VL-7B-Instruct"
    for mistyped in ("runs/shpo", "Qwen/Qwen3-32B", "nowhere"):
        with pytest.raises(ModelNotFoundError, match=r"no such folder.*Qwen/Qwen2\.5-VL") as caught:
            registry.add(mistyped)
        assert "settings" not in str(caught.value)
        assert "フォルダーがなく" in caught.value.message("ja")


def test_a_name_misspelt_is_recognised(quiet: Settings) -> None:
    with pytest.raises(ModelNotFoundError, match="did you mean starter"):
        ModelRegistry(quiet).find("Statrer")


def test_the_starter_is_always_there(quiet: Settings) -> None:
    assert names(quiet) == [("starter", True)]


def test_added_activated_and_back_again(quiet: Settings, base: Path, adapter: Path) -> None:
    (quiet.home / "settings.toml").write_text("# 夜間用\nframes = 4  # few\nmodel = 'starter'\n\n# end\n")
    registry = ModelRegistry(quiet)
    entry = registry.add(adapter)
    assert (entry.name, entry.model, entry.adapter) == ("shop", str(base), str(adapter))
    now = registry.activate("SHOP")
    assert (now.model, now.adapter, now.frames) == (str(base), str(adapter), 4)
    assert names(now) == [("starter", False), ("shop", True)]
    text = (quiet.home / "settings.toml").read_text(encoding="utf-8")
    assert "# 夜間用\nframes = 4  # few\n" in text
    assert "# end" in text
    back = ModelRegistry(now).activate("starter")
    assert (back.model, back.adapter) == ("starter", None)
    assert Settings.load() == back


@pytest.mark.parametrize(
    ("named", "commands"),
    [
        ("/nowhere/base", ("--model", "models pull")),
        ("company/vqa-base", ("models pull company/vqa-base", "--model")),
    ],
)
def test_an_adapter_whose_base_is_absent_names_the_commands_that_help(
    quiet: Settings, tmp_path: Path, named: str, commands: tuple[str, ...]
) -> None:
    folder = tmp_path / "night shop"
    folder.mkdir()
    (folder / "adapter_config.json").write_text(
        json.dumps({"peft_type": "LORA", "base_model_name_or_path": named})
    )
    (folder / "adapter_model.safetensors").write_bytes(b"")
    with pytest.raises(ModelNotFoundError) as caught:
        ModelRegistry(replace(quiet, offline=True)).add(folder)
    for language in ("en", "ja"):
        said = caught.value.message(language)
        assert named in said
        assert f"models add {typed(folder)} --model" in said
        assert all(command in said for command in commands), said
    assert ("there is no such folder" in str(caught.value)) == named.startswith("/")


def test_a_base_that_was_told_and_is_absent_is_named_too(quiet: Settings, adapter: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"/nowhere.*--model FOLDER"):
        ModelRegistry(quiet).add(adapter, model="/nowhere/base")


def test_a_whole_model_is_its_own_base(quiet: Settings, base: Path) -> None:
    entry = ModelRegistry(quiet).add(base, name="whole")
    assert (entry.model, entry.adapter) == (str(base), None)


def test_the_same_again_changes_nothing_and_another_folder_needs_another_name(
    quiet: Settings, base: Path, adapter: Path
) -> None:
    registry = ModelRegistry(quiet)
    assert registry.add(adapter) == registry.add(adapter)
    with pytest.raises(ModelEntryError, match="taken") as caught:
        registry.add(base, name="Shop")
    assert "--name" in str(caught.value)
    with pytest.raises(ModelEntryError, match="taken"):
        registry.add(base, name="starter")
    assert [entry.name for entry in registry.entries()] == ["starter", "shop"]


def test_what_could_not_be_served_is_not_added(quiet: Settings, base: Path, tmp_path: Path) -> None:
    registry = ModelRegistry(quiet)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelNotFoundError, match="no such folder"):
        registry.add(tmp_path / "nowhere")
    with pytest.raises(ModelNotFoundError, match=r"config\.json"):
        registry.add(tmp_path / "empty")
    (tmp_path / "model.zip").write_bytes(b"PK")
    with pytest.raises(ModelNotFoundError, match="unpack"):
        registry.add(tmp_path / "model.zip")
    # another kind of model, whole or not: what it lacks is not what is wrong with it
    other = tmp_path / "text_only"
    other.mkdir()
    (other / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(ModelIncompatibleError, match="'llama'"):
        registry.add(other)
    for file in ("tokenizer.json", "model.safetensors"):
        (other / file).write_text("{}")
    with pytest.raises(ModelIncompatibleError, match="'llama'"):
        registry.add(other)
    words = save_adapter(base, tmp_path / "words", seed=2)
    values = json.loads((words / "xl_vqa.json").read_text())
    (words / "xl_vqa.json").write_text(json.dumps({**values, "head": "levels"}))
    with pytest.raises(ModelIncompatibleError, match="levels"):
        registry.add(words)
    orphan = save_adapter(base, tmp_path / "orphan", seed=3, named="/gone/base")
    with pytest.raises(ModelNotFoundError):
        registry.add(orphan)
    assert registry.add(orphan, model=str(base)).model == str(base)
    pointer = save_adapter(base, tmp_path / "pointer", seed=4)
    (pointer / "adapter_model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(ModelIncompatibleError, match=r"adapter_model\.safetensors is a pointer .*git lfs pull"):
        registry.add(pointer)
    page = tmp_path / "page"
    shutil.copytree(base, page)
    (page / "tokenizer.json").write_text("<html>404</html>")
    with pytest.raises(ModelIncompatibleError, match=r"tokenizer\.json cannot be read"):
        registry.add(page)
    (page / "tokenizer.json").write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(ModelIncompatibleError, match=r"tokenizer\.json is a pointer"):
        registry.add(page)
    assert [entry.name for entry in registry.entries()] == ["starter", "orphan"]


def test_a_base_beside_the_adapter_is_found_from_anywhere(
    quiet: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_tiny_qwen(tmp_path / "モデル")
    folder = save_adapter(tmp_path / "モデル", tmp_path / "shop", seed=1, named="../モデル")
    entry = ModelRegistry(quiet).add(folder)
    monkeypatch.chdir("/")
    assert ModelRegistry(quiet).activate(entry.name).model == entry.model
    assert Path(entry.model).samefile(tmp_path / "モデル")


def test_a_model_that_went_away_is_shown_with_its_problem_and_cannot_be_activated(
    quiet: Settings, tmp_path: Path
) -> None:
    folder = save_tiny_qwen(tmp_path / "gone")
    registry = ModelRegistry(quiet)
    registry.add(folder, name="gone")
    (folder / "config.json").unlink()
    row = registry.listed()[1]
    assert row.spec is None
    assert row.problem is not None
    with pytest.raises(ModelNotFoundError):
        registry.activate("gone")
    assert not (quiet.home / "settings.toml").exists()
    assert registry.remove("gone").folder == str(folder)
    assert names(quiet) == [("starter", True)]


def test_names_that_are_not_there_and_models_that_may_not_go(quiet: Settings, adapter: Path) -> None:
    registry = ModelRegistry(quiet)
    registry.add(adapter)
    with pytest.raises(ModelNotFoundError, match="starter, shop"):
        registry.activate("shoop")
    registry.activate("shop")
    for name in ("starter", "shop"):
        with pytest.raises(ModelEntryError, match=r"cannot be removed|serves"):
            registry.remove(name)


def test_an_environment_variable_that_would_win_is_said(quiet: Settings, adapter: Path) -> None:
    registry = ModelRegistry(quiet)
    registry.add(adapter)
    with pytest.raises(SettingsError, match="XL_VQA_MODEL"):
        registry.activate("shop", {"XL_VQA_MODEL": "starter"})


def test_a_broken_register_is_an_error_and_stays_as_it_is(quiet: Settings, adapter: Path) -> None:
    registry = ModelRegistry(quiet)
    for content in ("{", '{"format": 2, "models": []}', '{"format": 1, "models": [{"nom": 1}]}'):
        registry.file.write_text(content)
        with pytest.raises(SettingsError, match=r"models\.json"):
            registry.add(adapter)
        assert registry.file.read_text() == content


def test_programs_that_add_at_once_lose_nothing(quiet: Settings, adapter: Path) -> None:
    def add(number: int) -> None:
        ModelRegistry(quiet).add(adapter, name=f"m{number}")

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {entry.name for entry in ModelRegistry(quiet).entries()} == {"starter", *(f"m{k}" for k in range(12))}


def test_the_command_line(quiet: Settings, adapter: Path) -> None:
    run = CliRunner()
    assert "activate shop" in run.invoke(app, ["models", "add", str(adapter)]).output
    assert run.invoke(app, ["models", "activate", "shop"]).exit_code == 0
    shown = run.invoke(app, ["models", "list"]).output
    assert "10..50" in shown
    assert shown.count("*") == 2
    wrong = run.invoke(app, ["models", "activate", "shoop"])
    assert isinstance(wrong.exception, ModelNotFoundError)


def test_adding_and_activating_is_one_command(quiet: Settings, adapter: Path) -> None:
    done = CliRunner().invoke(app, ["models", "add", str(adapter), "--activate"])
    assert done.exit_code == 0, done.output
    assert "shop serves" in done.output
    assert "xl-vqa models activate" not in done.output
    assert Settings.load().adapter == str(adapter)


def test_a_model_that_cannot_be_activated_is_added_all_the_same(
    quiet: Settings, adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XL_VQA_MODEL", "stand-in")
    done = CliRunner().invoke(app, ["models", "add", str(adapter), "--activate"])
    assert isinstance(done.exception, SettingsError)
    assert "shop was added" in done.output
    assert [entry.name for entry in ModelRegistry(quiet).entries()] == ["starter", "shop"]


@pytest.mark.parametrize("name", ["our shop", "it's ours", "店"])
def test_the_printed_command_activates_whatever_the_name(quiet: Settings, adapter: Path, name: str) -> None:
    run = CliRunner()
    said = run.invoke(app, ["models", "add", str(adapter), "--name", name]).output
    printed = next(line for line in said.splitlines() if "xl-vqa models activate" in line)
    arguments = shlex.split(printed[printed.index("xl-vqa") :])[1:]
    assert run.invoke(app, arguments).exit_code == 0
    assert Settings.load().adapter == str(adapter)


@pytest.mark.slow
def test_the_running_host_rates_with_the_model_that_was_activated(
    quiet: Settings, base: Path, adapter: Path, tmp_path: Path
) -> None:
    other = save_adapter(base, tmp_path / "wide", seed=5, scale=Scale(label_min=100, label_max=500))
    registry = ModelRegistry(quiet)
    registry.add(adapter)
    registry.add(other)
    (clip,) = helpers.clips(tmp_path / "clips", 1)
    seen = {}
    with helpers.cleaned_up(quiet):
        for name in ("shop", "wide", "shop"):
            settings = registry.activate(name)
            with HostClient(settings) as client:
                (result,) = client.rate_all([Video(str(clip))], detail=True)
                state = client.status()
            assert state is not None
            again = seen.setdefault(name, (result, state["pid"]))
            assert again[0]["model_fingerprint"] == result["model_fingerprint"]
            known = identify(settings)
            assert known is None or known.fingerprint == result["model_fingerprint"]
    (shop, first), (wide, second) = seen["shop"], seen["wide"]
    assert first == second, "one host served both"
    assert shop["model"] == "shop"
    assert shop["model_fingerprint"] != wide["model_fingerprint"]
    assert 10 <= shop["label"] <= 50 < 100 <= wide["label"] <= 500


def test_the_name_it_was_added_under_is_the_one_in_use(quiet: Settings, base: Path, adapter: Path) -> None:
    assert name_of(quiet) == "starter"
    registry = ModelRegistry(quiet)
    served = registry.activate(registry.add(adapter, name="other").name)
    assert name_of(served) == "other"
    registry.add(adapter, name="newer")
    assert name_of(served) == "newer"
    assert name_of(replace(quiet, model=str(base))) is None
    registry.file.write_text("{")
    assert name_of(served) is None


@pytest.mark.slow
def test_results_and_status_speak_of_the_model_by_its_given_name(
    quiet: Settings, adapter: Path, tmp_path: Path
) -> None:
    """Also for what was rated before it had the name; and the status is that of the model in force."""
    registry = ModelRegistry(quiet)
    (clip,) = helpers.clips(tmp_path / "clips", 1)
    with helpers.cleaned_up(quiet):
        served = registry.activate(registry.add(adapter).name)

        def seen(settings: Settings, detail: bool) -> tuple[str, str]:
            with HostClient(settings) as client:
                (result,) = client.rate_all([Video(str(clip))], detail=detail)
                assert isinstance(result, dict)
                # the host looks for another name now and then: between the two it may
                return str(result["model"]), str(client.model()["name"])

        assert seen(served, True) == ("shop", "shop")
        registry.add(adapter, name="お店")
        helpers.wait_for(lambda: seen(served, True) == ("お店", "お店"))
        assert seen(served, False) == ("お店", "お店")
        back = registry.activate("starter")
        with HostClient(back) as client:
            status = client.status()
        assert status is not None
        assert (status["model"], status["model_state"]) == ("starter", "unloaded")
        assert (status["loaded"], status["other_loaded"]) == ("お店", True)
        printed = CliRunner().invoke(app, ["host", "status"]).output
        assert "Model: starter (loads when needed). The host still holds お店" in printed
        with HostClient(served) as client:
            status = client.status()
        assert status is not None
        assert (status["model"], status["model_state"], status["other_loaded"]) == ("お店", "ready", False)


def test_doctor_speaks_of_the_adapter_that_serves(quiet: Settings, base: Path, adapter: Path) -> None:
    """Its base was never taught on labels; the two together were."""
    registry = ModelRegistry(quiet)
    registry.activate(registry.add(adapter, name="other").name)
    check = check_model(Settings.load(), "en")
    assert check.state == "good", check
    assert check.found.startswith("other, ")


def test_the_starter_is_no_folder_of_that_name(
    quiet: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "starter").mkdir()
    monkeypatch.chdir(tmp_path)
    assert names(quiet) == [("starter", True)]
    assert name_of(quiet) == "starter"
    assert name_of(replace(quiet, model="./starter")) != "starter"
    with pytest.raises(ModelEntryError, match="cannot be removed"):
        ModelRegistry(quiet).remove("starter")
    # what a client asks the host for
    assert profile_of(quiet)["model"] == "starter"
    assert profile_of(replace(quiet, model="./starter"))["model"] == str(tmp_path / "starter")
