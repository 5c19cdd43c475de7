"""Writes the parts of a sentence-transformers folder that are not the ONNX graph: weights, tokenizer, configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.e5_source import E5Source

LONGEST = 512
"""Tokens of a text that the model reads, the two at its ends included."""

PROMPTS = {"query": "query: ", "document": "passage: "}
ROWS_AT_ONCE = 16_384

_LAYER_MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_LAYER_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def write_weights(source: E5Source, folder: Path) -> None:
    """`model.safetensors`: the unpacked weights in float16 under the names of Hugging Face's BertModel."""
    from safetensors.numpy import save_file

    path = folder / "model.safetensors"
    save_file(dict(_named_weights(source)), path, metadata={"format": "pt"})
    path.chmod(0o644)  # safetensors makes it 0600, unlike its neighbours


def _named_weights(source: E5Source) -> Iterator[tuple[str, NDArray[np.float16]]]:
    width = source.shape.hidden
    words = np.empty((source.shape.vocabulary, width), np.float16)
    row = 0
    for part in source.matrix_parts("emb.word", width, ROWS_AT_ONCE):  # in float32 at once it would be 384 MB
        words[row : row + len(part.codes)] = part.dequantised()
        row += len(part.codes)
    yield "embeddings.word_embeddings.weight", words
    yield "embeddings.position_embeddings.weight", _halves(source.vector("emb.pos").reshape(-1, width))
    yield "embeddings.token_type_embeddings.weight", _token_types(source)
    yield from _norm(source, "emb.ln", "embeddings.LayerNorm")
    for layer in range(source.shape.layers):
        target = f"encoder.layer.{layer}"
        for short, long in _LAYER_MATRICES.items():
            name = f"l{layer}.{short}"
            yield f"{target}.{long}.weight", _halves(source.matrix(f"{name}.w", source.columns(name)).dequantised())
            yield f"{target}.{long}.bias", _halves(source.vector(f"{name}.b"))
        for short, long in _LAYER_NORMS.items():
            yield from _norm(source, f"l{layer}.{short}", f"{target}.{long}")
    # Mean pooling never uses the pooler; without one the loader reports missing weights.
    yield "pooler.dense.weight", np.zeros((width, width), np.float16)
    yield "pooler.dense.bias", np.zeros(width, np.float16)


def _token_types(source: E5Source) -> NDArray[np.float16]:
    """(token_types, hidden); rows the file leaves out are zero, and only row 0 is used."""
    given = source.vector("emb.type").reshape(-1, source.shape.hidden)
    rows = np.zeros((source.shape.token_types, source.shape.hidden), np.float16)
    rows[: len(given)] = given
    return rows


def _norm(source: E5Source, short: str, long: str) -> Iterator[tuple[str, NDArray[np.float16]]]:
    yield f"{long}.weight", _halves(source.vector(f"{short}.w"))
    yield f"{long}.bias", _halves(source.vector(f"{short}.b"))


def _halves(values: NDArray[np.float32]) -> NDArray[np.float16]:
    return np.ascontiguousarray(values, dtype=np.float16)


def write_tokenizer(source: E5Source, folder: Path) -> None:
    """`tokenizer.json` and its two companions: XLM-R's unigram pieces behind sentencepiece's nmt_nfkc rules."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    shape = source.shape
    bos, eos, pad, unknown = (source.pieces[number] for number in (shape.bos, shape.eos, shape.pad, shape.unknown))
    scored = [(piece, float(score)) for piece, score in zip(source.pieces, source.scores, strict=True)]
    tokenizer: Any = Tokenizer(models.Unigram(scored, unk_id=shape.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(_character_rules()), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, shape.bos), (eos, shape.eos)],
    )
    mask = "<mask>"
    tokenizer.add_special_tokens(
        [*(AddedToken(piece, special=True) for piece in (bos, pad, eos, unknown)), AddedToken(mask, lstrip=True)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {
        "bos_token": bos,
        "eos_token": eos,
        "cls_token": bos,
        "sep_token": eos,
        "pad_token": pad,
        "unk_token": unknown,
        "mask_token": mask,
    }
    write_json(folder / "special_tokens_map.json", names)
    write_json(
        folder / "tokenizer_config.json",
        {**names, "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": LONGEST},
    )


def _character_rules() -> bytes:
    """The compiled nmt_nfkc table, out of the model that sentencepiece writes for a normaliser.

    Read by field numbers: the message classes in the sentencepiece wheel refuse an older protobuf, as Streamlit needs.
    """
    import sentencepiece

    normaliser: Any = sentencepiece.SentencePieceNormalizer(rule_name="nmt_nfkc")
    specification = _message_field(normaliser.serialized_model_proto(), 3)  # ModelProto.normalizer_spec
    return _message_field(specification, 2)  # NormalizerSpec.precompiled_charsmap


def _message_field(message: bytes, number: int) -> bytes:
    from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]
    from google.protobuf.unknown_fields import UnknownFieldSet  # type: ignore[import-untyped]

    parsed = Empty()
    parsed.ParseFromString(message)
    return next(bytes(field.data) for field in UnknownFieldSet(parsed) if field.field_number == number)


def write_configuration(source: E5Source, folder: Path) -> None:
    """The files that tell transformers and sentence-transformers what the model is and how its output is pooled."""
    shape = source.shape
    write_json(
        folder / "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "vocab_size": shape.vocabulary,
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "hidden_act": "gelu",
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.token_types,
            "layer_norm_eps": round(shape.epsilon, 15),
            "pad_token_id": shape.pad,
            "bos_token_id": shape.bos,
            "eos_token_id": shape.eos,
            "torch_dtype": "float16",
        },
    )
    kinds = [("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")]
    write_json(
        folder / "modules.json",
        [
            {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for index, (kind, path) in enumerate(kinds)
        ],
    )
    (folder / "1_Pooling").mkdir()
    write_json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False},
    )
    (folder / "2_Normalize").mkdir()
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": LONGEST, "do_lower_case": False})
    write_json(
        folder / "config_sentence_transformers.json",
        {"prompts": PROMPTS, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )


def write_json(path: Path, value: object) -> None:
    """Writes `value` as indented UTF-8."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
