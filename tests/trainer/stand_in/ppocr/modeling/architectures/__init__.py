import paddle


class Model(paddle.nn.Layer):
    """Tells two kinds of image by their mean colour in four strips."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = paddle.nn.AdaptiveAvgPool2D((4, 1))
        self.head = paddle.nn.Linear(12, 2)

    def forward(self, images):
        return self.head(self.pool(images).flatten(1))


def build_model(config):
    return Model()


def apply_to_static(model, config, logger):
    return model
