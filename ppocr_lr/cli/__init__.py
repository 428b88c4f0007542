"""The command `ppocr-lr`: one file a command, and the flags that they share."""
