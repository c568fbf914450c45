"""A model is used with the encoder it was trained with, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from precode.errors import InputError
from precode.steps.learnt import embedding
from precode.steps.predict import predict


def test_another_encoder_than_the_models_is_refused(
    trained_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = sorted((trained_study / "runs").iterdir())
    monkeypatch.setattr(embedding, "key_of", lambda model, precision: "another-4.6-f32")
    with pytest.raises(InputError, match="trained with another encoder") as refused:
        predict(trained_study)
    assert "precode train" in refused.value.mend
    assert sorted((trained_study / "runs").iterdir()) == runs
