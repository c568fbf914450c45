"""A tiny encoder with weights drawn by chance: a real Hugging Face folder, made in a moment."""

from __future__ import annotations

import warnings
from pathlib import Path

from precode.model.weights import Weights, find_weights

WORDS = [
    "the",
    "bus",
    "is",
    "late",
    "and",
    "there",
    "no",
    "money",
    "for",
    "a",
    "taxi",
    "clinic",
    "car",
    "picks",
    "me",
    "up",
    "so",
    "time",
    "my",
    "brother",
    "laughs",
    "neighbours",
    "talk",
    "about",
    "it",
    "sister",
    "comes",
    "along",
    "nurse",
    "cheers",
    "on",
    "i",
    "believe",
    "does",
    "good",
    "plan",
    "to",
    "stop",
    "decided",
    "that",
    "helps",
    "intend",
    "go",
    "we",
    "had",
    "tea",
    "in",
    "kitchen",
    "was",
    "raining",
    "day",
    "dog",
    "asleep",
    "upstairs",
    "week",
    "visit",
    "then",
    "q",
    "coming",
    "yes",
    "definitely",
    "not",
    "really",
    "want",
    "like",
    "smoke",
    "alpha",
    "beta",
    "gamma",
    "delta",
]


def encoder(folder: Path, *, layers: int = 6, width: int = 16) -> Path:
    """A BERT of ``layers`` × ``width`` in ``folder``, which knows :data:`WORDS`."""
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import BertProcessing
    from transformers import BertConfig, BertModel

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = [c for x in "abcdefghijklmnopqrstuvwxyz0123456789" for c in (x, "##" + x)]
    vocabulary = {
        w: i for i, w in enumerate(dict.fromkeys([*special, *".,?!:-", *letters, *WORDS]))
    }
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = BertProcessing(
        ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
    )
    folder.mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=width, num_hidden_layers=layers,
        num_attention_heads=2, intermediate_size=2 * width, max_position_embeddings=128,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


def weights(folder: Path, *, width: int = 16) -> Weights:
    """Those of a tiny encoder of six layers, made in ``folder``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its libraries' future
        return find_weights(str(encoder(folder, width=width)))
