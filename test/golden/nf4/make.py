# Golden values of NF4: levels from the normal quantiles as QLoRA defines them (scipy), a matrix rounded block by block
# to the nearest of them (numpy). Run: python make.py > values.json
import json
import numpy as np
from scipy.stats import norm

OFFSET = 0.9677083
levels = np.concatenate([norm.ppf(np.linspace(OFFSET, 0.5, 9)[:-1]), [0], -norm.ppf(np.linspace(OFFSET, 0.5, 8)[:-1])])
levels = np.sort(levels) / levels.max()
weights = (np.random.default_rng(7).normal(0, 0.05, (5, 30))).astype(np.float32)  # blocks of 64 end within rows
weights[2] = 0
flat = weights.flatten().astype(np.float64)
rounded = np.empty_like(flat)
for start in range(0, len(flat), 64):
    block = flat[start : start + 64]
    largest = np.abs(block).max() or 1
    rounded[start : start + 64] = largest * levels[np.abs(block[:, None] / largest - levels).argmin(1)]
print(json.dumps({"weights": [float(x) for x in weights.flatten()], "rounded": rounded.tolist()}))
