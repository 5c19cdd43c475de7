"""Trains the reader: the embedding model's encoder tuned to our tasks, with a linear head for each of them.

Tasks share the encoder (multi-task learning, Caruana 1997): what a request is to the guard, its class and risk; the
emotion of a message; the kind of a quarrel; how well a reply fits. The heads are fitted on the encoder as it is before
anything is tuned (Kumar et al. 2022 [1]); then all matrices of its layers are tuned, in bf16 where the processor has
it. What tuning added to a matrix is kept as its best approximation of low rank (truncated SVD, Eckart and Young 1936),
in the form of a LoRA adapter [2]; tuning the matrices themselves is faster on a processor than tuning an adapter. A
tenth of the rows, drawn once by their hash, is held out for the temperatures.
`qixi train reader` needs the extra `train` and takes about an hour and a half on two cores.

[1] https://arxiv.org/abs/2202.10054
[2] https://arxiv.org/abs/2106.09685
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from rag.reader_forms import LONGEST

SCALE = 10.0
"""What unit vectors are multiplied with before a head, so that its weights need not be large."""
_HELD_OUT = 10
_BATCH = 32
_SEED = 20261121
_PROBED = 12_000
"""Rows on which the heads are fitted at first."""


@dataclass(frozen=True)
class Row:
    """An input and, by task, the number of its label; `rival` is the worse input of a pair, for ranking tasks."""

    text: str
    labels: Mapping[str, int]
    rival: str | None = None
    weight: float = 1.0

    def is_held_out(self) -> bool:
        """Whether the row is one of the tenth that only the temperatures see."""
        return crc32(self.text.encode()) % _HELD_OUT == 0


@dataclass(frozen=True)
class Plan:
    """Rates of a training run and the rank that is kept.

    `tasks` gives each task's labels, none for a ranking task; `stress` what its loss is multiplied with, else by 1.
    `dropout` is that of the vectors before the heads, `inner_dropout` that of the encoder's layers; attention has none.
    """

    tasks: Mapping[str, tuple[str, ...]]
    stress: Mapping[str, float] = field(default_factory=dict)
    rank: int = 96
    rate: float = 5e-5
    head_rate: float = 3e-4
    epochs: int = 6
    dropout: float = 0.1
    inner_dropout: float = 0.1
    smoothing: float = 0.05


@dataclass(frozen=True)
class Trained:
    """The adapter's matrices by name, fp16, and the heads' with what is known of them."""

    arrays: dict[str, np.ndarray[Any, Any]]
    about: dict[str, Any]


def train(groups: Sequence[Sequence[Row]], plan: Plan, folder: Path, *, tell: Callable[[str], None] = print) -> Trained:
    """Trains on `groups` (rows of one kind each; batches are of one group) from the encoder in `folder`.

    Deterministic for the same rows, library versions and number of threads.
    """
    import torch
    from transformers import AutoModel, AutoTokenizer

    random.seed(_SEED)
    torch.manual_seed(_SEED)
    tokenizer: Any = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    # eager attention without dropout: on a processor a step takes less time than with scaled_dot_product_attention
    model: Any = AutoModel.from_pretrained(
        str(folder), dtype=torch.float32, local_files_only=True, attn_implementation="eager",
        hidden_dropout_prob=plan.inner_dropout, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    width = model.config.hidden_size
    tuned = {name: part for name, part in model.named_parameters() if name.startswith("encoder.") and part.dim() == 2}
    for name, part in model.named_parameters():
        part.requires_grad = name in tuned
    before = {name: part.detach().clone() for name, part in tuned.items()}
    heads = torch.nn.ModuleDict({task: torch.nn.Linear(width, len(labels) or 1) for task, labels in plan.tasks.items()})
    drop = torch.nn.Dropout(plan.dropout)
    train_groups = _balanced([[row for row in rows if not row.is_held_out()] for rows in groups])
    held_out = [row for rows in groups for row in rows if row.is_held_out()]
    steps = plan.epochs * sum(math.ceil(len(rows) / _BATCH) for rows in train_groups)
    optimiser = torch.optim.AdamW(
        [
            {"params": list(tuned.values()), "lr": plan.rate},
            {"params": heads.parameters(), "lr": plan.head_rate},
        ],
        weight_decay=0.01,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (0.06 * steps)) * max(0.0, 1 - step / steps)
    )

    def encode(texts: Sequence[str]) -> Any:
        fed = tokenizer(list(texts), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16, enabled=True):
            states = model(**fed).last_hidden_state
        mask = fed["attention_mask"].unsqueeze(-1)
        return SCALE * torch.nn.functional.normalize((states.float() * mask).sum(1), dim=-1)

    def loss_of(batch: Sequence[Row]) -> Any:
        vectors = drop(encode([row.text for row in batch]))
        weights = torch.tensor([row.weight for row in batch])
        total = torch.zeros(())
        for task, labels in plan.tasks.items():
            place = [number for number, row in enumerate(batch) if task in row.labels]
            if not place:
                continue
            if labels:
                truth = torch.tensor([batch[number].labels[task] for number in place])
                losses = torch.nn.functional.cross_entropy(
                    heads[task](vectors[place]), truth, reduction="none", label_smoothing=plan.smoothing
                )
            else:
                rivals = drop(encode([str(batch[number].rival) for number in place]))
                margin = heads[task](vectors[place]) - heads[task](rivals)
                losses = torch.nn.functional.softplus(-margin.squeeze(-1))
            total = total + plan.stress.get(task, 1.0) * (losses * weights[place]).mean()
        return total

    started, done, running = time.monotonic(), 0, 0.0
    model.eval()
    with torch.no_grad():
        _probe(plan, [row for rows in train_groups for row in rows], encode, heads)
    tell(
        f"linear heads {json.dumps(_judge(plan, held_out, encode, heads, model)[0])} {time.monotonic() - started:.0f} s"
    )
    for epoch in range(plan.epochs):
        model.train()
        heads.train()
        for batch in _batches(train_groups):
            loss = loss_of(batch)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*tuned.values(), *heads.parameters()], 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            running = 0.98 * running + 0.02 * float(loss.detach())
            if done % 50 == 0:
                tell(f"step {done}/{steps} loss {running / (1 - 0.98**done):.3f} {time.monotonic() - started:.0f} s")
        figures = _judge(plan, held_out, encode, heads, model)[0]
        tell(f"epoch {epoch + 1}/{plan.epochs} held out: {json.dumps(figures)}")
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for name, part in tuned.items():
        down, up = _low_rank(part.detach() - before[name], plan.rank)
        part.data = before[name] + up.float() @ down.float()
        stem = name.removesuffix(".weight")
        arrays |= {f"{stem}.down": down.numpy(), f"{stem}.up": up.numpy()}
    figures, temperatures = _judge(plan, held_out, encode, heads, model)
    tell(f"rank {plan.rank} held out: {json.dumps(figures)}")
    for task in plan.tasks:
        arrays[f"{task}.matrix"] = (heads[task].weight.detach().T * SCALE).numpy().astype(np.float32)
        arrays[f"{task}.bias"] = heads[task].bias.detach().numpy().astype(np.float32)
    about = {
        "tasks": {task: list(labels) for task, labels in plan.tasks.items()}, "temperatures": temperatures,
        "rank": plan.rank, "held_out": figures, "rows": sum(map(len, groups)),
    }  # fmt: skip
    return Trained(arrays, about)


def _low_rank(added: Any, rank: int) -> tuple[Any, Any]:
    """(down, up), fp16, with up @ down the matrix of that rank which is closest to `added`."""
    import torch

    left, values, right = torch.linalg.svd(added, full_matrices=False)
    root = values[:rank].sqrt()
    return (root[:, None] * right[:rank]).to(torch.float16), (left[:, :rank] * root).to(torch.float16)


def _probe(plan: Plan, rows: Sequence[Row], encode: Any, heads: Any) -> None:
    """Fits each head on the encoder as it is, so that tuning starts from a sensible place (Kumar et al. 2022 [2])."""
    import torch
    from sklearn.linear_model import LogisticRegression

    rows = random.sample(rows, min(len(rows), _PROBED))
    encoded = _encoded(encode, {row.text for row in rows})
    vectors = np.stack([encoded[row.text].numpy() for row in rows])
    for task, labels in plan.tasks.items():
        place = [number for number, row in enumerate(rows) if task in row.labels]
        if not labels or not place:
            continue
        mean, spread = vectors[place].mean(axis=0), vectors[place].std(axis=0) + 1e-6
        model = LogisticRegression(C=0.02, max_iter=300, tol=1e-3)
        model.fit((vectors[place] - mean) / spread, [rows[number].labels[task] for number in place])
        matrix = model.coef_ / spread
        known = torch.from_numpy(model.classes_)
        heads[task].weight[known] = torch.from_numpy(matrix.astype(np.float32))
        heads[task].bias[known] = torch.from_numpy((model.intercept_ - matrix @ mean).astype(np.float32))


def _balanced(groups: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """Small kinds of input are seen twice an epoch, so that the large ones do not drown them."""
    largest = max(len(rows) for rows in groups)
    return [[*rows, *rows] if 8 * len(rows) < largest else list(rows) for rows in groups]


def _batches(groups: Sequence[Sequence[Row]]) -> Iterator[list[Row]]:
    """Batches of one group and of similar lengths, in random order.

    Bytes of UTF-8 are about as many per token in Chinese as in English, so that little is padded.
    """
    batches = []
    for rows in groups:
        order = sorted(rows, key=lambda row: len(row.text.encode()) * (1 + 0.15 * random.random()))
        batches += [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    random.shuffle(batches)
    yield from batches


def _judge(
    plan: Plan, rows: Sequence[Row], encode: Any, heads: Any, model: Any
) -> tuple[dict[str, float], dict[str, float]]:
    """Accuracy by task on the held-out rows, and the temperature with the least log loss."""
    import torch

    model.eval()
    heads.eval()
    figures, temperatures = {}, {}
    with torch.no_grad():
        vectors = _encoded(encode, {text for row in rows for text in (row.text, row.rival) if text is not None})
        for task, labels in plan.tasks.items():
            own = [row for row in rows if task in row.labels]
            if not own:
                continue
            scores = heads[task](torch.stack([vectors[row.text] for row in own]))
            if labels:
                truth = torch.tensor([row.labels[task] for row in own])
                figures[task] = round(float((scores.argmax(-1) == truth).float().mean()), 4)
                grid = [step / 20 for step in range(10, 81)]
                losses = [float(torch.nn.functional.cross_entropy(scores / value, truth)) for value in grid]
                temperatures[task] = grid[losses.index(min(losses))]
            else:
                rivals = heads[task](torch.stack([vectors[str(row.rival)] for row in own]))
                figures[task] = round(float((scores > rivals).float().mean()), 4)
    return figures, temperatures


def _encoded(encode: Any, texts: Collection[str]) -> dict[str, Any]:
    """The vector of each text, encoded beside others about as long."""
    order = sorted(texts, key=lambda text: (len(text.encode()), text))
    found: dict[str, Any] = {}
    for start in range(0, len(order), 64):
        part = order[start : start + 64]
        found |= zip(part, encode(part), strict=True)
    return found
