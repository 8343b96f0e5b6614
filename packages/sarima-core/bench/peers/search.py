# Run by ../search.mjs: reads {"series": {...}, "tasks": [...]} from stdin, prints one JSON line for each task. CPU seconds.
import json, os, sys, time, warnings
os.environ["NIXTLA_NUMBA_CACHE"] = "1"
import numpy as np, statsforecast
from statsforecast.models import AutoARIMA
warnings.simplefilter("ignore")
data = json.load(sys.stdin)
# Compiled before it is timed.
AutoARIMA(season_length=12).fit(np.sin(np.arange(200.0)) + np.random.default_rng(1).normal(size=200))
for task in data["tasks"]:
    y = np.array(data["series"][task["series"]], dtype=float)
    t = time.process_time()
    fit = AutoARIMA(season_length=task["period"]).fit(y)
    seconds = time.process_time() - t
    arma = fit.model_["arma"]
    model = f"({arma[0]},{arma[5]},{arma[1]})({arma[2]},{arma[6]},{arma[3]})"
    print(json.dumps({"task": task["name"], "seconds": seconds, "aicc": float(fit.model_["aicc"]), "d": int(arma[5]), "D": int(arma[6]),
        "model": model, "version": "statsforecast " + statsforecast.__version__}), flush=True)
