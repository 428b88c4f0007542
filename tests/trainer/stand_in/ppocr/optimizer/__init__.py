"""As PaddleOCR's: its builder, and the function that calls it."""

import copy

import paddle

from tests.paddleocr import build


def build_lr_scheduler(lr_config, epochs, step_each_epoch):
    return build(lr_config, epochs, step_each_epoch)


def build_optimizer(config, epochs, step_each_epoch, model):
    config = copy.deepcopy(config)
    lr = build_lr_scheduler(config.pop("lr"), epochs, step_each_epoch)
    optimizer = getattr(paddle.optimizer, config["name"])(lr, parameters=model.parameters())
    return optimizer, lr, None
