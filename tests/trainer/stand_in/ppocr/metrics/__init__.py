class Metric:
    main_indicator = "acc"

    def __init__(self) -> None:
        self.reset()

    def __call__(self, predictions, *args, **kwargs):
        found, labels = predictions
        self.right += sum(mine[0] == label[0] for mine, label in zip(found, labels, strict=True))
        self.all += len(labels)

    def get_metric(self):
        accuracy = self.right / max(1, self.all)
        self.reset()
        return {"acc": accuracy}

    def reset(self):
        self.right = self.all = 0


def build_metric(config):
    return Metric()
