"""Training the reader: a tiny encoder learns two words; skipped where the extra `train` is not installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetune.reader import Plan, Row, train

pytest.importorskip("torch", reason="needs the extra train")
pytest.importorskip("transformers", reason="needs the extra train")

COLOURS = ("red", "blue")
TASKS = {"colour": COLOURS, "order": ()}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained encoder of two layers and a tokenizer of single words."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, set_seed

    folder = tmp_path_factory.mktemp("encoder")
    words = ["[PAD]", "[UNK]", *COLOURS, *(str(number) for number in range(200))]
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)
    set_seed(1)
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config).save_pretrained(folder)
    return folder


def rows(count: int) -> list[Row]:
    """Sentences that name a colour among numbers."""
    return [
        Row(f"{number} {colour} {number // 2}", {"colour": place})
        for number in range(count // 2) for place, colour in enumerate(COLOURS)
    ]  # fmt: skip


def pairs(count: int) -> list[Row]:
    """Pairs of which the red one is the better."""
    return [Row(f"red {number}", {"order": 0}, rival=f"blue {number}") for number in range(count)]


def test_a_tiny_encoder_learns_its_tasks(encoder: Path) -> None:
    said: list[str] = []
    plan = Plan(tasks=TASKS, rank=16, rate=2e-3, head_rate=1e-2, epochs=6)
    trained = train([rows(400), pairs(100)], plan, encoder, tell=said.append)
    assert trained.about["held_out"]["colour"] >= 0.9
    assert trained.about["held_out"]["order"] >= 0.9
    assert trained.about["rows"] == 500
    assert len([line for line in said if line.startswith("epoch")]) == 6


def test_what_is_kept_has_the_rank_of_the_plan_and_a_head_for_each_task(encoder: Path) -> None:
    arrays = train([rows(80), pairs(40)], Plan(tasks=TASKS, rank=3, epochs=1), encoder, tell=lambda line: None).arrays
    assert arrays["encoder.layer.1.output.dense.down"].shape == (3, 64)
    assert arrays["encoder.layer.1.output.dense.up"].shape == (32, 3)
    assert arrays["colour.matrix"].shape == (32, 2)
    assert arrays["order.matrix"].shape == (32, 1)
    assert not any("embeddings" in name for name in arrays)


def test_a_row_is_held_out_by_its_text_alone() -> None:
    held = [row.is_held_out() for row in rows(2000)]
    assert held == [row.is_held_out() for row in rows(2000)]
    assert 0.07 < sum(held) / len(held) < 0.13
