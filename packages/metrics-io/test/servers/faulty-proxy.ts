import { request as ask, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface FaultyProxy {
  readonly url: string;
  /** Requests so far. */
  count: number;
  /** What happens to a request, by its number from 1: cut before the server sees it, cut after it was done, or an answer of its own. */
  plan: (count: number, path: string) => "pass" | "cut before" | "cut after" | { status: number };
  stop(): Promise<void>;
}

/** Stands between a client and a real server, and spoils requests as it is told to. With `keepHost` the server sees the proxy's host name. */
export async function faultyProxy(target: string, keepHost = false): Promise<FaultyProxy> {
  const { hostname, port, host } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const { method = "GET", url: path = "/" } = incoming;
    const fate = proxy.plan(++proxy.count, path);
    if (fate === "cut before") return incoming.socket.destroy();
    if (typeof fate === "object") {
      incoming.resume();
      return outgoing.writeHead(fate.status, { "content-type": "text/plain" }).end("spoilt");
    }
    const forward = ask(
      { hostname, port, method, path, headers: { ...incoming.headers, ...(keepHost ? {} : { host }) } },
      (answer) => {
        if (fate === "cut after") {
          answer.resume();
          answer.once("end", () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forward.once("error", () => incoming.socket.destroy());
    incoming.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: 0,
    plan: () => "pass",
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}
