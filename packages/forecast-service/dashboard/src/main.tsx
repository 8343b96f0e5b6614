import { render } from "preact";
import "./styles/tokens.css";
import "./styles/page.css";
import "./styles/parts.css";
import "./styles/panels.css";
import "./styles/dialogs.css";
import "./styles/states.css";
import "./styles/print.css";
import { App } from "./app.js";
import { createService, ServiceProvider } from "./data/service.js";

const service = createService();

// Timers of a hidden page run late, and a laptop that slept has old data: ask at once when somebody looks again.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") service.connection.wake();
});
addEventListener("online", () => service.connection.retry());

const root = document.getElementById("app");
if (root) {
  render(
    <ServiceProvider value={service}>
      <App />
    </ServiceProvider>,
    root,
  );
}
