// Executions, their threads and events, task tokens, definitions and schedules in one database. One commit stores what
// a turn did to all executions (group commit). A thread's row is rewritten as a whole and an event's row never; both
// change in the same transaction.
import type { StatementSync } from 'node:sqlite';
import { z } from 'zod';
import type { Json } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { openOwned, type OwnedDatabase } from './database.ts';
import { REDRIVEN, Thread, type Execution, type HistoryEvent, type Redrive, type Status } from './execution.ts';
import type { Failure } from './failures.ts';
import { transaction } from './sqlite.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS definition (digest TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS execution (
  id TEXT PRIMARY KEY, workflow TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL REFERENCES definition (digest),
  input TEXT NOT NULL, status TEXT NOT NULL, output TEXT, error TEXT, cause TEXT, started_at INTEGER NOT NULL, stopped_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS execution_running ON execution (id) WHERE status = 'RUNNING';
CREATE INDEX IF NOT EXISTS execution_started ON execution (started_at);
CREATE TABLE IF NOT EXISTS thread (
  execution TEXT NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (execution, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
  execution TEXT NOT NULL, id INTEGER NOT NULL, previous INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, details TEXT NOT NULL,
  PRIMARY KEY (execution, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, execution TEXT NOT NULL, thread INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS schedule (
  name TEXT PRIMARY KEY, workflow TEXT NOT NULL, expression TEXT NOT NULL, input TEXT NOT NULL, next_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

export interface ExecutionRecord {
  readonly id: string;
  readonly workflow: string;
  readonly name: string;
  readonly definition: string;
  readonly input: Json;
  readonly status: Status;
  readonly output: Json | undefined;
  readonly failure: Failure | undefined;
  readonly startedAt: number;
  readonly stoppedAt: number | undefined;
}

export interface TokenRecord {
  readonly token: string;
  readonly execution: string;
  readonly thread: number;
}

export interface Schedule {
  readonly name: string;
  readonly workflow: string;
  readonly expression: string;
  readonly input: Json;
  /** Milliseconds since the epoch of the next start. */
  nextAt: number;
}

/** What a turn stores beside its executions. `gone` names the schedules to delete. */
export interface Extras {
  readonly tokens: readonly TokenRecord[];
  readonly schedules: readonly Schedule[];
  readonly gone: readonly string[];
}

const Row = z.object({
  id: z.string(),
  workflow: z.string(),
  name: z.string(),
  definition: z.string(),
  input: z.string(),
  status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
  output: z.string().nullable(),
  error: z.string().nullable(),
  cause: z.string().nullable(),
  started_at: z.int(),
  stopped_at: z.int().nullable(),
});

const TAKEN_UP = `UPDATE execution SET status = 'RUNNING', output = NULL, error = NULL, cause = NULL, stopped_at = NULL WHERE id = ?`;

const EventRow = z.object({ id: z.int(), previous: z.int(), at: z.int(), type: z.string(), details: z.string() });
const TokenRow = z.object({ token: z.string(), execution: z.string(), thread: z.int() });
const ScheduleRow = z.object({
  name: z.string(),
  workflow: z.string(),
  expression: z.string(),
  input: z.string(),
  next_at: z.int(),
});

export class Store {
  readonly #path: string;
  readonly #owned: OwnedDatabase;
  readonly #statements = new Map<string, StatementSync>();
  readonly #definitions = new Set<string>();

  /** STORE_LOCKED while another process has the file. */
  constructor(path: string) {
    this.#path = path;
    this.#owned = openOwned(path, SCHEMA);
  }

  close(): void {
    this.#owned.close();
  }

  /** Stores what has changed in the executions, all or nothing; STORE_FULL leaves the file as it was. */
  commit(executions: Iterable<Execution>, extras: Extras): void {
    const known = new Set(this.#definitions);
    transaction(this.#owned.database, () => {
      for (const execution of executions) this.#write(execution, known);
      for (const { token, execution, thread } of extras.tokens)
        this.#run('INSERT INTO token VALUES (?, ?, ?)', token, execution, thread);
      for (const { name, workflow, expression, input, nextAt } of extras.schedules)
        this.#run(
          'INSERT OR REPLACE INTO schedule VALUES (?, ?, ?, ?, ?)',
          name,
          workflow,
          expression,
          JSON.stringify(input),
          nextAt,
        );
      for (const name of extras.gone) this.#run('DELETE FROM schedule WHERE name = ?', name);
    });
    for (const digest of known) this.#definitions.add(digest);
  }

  #write(execution: Execution, known: Set<string>): void {
    if (execution.fresh) this.#insert(execution, known);
    this.#writeEvents(execution);
    if (execution.status === 'RUNNING') this.#writeThreads(execution);
    else this.#finish(execution);
  }

  #insert({ id, workflow, name, machine, input, startedAt, redrive }: Execution, known: Set<string>): void {
    if (redrive !== undefined) return this.#run(TAKEN_UP, id);
    if (!known.has(machine.digest))
      this.#run('INSERT OR IGNORE INTO definition VALUES (?, ?)', machine.digest, machine.body);
    known.add(machine.digest);
    this.#run(
      `INSERT INTO execution VALUES (?, ?, ?, ?, ?, 'RUNNING', NULL, NULL, NULL, ?, NULL)`,
      ...[id, workflow, name, machine.digest, JSON.stringify(input), startedAt],
    );
  }

  #writeEvents(execution: Execution): void {
    for (const { id, previousEventId, at, type, details } of execution.events)
      this.#run(
        'INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)',
        execution.id,
        id,
        previousEventId,
        at,
        type,
        JSON.stringify(details),
      );
  }

  #writeThreads({ id, changed, removed }: Execution): void {
    for (const thread of changed)
      this.#run('INSERT OR REPLACE INTO thread VALUES (?, ?, ?)', id, thread.id, JSON.stringify(thread));
    for (const thread of removed) this.#run('DELETE FROM thread WHERE execution = ? AND id = ?', id, thread);
  }

  #finish({ id, status, output, failure, lastEventAt }: Execution): void {
    const text = output === undefined ? null : JSON.stringify(output);
    this.#run(
      'UPDATE execution SET status = ?, output = ?, error = ?, cause = ?, stopped_at = ? WHERE id = ?',
      ...[status, text, failure?.error ?? null, failure?.cause ?? null, lastEventAt, id],
    );
    this.#run('DELETE FROM thread WHERE execution = ?', id);
  }

  find(id: string): ExecutionRecord | undefined {
    const row = this.#get('SELECT * FROM execution WHERE id = ?', id);
    return row === undefined ? undefined : this.#record(row);
  }

  /** Newest first. */
  list(): ExecutionRecord[] {
    return this.#all('SELECT * FROM execution ORDER BY started_at DESC, id').map((row) => this.#record(row));
  }

  running(): ExecutionRecord[] {
    return this.#all(`SELECT * FROM execution WHERE status = 'RUNNING' ORDER BY started_at, id`).map((row) =>
      this.#record(row),
    );
  }

  definition(digest: string): string {
    const row = z
      .object({ body: z.string() })
      .safeParse(this.#get('SELECT body FROM definition WHERE digest = ?', digest));
    if (!row.success) throw this.#corrupt(`definition ${digest}`);
    return row.data.body;
  }

  threads(execution: string): Thread[] {
    return this.#all('SELECT body FROM thread WHERE execution = ? ORDER BY id', execution).map((row) => {
      const { body } = this.#parse(z.object({ body: z.string() }), row, `a thread of ${execution}`);
      return this.#parse(Thread, this.#json(body), `a thread of ${execution}`);
    });
  }

  history(execution: string): HistoryEvent[] {
    return this.#all(
      'SELECT id, previous, at, type, details FROM event WHERE execution = ? ORDER BY id',
      execution,
    ).map((row) => {
      const { id, previous, at, type, details } = this.#parse(EventRow, row, `an event of ${execution}`);
      return { id, previousEventId: previous, type, at, details: this.#json(details) };
    });
  }

  /** Number and time of the latest event. */
  lastEvent(execution: string): { id: number; at: number } {
    const row = this.#get('SELECT id, at FROM event WHERE execution = ? ORDER BY id DESC LIMIT 1', execution);
    return this.#parse(z.object({ id: z.int(), at: z.int() }), row, `the events of ${execution}`);
  }

  /** undefined for an execution that was never taken up again. */
  redrive(execution: string): Redrive | undefined {
    const sql = 'SELECT COUNT(*) AS count, MAX(at) AS at FROM event WHERE execution = ? AND type = ?';
    const row = z.object({ count: z.int(), at: z.int().nullable() });
    const { count, at } = this.#parse(row, this.#get(sql, execution, REDRIVEN), `the redrives of ${execution}`);
    return at === null ? undefined : { count, at };
  }

  token(token: string): TokenRecord | undefined {
    const row = this.#get('SELECT * FROM token WHERE token = ?', token);
    return row === undefined ? undefined : this.#parse(TokenRow, row, 'a task token');
  }

  schedules(): Schedule[] {
    return this.#all('SELECT * FROM schedule ORDER BY name').map((row) => {
      const { next_at: nextAt, input, ...schedule } = this.#parse(ScheduleRow, row, 'a schedule');
      return { ...schedule, input: this.#json(input), nextAt };
    });
  }

  #record(row: unknown): ExecutionRecord {
    const { input, output, error, cause, started_at, stopped_at, ...rest } = this.#parse(Row, row, 'an execution');
    return {
      ...rest,
      input: this.#json(input),
      output: output === null ? undefined : this.#json(output),
      failure: error === null ? undefined : { error, cause: cause ?? '' },
      startedAt: started_at,
      stoppedAt: stopped_at ?? undefined,
    };
  }

  #parse<T extends z.ZodType>(schema: T, row: unknown, what: string): z.output<T> {
    const parsed = schema.safeParse(row);
    if (parsed.success) return parsed.data;
    throw this.#corrupt(what);
  }

  #json(text: string): Json {
    try {
      return JSON.parse(text) as Json;
    } catch {
      throw this.#corrupt('a JSON column');
    }
  }

  #corrupt(what: string): QuittanceError {
    return new QuittanceError('STORE_CORRUPT', {
      message: `${this.#path}: ${what} does not have the form it was written with`,
      hint: 'restore the data folder from a backup',
    });
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#owned.database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#statement(sql).run(...values);
  }

  #get(sql: string, ...values: string[]): unknown {
    return this.#statement(sql).get(...values);
  }

  #all(sql: string, ...values: string[]): unknown[] {
    return this.#statement(sql).all(...values);
  }
}
