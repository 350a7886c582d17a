#!/usr/bin/env bash
# crepes 0.9.1: where (n + 1) * confidence is a whole number, ConformalRegressor may take the next residual but one.
#
# predict_int takes int((1 - confidence) * (n + 1)) residuals off the top. In floating point (1 - 0.9) * 20 is
# 1.9999999999999996, whose int is 1 and not 2: with 19 calibration residuals a 90% interval is as wide as the largest
# of them, which is the 95% interval. Whether it happens hangs on the last bit of the confidence: 0.75 and 0.95 are
# right, 0.8 and 0.9 are not. With 4 residuals and 0.8 the interval becomes infinite, though 4 are enough.
# Seen output:
#   n = 19, confidence 0.9: half width 19.0, should be 18.0
#   n = 19, confidence 0.8: half width 17.0, should be 16.0
#   n = 19, confidence 0.95: half width 19.0, should be 19.0
#   n =  4, confidence 0.8: half width inf, should be 4.0
# Why it matters: 9, 19, 99 and 999 calibration items are what people choose for 80, 90, 95 and 99%, and then
# the intervals are wider than the finite-sample guarantee needs. Exits 1 where this has changed.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q crepes==0.9.1 scikit-learn==1.9.1
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import math
import sys

import numpy as np
from crepes import ConformalRegressor

seen = []
for n, confidence in ((19, 0.9), (19, 0.8), (19, 0.95), (4, 0.8)):
    regressor = ConformalRegressor()
    regressor.fit(np.arange(1.0, n + 1))
    width = float(regressor.predict_int(np.array([0.0]), confidence=confidence)[0, 1])
    right = float(math.ceil((n + 1) * confidence - 1e-9))
    print(f"n = {n:2}, confidence {confidence}: half width {width}, should be {right}")
    seen.append(width)
sys.exit(0 if seen == [19.0, 17.0, 19.0, math.inf] else 1)
PYTHON
