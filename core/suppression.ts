// Interim protection: while a model still knows a person's values, an answer that contains one of them and speaks of
// the person is withheld. The rule holds keyed digests of what to look for (core/words), so that the serving side
// recognises a value without storing it. Traps: a value alone identifies nobody, as others may have been born in the
// same town; and every answer is checked against every rule, so a cheap keyed 16-bit filter comes first and few runs of
// words reach the HMAC.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { FORM_KINDS, textOf, type Form, type FormKind, type Place, type Text } from './words/places.ts';

/** A form's kind and size, the filter's value for it, and its HMAC. */
const Entry = z
  .string()
  .regex(new RegExp(`^(?:${FORM_KINDS.join('|')})\\d+:[0-9a-f]{4}:[0-9a-f]{32}$`), 'an entry of a rule');

export const Rule = z.strictObject({
  secret: z.string(),
  /** What the values are made of. */
  values: z.array(Entry).readonly(),
  /** What speaks of the person. */
  subjects: z.array(Entry).readonly(),
});
export type Rule = z.infer<typeof Rule>;

/** As the serving side keeps it. */
export const NamedRule = Rule.extend({ id: z.string() });
export type NamedRule = z.infer<typeof NamedRule>;

export const ruleOf = (secret: string, forms: { values: readonly Form[]; subjects: readonly Form[] }): Rule => {
  const keys = keysOf(secret);
  const entries = (all: readonly Form[]) => [...new Set(all.map((form) => entryOf(form, keys)))].sort();
  return { secret, values: entries(forms.values), subjects: entries(forms.subjects) };
};

interface Keys {
  readonly secret: string;
  /** Odd multipliers of the filter's universal hash. */
  readonly a: number;
  readonly b: number;
}

const keysOf = (secret: string): Keys => {
  const bytes = createHmac('sha256', secret).update('filter').digest();
  return { secret, a: bytes.readUInt32LE(0) | 1, b: bytes.readUInt32LE(4) | 1 };
};

/** Two 32-bit hashes of a text without a key: made once, whatever the number of rules. */
const hashOf = (text: string): [number, number] => {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b + text.charCodeAt(i), 0x85ebca6b) ^ (b >>> 13);
  }
  return [a, b];
};

const filterOf = (x: number, y: number, { a, b }: Keys): number =>
  ((Math.imul(x, a) + Math.imul(y, b)) >>> 16) & 0xffff;

const digestOf = (kind: FormKind, key: string, { secret }: Keys): string =>
  createHmac('sha256', secret).update(`${kind}\0${key}`).digest('hex').slice(0, 32);

const entryOf = ({ kind, size, key }: Form, keys: Keys): string => {
  const filter = filterOf(...hashOf(key), keys)
    .toString(16)
    .padStart(4, '0');
  return `${kind}${size}:${filter}:${digestOf(kind, key, keys)}`;
};

/** Entries of one side of a rule, by kind and size. */
interface Group {
  readonly kind: FormKind;
  readonly size: number;
  /** The filter's values, and a bitmap of their upper twelve bits, small enough to stay in the processor's cache. */
  readonly filters: ReadonlySet<number>;
  readonly coarse: Uint8Array;
  readonly digests: ReadonlySet<string>;
}

interface Compiled {
  readonly keys: Keys;
  readonly values: readonly Group[];
  readonly subjects: readonly Group[];
}

const compiled = new WeakMap<Rule, Compiled>();
const compile = (rule: Rule): Compiled => {
  const known = compiled.get(rule);
  if (known) return known;
  const made = { keys: keysOf(rule.secret), values: groupsOf(rule.values), subjects: groupsOf(rule.subjects) };
  compiled.set(rule, made);
  return made;
};

const groupsOf = (entries: readonly string[]): Group[] => {
  const groups = new Map<string, Group & { filters: Set<number>; digests: Set<string> }>();
  for (const entry of entries) {
    const [form = '', filter = '', digest = ''] = entry.split(':');
    const [kind, size] = [FormKindOf.parse(/^[a-z]+/.exec(form)?.[0]), Number(/\d+$/.exec(form)?.[0])];
    const group = groups.get(form) ?? {
      kind,
      size,
      coarse: new Uint8Array(0x200),
      filters: new Set<number>(),
      digests: new Set<string>(),
    };
    const bit = Number.parseInt(filter, 16);
    group.coarse[bit >> 7]! |= 1 << ((bit >> 4) & 7);
    group.filters.add(bit);
    group.digests.add(digest);
    groups.set(form, group);
  }
  return [...groups.values()];
};
const FormKindOf = z.enum(FORM_KINDS);

/**
 * What a text offers to compare, of one kind and size: each key once, with how far it reaches at most and its two
 * hashes.
 */
interface Offered {
  readonly keys: readonly string[];
  readonly ends: Int32Array;
  readonly x: Int32Array;
  readonly y: Int32Array;
}

const offersOf = (text: Text): ((group: Group) => Offered) => {
  const made = new Map<string, Offered>();
  return ({ kind, size }) => {
    const name = `${kind}${size}`;
    const offers = made.get(name) ?? offered(text.places(kind, size));
    made.set(name, offers);
    return offers;
  };
};

const offered = (places: readonly Place[]): Offered => {
  const furthest = new Map<string, number>();
  for (const { key, end } of places) if (end > (furthest.get(key) ?? -1)) furthest.set(key, end);
  const keys = [...furthest.keys()];
  const hashes = keys.map(hashOf);
  return {
    keys,
    ends: Int32Array.from(furthest.values()),
    x: Int32Array.from(hashes, ([x]) => x),
    y: Int32Array.from(hashes, ([, y]) => y),
  };
};

/** Whether anything that a side of a rule looks for ends beyond `from`. */
const finds = (groups: readonly Group[], offers: ReturnType<typeof offersOf>, keys: Keys, from: number): boolean =>
  groups.some((group) => {
    const offer = offers(group);
    for (let i = 0; i < offer.keys.length; i++) {
      const bit = filterOf(offer.x[i]!, offer.y[i]!, keys);
      if ((group.coarse[bit >> 7]! & (1 << ((bit >> 4) & 7))) === 0) continue;
      if (!group.filters.has(bit) || offer.ends[i]! <= from) continue;
      if (group.digests.has(digestOf(group.kind, offer.keys[i]!, keys))) return true;
    }
    return false;
  });

export interface Said {
  readonly answer: string;
  /** Text that the answer continues: it may have begun a value. */
  readonly lead?: string;
  /** Text that the answer replies to, all turns of it. */
  readonly context?: string;
}

/** A value is not looked for further back than this in a text that is continued. */
const LEAD = 1000;

/**
 * Whether a rule withholds the answer: it holds a value of the rule, or completes one that the lead began, and it, the
 * lead or the context speaks of the rule's person. A value that stands in lead or context alone does not count: whoever
 * guesses must not learn that the guess is withheld.
 */
export const withholds = (rules: readonly Rule[], { answer, lead = '', context = '' }: Said): boolean => {
  if (rules.length === 0) return false;
  const about = offersOf(textOf(`${context}\n${lead}${answer}`));
  const speaking = rules.map(compile).filter(({ subjects, keys }) => finds(subjects, about, keys, 0));
  if (speaking.length === 0) return false;
  const before = lead.slice(-LEAD);
  const said = offersOf(textOf(before + answer));
  return speaking.some(({ values, keys }) => finds(values, said, keys, before.length));
};
