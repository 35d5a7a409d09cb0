// A bundle as the rules see it: each file is parsed when a rule first asks for it, and once.
// Trap: whoever hands the bundle over chose every byte of it. A rule says what it requires with `requireThat`, and
// whatever a parser throws is a failed check as well.
import { z } from 'zod';
import { BundleIndex, type BundleFiles } from '../bundle.ts';
import { digestOf, type Digest } from '../canonical.ts';
import { CertificatePredicate, CertificateType } from '../certificate.ts';
import { Envelope, verifyEnvelope, type Statement } from '../dsse.ts';
import { faultsOf } from '../field-faults.ts';
import { parseOnce } from '../json-keys.ts';
import { openByOne, type LogKey } from '../ledger/log-keys.ts';
import { parseCheckpoint, type Checkpoint } from '../ledger/note.ts';
import { parseTlogProof } from '../ledger/proof.ts';
import type { FileEntry } from '../model.ts';
import type { TicketEnd } from '../ticket.ts';
import { TrustRoot } from '../trust-root.ts';

export interface VerifyOptions {
  /**
   * Keys that the verifier got by another way; without them the bundle's own are used, which shows that it agrees with
   * itself.
   */
  trustRoot?: TrustRoot | undefined;
  /** How those keys are called in what is found; `the trust root that was given` where nothing is said. */
  whose?: string;
  /** The files of a model folder at hand by their paths, to be compared with what was certified. */
  model?: Readonly<Record<string, FileEntry>> | undefined;
  now: Date;
}

/** What a check found; throws where its rule does not hold. */
export type Rule = (bundle: BundleReader) => string;

export class Failed extends Error {}
/** A check that needs what the verifier was not given. */
export class NotChecked extends Error {}
export const notChecked = (needs: string): never => {
  throw new NotChecked(needs);
};
export const fail = (detail: string): never => {
  throw new Failed(detail);
};
export const requireThat = (condition: boolean, detail: string): void => {
  if (!condition) fail(detail);
};

/** What a statement is about, in the names of in-toto: this object alone, as others who read the statement see it. */
export const isAbout = ({ subject }: Statement, name: string, digest: string): boolean =>
  subject.length === 1 && subject[0]!.name === name && `sha256:${subject[0]!.digest.sha256}` === digest;

export interface LoggedEvent {
  leaf: Uint8Array;
  index: number;
  ticketId: string;
  type: string;
  body: Record<string, unknown>;
  at: string;
  sequence: number;
}

const EventBody = z.looseObject({
  ticketId: z.string(),
  sequence: z.int(),
  at: z.string(),
  event: z.looseObject({ type: z.string() }),
});

/** The first field that is not as it must be. */
const formFault = (error: z.ZodError): string => {
  const [{ field, rule } = { field: '(root)', rule: 'another form' }] = faultsOf(error);
  return `expected ${field}: ${rule}`;
};

