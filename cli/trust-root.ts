// `quittance trust-root`: the installation's public keys, for those who will check its certificates. Reads without the
// folder's lock and changes nothing.
// Trap: keys prove something only if they come by another way than the bundle; keys from the sender of the bundle prove
// only that the sender agrees with itself.
import { plural } from '#core/plural.ts';
import { extname } from 'node:path';
import { writeDurably } from '#adapters/local/durable-file.ts';
import { canonicalize } from '#core/canonical.ts';
import { usageError } from '#core/errors.ts';
import { publishedKeys } from '#core/pinned-keys.ts';
import { keyBlocks, keyLines, type TrustRoot } from '#core/trust-root.ts';
import type { Command } from './command.ts';
import { oneOf, output } from './kinds.ts';
import { openedPorts } from './opened-ports.ts';
import { INSTALLATION } from './registry.ts';

const FORMS = {
  json: (root: TrustRoot) => `${canonicalize(root)}\n`,
  vkey: keyLines,
  pem: keyBlocks,
} as const;
type Form = keyof typeof FORMS;

export const trustRoot: Command = {
  name: 'trust-root',
  summary: "the installation's public keys, for whoever checks its certificates",
  usage: '[--out FILE] [--format json|vkey|pem]',
  options: {
    out: { kind: 'value', value: 'FILE', summary: 'write them there instead of to stdout', is: output },
    format: {
      kind: 'value',
      value: Object.keys(FORMS).join('|'),
      summary: "form of the keys (default by FILE's ending, else json); verify --trust-root takes each",
      is: oneOf(Object.keys(FORMS)),
    },
    ...INSTALLATION,
  },
  example: 'quittance trust-root --out trust-root.json',
  async run(args) {
    if (args.positionals.length > 0) throw usageError('trust-root takes no words, only options');
    const out = args.value('out');
    const form = args.json ? 'json' : formOf(args.value('format') ?? extname(out ?? '').slice(1), out);
    const keys = await openedPorts(args, publishedKeys);
    const text = FORMS[form](keys);
    if (out === undefined) {
      process.stdout.write(text);
      return 0;
    }
    await writeDurably(out, Buffer.from(text));
    args.print(keys, () => `${plural(keys.keys.length, 'key')} of ${keys.origin} → ${out}`);
    return 0;
  },
};

const isForm = (text: string): text is Form => Object.hasOwn(FORMS, text);

const formOf = (text: string, out: string | undefined): Form => {
  if (isForm(text)) return text;
  if (text === '' || out?.endsWith(`.${text}`)) return 'json';
  throw usageError(`unknown format '${text}'`, Object.keys(FORMS).join(' | '));
};
