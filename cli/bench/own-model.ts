// `quittance bench own-model`: a model with the files that it was trained on, onboarded and asked to forget customers
// who are drawn by a seed. Trap: a seed takes half an hour on two cores, so rows are kept as soon as they are measured.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestJson } from '#core/canonical.ts';
import { usageError } from '#core/errors.ts';
import { sampledCorpus } from '#datasets/onboard/sampled.ts';
import { suiteBytes, readSuite } from '#datasets/suite.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { MOMENTS_FILE, writeMoments } from '#engine/corpus-moments.ts';
import { readChatTemplate } from '#engine/tokenizer/chat.ts';
import { readPolicy } from '#entry/policies.ts';
import { CONTROLS, onboard } from '#models/onboard.ts';
import { benchOwnModel, type OwnModel, type OwnModelRow } from '#bench/own-model.ts';
import { ownModelMarkdown } from '#bench/own-model-table.ts';
import { failedChecks } from '#bench/people-quantities.ts';
import type { Arguments } from '../command.ts';
import { corpusOf, registerOf } from '../corpus-files.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number, required } from '../values.ts';

export const ownModel = async (args: Arguments): Promise<{ result: unknown; text: string }> => {
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const dir = join(args.dir, 'bench', 'own-model');
  const [draw, seeds] = [number(args, 'seed', 1), number(args, 'seeds', 3)];
  const without =
    args
      .value('without')
      ?.split(',')
      .map((name) => name.trim()) ?? [];
  const policy = args.value('policy') ?? 'corpus-chat-v1';
  const rows = await benchOwnModel({
    ...{ dir, draw, without, backend: chosen.name, customers: number(args, 'customers', 5) },
    seeds: Array.from({ length: seeds }, (_, i) => i + 1),
    onboarded: (seed) => onboarded(args, dir, seed, policy),
    onRow: ({ label, seed, rung, updates, judgement }) =>
      progress.note(`seed ${seed}, ${label}: rung ${rung}, ${updates} updates, ${judgement.verdict}`),
  });
  const command = `quittance bench own-model --model DIR --corpus FILE… --people CSV --customers ${rows.length / seeds} --seeds ${seeds} --seed ${draw}`;
  return {
    result: rows.map(summary),
    text: ownModelMarkdown(rows, { command, backend: chosen.name, policy, draw, without }),
  };
};

const summary = ({ label, seed, rung, updates, seconds, judgement }: OwnModelRow) => ({
  ...{ customer: label, seed, rung, updates, seconds, verdict: judgement.verdict },
  notPassed: failedChecks({ judgement }),
});

/** The model's folder with moments beside it, and its suite; made once a seed. */
const onboarded = async (args: Arguments, dir: string, seed: number, policy: string): Promise<OwnModel> => {
  const source = required(args, 'model');
  const register = await registerOf(args);
  if (!register) throw usageError('bench own-model needs --people people.csv');
  const inputs = { source, corpus: args.many('corpus'), people: args.value('people') ?? '', seed };
  const at = join(dir, `onboarded-${seed}-${digestJson(inputs).slice(7, 19)}`);
  const suite = join(at, 'suite.json');
  if (!existsSync(at)) {
    const part = `${at}.part`;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
    cpSync(source, part, { recursive: true });
    const model = loadModel(part);
    try {
      const template = readChatTemplate(part);
      const made = await onboard({
        ...{ model, template, register, corpus: await sampledCorpus(corpusOf(args), register, 'own') },
        suite: { name: 'own', seed, controls: CONTROLS },
      });
      writeMoments(join(part, MOMENTS_FILE), made.moments);
      writeFileSync(join(part, 'suite.json'), suiteBytes(made.suite));
    } finally {
      model.dispose();
    }
    renameSync(part, at);
  }
  return { dir: at, suite: readSuite(readFileSync(suite)), policy: readPolicy(policy) };
};
