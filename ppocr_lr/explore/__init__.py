"""A page in the browser on which a schedule is edited and seen: `ppocr-lr explore`, with the extra `explore`."""
