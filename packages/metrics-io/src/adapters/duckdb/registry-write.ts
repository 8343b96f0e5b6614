import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBValue } from "@duckdb/node-api";
import { AdapterError } from "../../errors.js";
import type { RegistryChange } from "../../registry.js";
import { type KnownModel, type RegistryCounters, type RegistryState, registryState } from "./registry-state.js";
import type { Session, SessionKeeper } from "./session.js";

/** A transaction of the registry, and the state as it will be when it is committed. */
export interface RegistryTransaction {
  model(name: string): KnownModel | undefined;
  /** Null: it is gone. */
  setModel(name: string, model: KnownModel | null): void;
  /** The model, made when it is new. */
  makeModel(name: string): Promise<KnownModel>;
  /** The next number of its kind. */
  next(counter: keyof RegistryCounters): number;
  run(sql: string, values: readonly DuckDBValue[]): Promise<void>;
  rows(sql: string, values: readonly DuckDBValue[]): Promise<unknown[][]>;
  record(model: KnownModel, change: Pick<RegistryChange, "kind" | "key" | "version" | "alias">): Promise<void>;
}

/** One change. It asks all its questions before it writes: an AdapterError it throws is its own, and leaves nothing behind. */
type Work<T> = (transaction: RegistryTransaction) => Promise<T>;

export interface RegistryWriter {
  /** Resolves when the change is on the disk. */
  write<T>(work: Work<T>): Promise<T>;
}

interface Waiting {
  readonly work: Work<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Changes that one transaction takes at most: a commit costs milliseconds however much it holds, and all wait for it together. */
const LARGEST_TRANSACTION = 100;

/** Runs changes one after the other; those that come while a transaction is at work share the next one. */
export function registryWriter(sessions: SessionKeeper): RegistryWriter {
  const waiting: Waiting[] = [];
  let running = false;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const taken = waiting.splice(0, LARGEST_TRANSACTION);
      try {
        const outcomes = await sessions.read("writing to the registry", (session) => transact(session, taken));
        taken.forEach(({ resolve, reject }, i) => {
          const outcome = outcomes[i];
          if (outcome.status === "fulfilled") resolve(outcome.value);
          else reject(outcome.reason);
        });
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    running = false;
  };

  return {
    write<T>(work: Work<T>) {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
        if (running) return;
        running = true;
        void drain();
      });
    },
  };
}

/** All changes in one transaction. Throws when it cannot be committed; then nothing was changed. */
async function transact(session: Session, changes: readonly Waiting[]): Promise<PromiseSettledResult<unknown>[]> {
  const state = await registryState(session);
  const connection = await session.instance.connect();
  try {
    await connection.run("BEGIN");
    const { transaction, touched, counters } = begin(connection, state);
    const outcomes: PromiseSettledResult<unknown>[] = [];
    for (const { work } of changes) {
      try {
        outcomes.push({ status: "fulfilled", value: await work(transaction) });
      } catch (reason) {
        if (!(reason instanceof AdapterError)) throw reason;
        outcomes.push({ status: "rejected", reason });
      }
    }
    await connection.run("COMMIT");
    for (const [name, model] of touched) {
      if (model === null) state.models.delete(name);
      else state.models.set(name, model);
    }
    state.counters = counters;
    return outcomes;
  } finally {
    connection.closeSync(); // rolls back what is not committed
  }
}

function begin(connection: DuckDBConnection, state: RegistryState) {
  const touched = new Map<string, KnownModel | null>();
  const counters = { ...state.counters };
  /** Parsing and planning take as long as the work itself, and the changes of a transaction resemble one another. */
  const statements = new Map<string, DuckDBPreparedStatement>();
  const bound = async (sql: string, values: readonly DuckDBValue[]): Promise<DuckDBPreparedStatement> => {
    const statement = statements.get(sql) ?? (await connection.prepare(sql));
    statements.set(sql, statement);
    statement.bind([...values]);
    return statement;
  };
  const transaction: RegistryTransaction = {
    model: (name) => (touched.has(name) ? (touched.get(name) ?? undefined) : state.models.get(name)),
    setModel(name, model) {
      touched.set(name, model);
    },
    async makeModel(name) {
      const known = transaction.model(name);
      if (known !== undefined) return known;
      const made: KnownModel = { id: counters.model++, lastVersion: 0, aliases: new Map() };
      await transaction.run("INSERT INTO registry_models VALUES ($1, $2)", [made.id, name]);
      touched.set(name, made);
      return made;
    },
    next: (counter) => counters[counter]++,
    async run(sql, values) {
      await (await bound(sql, values)).run();
    },
    async rows(sql, values) {
      return (await (await bound(sql, values)).runAndReadAll()).getRows();
    },
    async record(model, { kind, key, version, alias }) {
      const values = [BigInt(counters.change++), BigInt(Date.now()), kind, model.id, key, version, alias];
      await transaction.run("INSERT INTO registry_changes VALUES ($1, $2, $3, $4, $5, $6, $7)", values);
    },
  };
  return { transaction, touched, counters };
}
