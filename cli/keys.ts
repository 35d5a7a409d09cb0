// `quittance keys`: the installation's signing keys, embedded or on AWS. `rotate service` ends the key by which the
// service signs certificates, renewals and bundles, `rotate log` the one that signs the log's checkpoints; the next
// signature makes another.
// Trap: whoever checks certificates needs the trust root anew, which has both keys, before the first bundle that the
// new one seals; and a witness takes no checkpoint by a key of the log that it was not given.
import { publishedKeys } from '#core/pinned-keys.ts';
import { usageError } from '#core/errors.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import { SERVICE_KEY } from '#core/statements.ts';
import type { Command } from './command.ts';
import { ENDING, endedKey, endedWords } from './ended-keys.ts';
import { openedPorts } from './opened-ports.ts';

export const keys: Command = {
  name: 'keys',
  summary: "the installation's signing keys, and their ends",
  words: (verb) => (verb === 'list' ? 1 : 2),
  usage: 'list | rotate service|log [--compromised [--former]] [--at TIME] [--installation PREFIX]',
  options: ENDING,
  verbs: { list: ['installation'], rotate: Object.keys(ENDING) },
  example: 'quittance keys rotate log',
  notes: [
    'What a key signed before its end stays valid: its public part stays in the trust root with its end, and every',
    'certificate that it signed has the end in the log. A key that was rotated in good order may be called compromised',
    "later; nothing makes an end milder again. People's keys end by `quittance people retire NAME`.",
    "What the log's key signed counts by the log's own dates: where others may have had that key, nothing of it does,",
    'and the bundle of every case is made anew under the next one.',
  ].join('\n'),
  async run(args) {
    const [verb = '', ...rest] = args.positionals;
    if (verb === 'list') {
      const { keys: known } = await openedPorts(args, publishedKeys);
      const shown = known.map(({ id, role, name, ended }) => ({ id, role, name, ...ended }));
      const words = (one: (typeof shown)[number]) => (one.until === undefined ? 'in use' : `ended on ${one.until}`);
      args.print(shown, () => shown.map((one) => `${one.id}  ${one.role} ${one.name}  ${words(one)}`).join('\n'));
      return 0;
    }
    const own = OWN.find((name) => name === rest.join());
    if (own === undefined)
      throw usageError(
        `'${['keys rotate', ...rest].join(' ')}' names no key that a command rotates`,
        "keys rotate service, or keys rotate log; people's keys by 'quittance people retire'",
      );
    const ended = await endedKey(args, { own });
    const aws = args.value('installation') !== undefined;
    args.print({ rotated: own, ...ended }, () => endedWords({ own }, ended, aws));
    return 0;
  },
};

const OWN = [SERVICE_KEY, LOG_KEY] as const;
