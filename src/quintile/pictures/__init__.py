"""The pictures of a result: plain values out of run.json in, a drawing and its table out."""
