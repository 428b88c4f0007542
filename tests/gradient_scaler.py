"""Loss scaling on a CPU, where Paddle turns it off, though its kernels work there as well."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

pytest.importorskip("paddle")

import paddle
from paddle.amp import grad_scaler


def scaler_on_cpu(**keys: Any) -> paddle.amp.GradScaler:
    tracer = SimpleNamespace(_expected_place=SimpleNamespace(is_gpu_place=lambda: True))
    with mock.patch.object(grad_scaler, "_dygraph_tracer", return_value=tracer):
        return paddle.amp.GradScaler(**keys)
