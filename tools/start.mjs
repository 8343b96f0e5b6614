// `npm start`: installs, builds, then becomes the service. It runs in this very process, so signals and exit codes need no
// passing on. Further arguments are those of `loadcast serve`: npm start -- --port 9000
import "./build.mjs";

process.argv = [process.execPath, "loadcast", "serve", ...process.argv.slice(2)];
await import("../packages/forecast-service/bin/loadcast.js");
