import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/page.css";
import "./styles/nav.css";
import "./styles/series.css";
import "./styles/chart.css";
import "./styles/states.css";
import { App } from "./app.js";
import { createClient } from "./data/client.js";
import { createLive } from "./data/live.js";
import { parseRoute } from "./route.js";

const live = createLive(createClient(), parseRoute(location.hash));

// Timers of a hidden page run late, and a laptop that slept has old data: ask at once when somebody looks again.
document.addEventListener("visibilitychange", () => {
  const { answeredAt } = live.snapshot();
  if (document.visibilityState === "visible" && Date.now() - (answeredAt ?? 0) > 15_000) live.refresh();
});
addEventListener("online", () => live.refresh());

const root = document.getElementById("app");
if (root) render(<App live={live} />, root);
