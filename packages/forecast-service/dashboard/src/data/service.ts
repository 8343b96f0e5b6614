/** The service as components see it. */
import { createContext } from "preact";
import { useContext, useEffect, useReducer } from "preact/hooks";
import { type Answer, type Answers, createAnswers, type Question } from "./answers.js";
import { type Client, createClient } from "./client.js";
import { type Connection, createConnection, type EventStream, type LinkState } from "./connection.js";

export interface Service {
  readonly client: Client;
  readonly connection: Connection;
  readonly answers: Answers;
}

export function createService(): Service {
  const connection = createConnection({ open: () => new EventSource("/api/v1/events") as EventStream });
  return { connection, answers: createAnswers(connection), client: createClient({ witness: connection }) };
}

const Context = createContext<Service | null>(null);
export const ServiceProvider = Context.Provider;

export function useService(): Service {
  const service = useContext(Context);
  if (!service) throw new Error("useService needs a ServiceProvider above it");
  return service;
}

export function useLink(): LinkState {
  const { connection } = useService();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => connection.subscribe(() => redraw(0)), [connection]);
  return connection.state();
}

/** The answer to a question, kept fresh while the component is there; null asks nothing. */
export function useAnswer<T>(question: Question<T> | null): Answer<T> & { readonly refresh: () => Promise<Answer<T>> } {
  const { answers } = useService();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const key = question?.key ?? null;
  useEffect(() => (question ? answers.watch(question, () => redraw(0)) : undefined), [answers, key]);
  const answer: Answer<T> = key === null ? { data: null, error: null, loading: false } : answers.read<T>(key);
  return { ...answer, refresh: async () => (key === null ? answer : answers.refresh<T>(key)) };
}
