import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a server does with one request, whose body has been read unless it says otherwise. */
export type Fault = (response: ServerResponse, request: IncomingMessage) => void;

export interface FaultyServer {
  readonly url: string;
  /** Bodies of the requests that were read to their end, in order. */
  readonly bodies: Buffer[];
  /** What to do with the next requests, one each; then what `usual` says. */
  next(...faults: Fault[]): void;
  stop(): Promise<void>;
}

/** A server on a real socket that does what it is told. */
export async function faultyServer(usual: Fault): Promise<FaultyServer> {
  const bodies: Buffer[] = [];
  let queue: Fault[] = [];
  const server = createServer((request, response) => {
    const fault = queue.shift() ?? usual;
    if (fault === droppedMidRequest) return fault(response, request);
    const parts: Buffer[] = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      bodies.push(Buffer.concat(parts));
      fault(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    next(...faults) {
      queue = faults;
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A whole answer. */
export const answer =
  (status: number, body: string, headers: Record<string, string> = {}): Fault =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };

/** The connection is cut before the request was read. */
export const droppedMidRequest: Fault = (_, request) => {
  request.once("data", () => request.socket.destroy());
  request.once("end", () => request.socket.destroy());
};

/** The beginning of an answer, then the connection is cut. */
export const droppedMidAnswer =
  (body: string, headers: Record<string, string>): Fault =>
  (response) => {
    response.writeHead(200, headers);
    response.write(body.slice(0, body.length >> 1));
    setTimeout(() => response.destroy(), 5);
  };

/** The beginning of an answer, and nothing more. */
export const stalled =
  (body: string, headers: Record<string, string>): Fault =>
  (response) => {
    response.writeHead(200, headers);
    response.write(body.slice(0, body.length >> 1));
  };

/** An answer that does not end, row after row. */
export const endless =
  (start: string, row: string, headers: Record<string, string>): Fault =>
  (response) => {
    response.writeHead(200, headers);
    response.write(start);
    const rows = row.repeat(1000);
    const more = () => {
      while (!response.destroyed) if (!response.write(rows)) return response.once("drain", more);
    };
    more();
  };
