"""Runs an encoder's ONNX graph on the CPU: texts in, unit vectors or the states of their tokens out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.e5_source import FloatArray

BATCH_TOKENS = 1024
"""Padding included. Fastest of 1024, 2048, 4096 and 8192 on a CPU (by up to a third), and smallest in memory."""


class OnnxEncoder:
    """A tokenizer and a graph with the outputs of `rag.e5_graph`. Safe to call from several threads."""

    def __init__(self, tokenizer: Path, graph: Path, *, longest: int, threads: int | None = None) -> None:
        """Opens both files; texts are cut after `longest` tokens. Raises what the two libraries raise."""
        import onnxruntime
        from tokenizers import Tokenizer

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = physical_cores() if threads is None else threads
        options.log_severity_level = 3
        # Processors without VNNI add pairs of int8 products in 16 bits, which overflow; this costs only those speed.
        options.add_session_config_entry("session.x64quantprecision", "1")
        self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        self._session: Any = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self._tokenizer.enable_truncation(longest)
        self._pad = self._tokenizer.token_to_id("<pad>")
        self.dimensions: int = self._session.get_outputs()[0].shape[1]

    def token_ids(self, text: str) -> list[int]:
        """The ids the model reads for `text`, with its border tokens."""
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids

    def run(self, texts: Sequence[str]) -> Iterator[tuple[np.ndarray[Any, Any], FloatArray]]:
        """Yields batches: the places of some texts in `texts`, and their unit vectors (batch, dimensions)."""
        for places, _, (vectors,) in self._batches(texts, ["sentence_embedding"]):
            yield np.array(places), vectors

    def states(self, texts: Sequence[str]) -> Iterator[tuple[list[int], list[FloatArray]]]:
        """Yields batches: the places of some texts, and for each its tokens' unit vectors (tokens, dimensions)."""
        for places, lengths, (states,) in self._batches(texts, ["token_embeddings"]):
            yield places, [rows[:length] for rows, length in zip(states, lengths, strict=True)]

    def _batches(
        self, texts: Sequence[str], outputs: list[str]
    ) -> Iterator[tuple[list[int], list[int], list[FloatArray]]]:
        # One by one: the batch method starts threads, which then warn at every fork of the program.
        rows = [self._tokenizer.encode(text).ids for text in texts]
        for places in batches([len(row) for row in rows], BATCH_TOKENS):
            longest = len(rows[places[-1]])
            ids = np.full((len(places), longest), self._pad, np.int64)
            mask = np.zeros_like(ids)
            for line, place in enumerate(places):
                ids[line, : len(rows[place])] = rows[place]
                mask[line, : len(rows[place])] = 1
            found = self._session.run(outputs, {"input_ids": ids, "attention_mask": mask})
            yield places, [len(rows[place]) for place in places], found


def batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Groups the places 0 … len(lengths) - 1, shortest first, so that a group padded to its longest is at most `most`
    tokens (or is a single text) and its longest is at most a quarter and 8 tokens over its shortest.
    """
    group: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        length = lengths[place]
        if group and ((len(group) + 1) * length > most or length > lengths[group[0]] * 1.25 + 8):
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def physical_cores() -> int:
    """The physical cores this process may run on, at least 1; 0, which leaves it to ONNX Runtime, if unknown."""
    if not hasattr(os, "sched_getaffinity"):
        return 0
    allowed = os.sched_getaffinity(0)
    siblings = (Path(f"/sys/devices/system/cpu/cpu{number}/topology/thread_siblings_list") for number in allowed)
    try:
        return len({path.read_text().strip() for path in siblings})
    except OSError:
        return len(allowed)
