// The readers of fleet.mjs, in a process of their own: `rate` requests a second, begun on time whether or not earlier ones were
// answered, so that a pause of the server is seen by all who came in it. The first five seconds, while Node compiles the application, do not count.
const WARM_UP = 5000;
if (process.send) {
  const [address, rate, json] = process.argv.slice(2);
  const { Agent, get } = await import("node:http");
  const paths = JSON.parse(json);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const times = [];
  let errors = 0;
  let open = 0;
  let sent = 0;
  let stopping = false;

  const ask = (due) => {
    open++;
    const done = (failed) => {
      open--;
      if (failed) errors++;
      if (due >= began + WARM_UP) times.push(performance.now() - due);
      if (stopping && open === 0) report();
    };
    const request = get(address + paths[sent++ % paths.length], { agent }, (response) => {
      response.resume();
      response.once("end", () => done(response.statusCode !== 200));
    });
    request.once("error", () => done(true));
  };
  const report = () => {
    if (!process.connected) return;
    times.sort((a, b) => a - b);
    const at = (share) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
    process.send({ requests: times.length, errors, unanswered: open, p50: at(0.5), p99: at(0.99) });
    process.disconnect();
  };

  const began = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    while (began + (sent * 1000) / Number(rate) <= now) ask(began + (sent * 1000) / Number(rate));
  }, 2);
  process.once("message", () => {
    stopping = true;
    clearInterval(timer);
    if (open === 0) report();
    // What is not answered by then is counted, and waited for no longer.
    setTimeout(() => {
      report();
      process.exit(0);
    }, 5000);
  });
  process.send("ready");
}
