// Gate policies as files: the shipped ones, by name, and a customer's own. A policy that is read is made whole, checked
// and ready to be stored. Trap: a policy is fixed and logged before a run, so a fault in it must be found here, before
// a ticket is filed or a model loaded.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkRungs } from '#containers/rungs.ts';
import { QuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import { didYouMean } from '#core/nearest.ts';
import type { GatePolicy } from '#core/policy.ts';
import { resolvePolicy } from '#core/policy-source.ts';

/** By name, with what each is for. */
export const SHIPPED_POLICIES = {
  'gate-v2': 'small models and models that were not fine-tuned for chat; the default',
  'chat-v2': 'chat models: whole answers and general answers are judged too',
  'chat-v3':
    'chat models of whose weights others may get a copy: as chat-v2, and what is left is taught again beside never-trained people; nobody’s default, and its ladder was measured on one person alone, who fails one check for want of never-trained people (docs/results/lasting-chat.md)',
  'corpus-v1': 'models that were onboarded with the rows that they were trained on',
  'corpus-chat-v1': 'the same of chat models: whole answers and general answers are judged too',
  'corpus-lasting-v1':
    'models of whose weights others may get a copy: as corpus-v1, with the re-learning attacks of gate-v3; nobody’s default (docs/own-model.md)',
  'corpus-chat-lasting-v1': 'the same of chat models: as corpus-chat-v1, with the re-learning attacks of gate-v3',
  'corpus-exact-v1':
    'models that `quittance train` made, onboarded with base and recipe: as corpus-v1, and the last rung trains anew without the rows',
  'corpus-chat-exact-v1': 'the same of chat models: as corpus-chat-v1, and the last rung trains anew',
  'gate-v3':
    'small models of whose weights others may get a copy: as gate-v2, and what is left is taught again beside never-trained people',
  'gate-v3-retain':
    'as gate-v3, for deletions in a row: the method also reads rows of people who stay and holds them (docs/results/deletions.md)',
  'reveal-v1':
    'requests whose records the model itself revealed (docs/results/reveal.md): as gate-v2, and the person is asked about again in every wording',
  'gate-v1': 'small models as well, with bounds that do not follow the number of records',
  'chat-v1': 'chat models, with bounds that do not follow the number of records',
} as const;
export const DEFAULT_POLICY = 'gate-v2' satisfies keyof typeof SHIPPED_POLICIES;
export type ShippedPolicy = keyof typeof SHIPPED_POLICIES;
const SHIPPED = Object.keys(SHIPPED_POLICIES);

/** A policy has some kilobytes. */
const LIMIT_BYTES = 2 ** 20;

/** The policy of this name, or in this file. POLICY_INVALID. */
export const readPolicy = (nameOrFile: string = DEFAULT_POLICY): GatePolicy => {
  const isFile = nameOrFile.endsWith('.json') || nameOrFile.includes('/');
  const folder = isFile ? dirname(nameOrFile) : undefined;
  const name = isFile ? basename(nameOrFile, '.json') : nameOrFile;
  if (isFile && !existsSync(nameOrFile))
    throw new QuittanceError('NOT_FOUND', { message: `there is no policy file ${nameOrFile}` });
  return checkRungs(
    resolvePolicy(name, (one) => written(one, folder)),
    `the policy '${name}'`,
  );
};

/** The text under a name: beside the file that was asked for, else among the shipped ones. */
const written = (name: string, folder: string | undefined): unknown => {
  const safe = /^[A-Za-z0-9][\w.-]{0,63}$/.test(name);
  const beside = folder === undefined || !safe ? undefined : join(folder, `${name}.json`);
  if (beside !== undefined && existsSync(beside)) return jsonOf(readFileSync(beside), name);
  if (SHIPPED.includes(name)) return jsonOf(readFileSync(new URL(`../policies/${name}.json`, import.meta.url)), name);
  throw new QuittanceError('POLICY_INVALID', {
    message: `no policy is called '${name}'`,
    expected: `${SHIPPED.join(', ')}, or a file${folder === undefined ? ' NAME.json' : ` in ${folder}`}`,
    ...didYouMean(name, SHIPPED),
  });
};

const jsonOf = (bytes: Uint8Array, name: string): unknown => {
  try {
    if (bytes.length <= LIMIT_BYTES) return parseOnce(Buffer.from(bytes).toString('utf8'));
  } catch {
    // neither JSON nor, where a field is given twice, unambiguous
  }
  throw new QuittanceError('POLICY_INVALID', {
    message: `the policy '${name}' is no JSON document of at most ${LIMIT_BYTES} bytes in which each field stands once`,
  });
};
