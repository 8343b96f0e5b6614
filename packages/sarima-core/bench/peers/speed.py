# Run by ../speed.mjs: reads {"series": {...}, "tasks": [...]} from stdin, prints one JSON line for each task. CPU seconds.
import json, sys, time, warnings
import numpy as np, statsmodels
from statsmodels.tsa.statespace.sarimax import SARIMAX
warnings.simplefilter("ignore")
data = json.load(sys.stdin)
for task in data["tasks"]:
    y = np.array(data["series"][task["series"]])
    if task["kind"] == "evaluate":
        x = y - task["mean"]
        model = SARIMAX(x, order=(len(task["ar"]), 0, len(task["ma"])), seasonal_order=(len(task["sar"]), 0, len(task["sma"]), task["period"]))
        params = np.array(task["ar"] + task["ma"] + task["sar"] + task["sma"] + [task["sigma2"]])
        def public():
            SARIMAX(x, order=model.order, seasonal_order=model.seasonal_order).loglike(params)
        one = (lambda: model.loglike(params)) if task["inner"] else public
        one()
        t = time.process_time()
        for _ in range(task["repeats"]):
            one()
        seconds = (time.process_time() - t) / task["repeats"]
        print(json.dumps({"task": task["name"], "seconds": seconds, "version": "statsmodels " + statsmodels.__version__}), flush=True)
    else:
        times, ll = [], None
        p, d, q = task["order"]
        P, D, Q, s = task["seasonal"]
        for _ in range(task["repeats"]):
            t = time.process_time()
            fit = SARIMAX(y, order=(p, d, q), seasonal_order=(P, D, Q, s), trend="c" if d + D == 0 else "n", simple_differencing=True).fit(disp=0)
            times.append(time.process_time() - t)
            ll = float(fit.llf)
        print(json.dumps({"task": task["name"], "seconds": float(np.median(times)), "logLik": ll, "version": "statsmodels " + statsmodels.__version__}), flush=True)