/** Where the parser stood, as each version of Node says it; what stands there is not repeated. */
const placeOf = (error: unknown, read: string): string => {
  const [, position] = /at position (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
  if (position === undefined) return '';
  const before = read.slice(0, Number(position)).split('\n');
  return `: line ${before.length}, column ${before.at(-1)!.length + 1}`;
};

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

export class BundleReader {
  readonly files: BundleFiles;
  readonly options: VerifyOptions;
  readonly #read = new Map<string, unknown>();
  constructor(files: BundleFiles, options: VerifyOptions) {
    this.files = files;
    this.options = options;
  }

  /** The file that was read last: what a parser objects to is in it. */
  #reading = 'bundle.json';
  file(name: string): Uint8Array {
    this.#reading = name;
    return this.files.get(name) ?? fail(`${name} is missing`);
  }
  get reading(): string {
    return this.#reading;
  }
  text(name: string): string {
    return text(this.file(name));
  }
  digest(name: string): Digest {
    return this.#once(`digest ${name}`, () => digestOf(this.file(name)));
  }
  /** Its JSON, as it stands there. */
  parsed(name: string): unknown {
    return this.#once(`parsed ${name}`, () => {
      const json = this.text(name);
      try {
        return parseOnce(json);
      } catch (error) {
        return fail(`${name} is no JSON in which each key stands once${placeOf(error, json)}`);
      }
    });
  }
  /** A file is read by one schema throughout. */
  json<S extends z.ZodType>(name: string, schema: S): z.output<S> {
    return this.#once(`json ${name}`, () => {
      const parsed = schema.safeParse(this.parsed(name));
      return parsed.success ? parsed.data : fail(`${name} does not have its form: ${formFault(parsed.error)}`);
    });
  }

  get index(): BundleIndex {
    return this.json('bundle.json', BundleIndex);
  }
  /** Whether the bundle is about a certificate; otherwise about a request that ended without one. */
  get certified(): boolean {
    return this.outcome === 'completed';
  }
  /** How the request ended, by the bundle's own list: the service signs it, and the history must agree. */
  get outcome(): TicketEnd {
    try {
      return this.index.outcome ?? 'completed';
    } catch {
      return 'completed'; // a list that cannot be read fails its own check
    }
  }
  /** The file that has this digest. */
  nameOf(digest: unknown): string | undefined {
    const names = this.#once('names by digest', () => {
      const listed = [...this.files.keys()].map((name) => [this.digest(name), name] as const);
      return new Map<unknown, string>(listed.reverse());
    });
    return names.get(digest);
  }
  get trustRoot(): TrustRoot {
    return this.options.trustRoot ?? this.json('trust-root.json', TrustRoot);
  }
  /** Whose fault it is where a key is missing or another: the keys' that were given, or the bundle's own. */
  get whose(): string {
    const { trustRoot, whose = 'the trust root that was given' } = this.options;
    return trustRoot ? whose : "the bundle's own trust root";
  }
  /** Key id → raw public key. */
  keys(...roles: TrustRoot['keys'][number]['role'][]): ReadonlyMap<string, Uint8Array> {
    const keys = this.trustRoot.keys.filter(({ role }) => roles.includes(role));
    return new Map(keys.map(({ id, publicKey }) => [id, Buffer.from(publicKey, 'base64')]));
  }

  opened(name: string): { statement: Statement; signers: string[] } {
    return this.#once(`opened ${name}`, () => {
      const envelope = this.json(name, Envelope);
      return (
        verifyEnvelope(envelope, this.keys('service', 'person', 'log')) ??
        fail(`${name}: a signature does not verify with ${this.whose}`)
      );
    });
  }
  get certificate(): CertificatePredicate {
    return this.#once('certificate', () => {
      const { statement } = this.opened('certificate.dsse.json');
      requireThat(CertificateType.safeParse(statement.predicateType).success, 'the statement is not a certificate');
      const parsed = CertificatePredicate.safeParse(statement.predicate);
      return parsed.success ? parsed.data : fail('the certificate does not have its form');
    });
  }
  /** Of the log, in the order in which they followed each other. */
  get logKeys(): LogKey[] {
    const { origin: name, keys } = this.trustRoot;
    return keys
      .filter(({ role }) => role === 'log')
      .map(({ publicKey, ended }) => ({ name, publicKey: Buffer.from(publicKey, 'base64'), ended }));
  }
  /** Signed by any key of the log; whether it was in use then, the rule on checkpoints says. */
  get checkpoint(): Checkpoint {
    return this.#once('checkpoint', () => {
      const signed = openByOne(this.text('checkpoint'), this.logKeys);
      return parseCheckpoint(signed?.text ?? fail(`no log key of ${this.whose} signed the checkpoint`));
    });
  }

  /** Names of the event files, in the order of their numbers. */
  get eventNames(): string[] {
    const number = (name: string) => Number(name.slice('log/'.length, -'.json'.length));
    const names = [...this.files.keys()].filter((name) => /^log\/\d{1,9}\.json$/.test(name));
    return names.sort((a, b) => number(a) - number(b));
  }
  proof(eventName: string): ReturnType<typeof parseTlogProof> {
    const name = eventName.replace(/\.json$/, '.tlog-proof');
    return this.#once(name, () => parseTlogProof(this.text(name)));
  }
  get events(): LoggedEvent[] {
    return this.#once('events', () => this.eventNames.map((name) => this.#event(name)));
  }
  #event(name: string): LoggedEvent {
    const { event, ...rest } = this.json(name, EventBody);
    return { ...rest, leaf: this.file(name), index: this.proof(name).index, type: event.type, body: event };
  }
  /** The model that the ticket was filed for, as statements about it name it. */
  get model(): string {
    return String(this.event('received').body['model']);
  }
  /** The latest event of a type. */
  event(type: string): LoggedEvent {
    return this.events.findLast((event) => event.type === type) ?? fail(`there is no '${type}' event`);
  }

  #once<T>(key: string, read: () => T): T {
    if (!this.#read.has(key)) this.#read.set(key, read());
    return this.#read.get(key) as T; // a key is read by one expression only
  }
}
