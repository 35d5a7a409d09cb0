// What is served under a model's name: a pointer file, changed by an atomic rename, to a folder that was written from
// artifacts before. A caller sees the old model or the new one. `probe` hashes the files that it answers from, so that
// an edited folder is noticed whatever the pointer says.
// Trap: the old model must not stay readable, so its folder is removed when the pointer has changed.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Digest, digestOf } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { manifestDigest, ModelManifest } from '#core/model.ts';
import type { ArtifactStore, ServingTarget } from '#core/ports.ts';
import { safeName } from '#core/names.ts';
import { NamedRule } from '#core/suppression.ts';
import { readIfThere, shred, writeDurably } from './durable-file.ts';

/** Greedy answers of the model in a folder: given by the composition root, which has the engine. */
export type Answer = (modelFolder: string, prompts: readonly string[]) => Promise<string[]>;

const Pointer = z.strictObject({ digest: Digest });
const Rules = z.array(NamedRule);

const MANIFEST = 'manifest.json';

export const pointerServing = (dir: string, artifacts: ArtifactStore, answer: Answer): ServingTarget => {
  const pointerOf = (name: string) => join(dir, `${safeName(name)}.json`);
  const folderOf = (digest: Digest) => modelFolder(dir, digest);
  const exclusively = queue();

  const served = async (name: string) => readJson(pointerOf(name), Pointer);
  return {
    served,
    promote: (name, next, expected) =>
      exclusively(async () => {
        const now = await served(name);
        if (now?.digest !== expected) throw mismatch(name, expected, now?.digest);
        await layOut(artifacts, next, folderOf(next));
        await writeDurably(pointerOf(name), Buffer.from(JSON.stringify({ digest: next })));
        if (expected !== undefined && expected !== next && !(await pointers(dir)).includes(expected))
          await rm(folderOf(expected), { recursive: true, force: true });
      }),
    probe: async (name, prompts) => {
      const now = await served(name);
      if (!now) throw new QuittanceError('MODEL_NOT_FOUND', { message: `nothing is served as ${name}` });
      const folder = folderOf(now.digest);
      return { digest: await folderDigest(folder), answers: prompts.length === 0 ? [] : await answer(folder, prompts) };
    },
    suppress: (name, rule) =>
      exclusively(async () => putRules(dir, name, [...(await without(dir, name, rule.id)), rule])),
    lift: (name, ruleId) => exclusively(async () => putRules(dir, name, await without(dir, name, ruleId))),
  };
};

export const modelFolder = (dir: string, digest: Digest) =>
  join(dir, 'models', Digest.parse(digest).slice('sha256:'.length));

/**
 * The rules that filter what is served under a name. Every answer asks for them, so a file that has not changed is not
 * read again.
 */
export const suppressionRules = async (dir: string, name: string): Promise<readonly NamedRule[]> => {
  const path = rulesOf(dir, name);
  const version = await versionOf(path);
  const known = lastRead.get(path);
  if (known && known.version === version) return known.rules;
  const rules = (await readJson(path, Rules)) ?? [];
  lastRead.set(path, { version, rules });
  return rules;
};

const lastRead = new Map<string, { version: string; rules: readonly NamedRule[] }>();

/** A replaced file has another inode, because it is renamed into place. */
const versionOf = async (path: string): Promise<string> => {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? 'none' : `${found.ino}.${found.mtimeNs}.${found.ctimeNs}.${found.size}`;
};

const rulesOf = (dir: string, name: string) => join(dir, `${safeName(name)}.rules`);
const without = async (dir: string, name: string, ruleId: string) =>
  (await suppressionRules(dir, name)).filter(({ id }) => id !== ruleId);

const putRules = async (dir: string, name: string, rules: readonly NamedRule[]) => {
  await shred(rulesOf(dir, name)); // the old file holds the secret of a lifted rule
  if (rules.length > 0) await writeDurably(rulesOf(dir, name), Buffer.from(JSON.stringify(rules)), 0o600);
};

/** Writes a model's files from artifacts into a folder, with the manifest beside them. */
const layOut = async (artifacts: ArtifactStore, digest: Digest, folder: string): Promise<void> => {
  const bytes = await artifacts.get(digest);
  const manifest = ModelManifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  for (const [name, file] of Object.entries(manifest.files))
    await writeDurably(join(folder, safeName(name)), await artifacts.get(file.digest));
  await writeDurably(join(folder, MANIFEST), bytes);
};

/** The manifest digest computed from the files in a folder; only the quantisation is taken from the stored manifest. */
const folderDigest = async (folder: string): Promise<Digest> => {
  const { quantisation } = (await readJson(join(folder, MANIFEST), ModelManifest)) ?? { quantisation: 'none' as const };
  const names = (await readdir(folder)).filter((name) => name !== MANIFEST).sort();
  const files = await Promise.all(
    names.map(async (name) => {
      const bytes = (await readIfThere(join(folder, name))) ?? new Uint8Array();
      return [name, { digest: digestOf(bytes), bytes: bytes.byteLength }] as const;
    }),
  );
  return manifestDigest({ kind: 'quittance-model/v1', files: Object.fromEntries(files), quantisation });
};

const pointers = async (dir: string): Promise<Digest[]> => {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json'));
  const found = await Promise.all(names.map((name) => readJson(join(dir, name), Pointer)));
  return found.flatMap((pointer) => pointer?.digest ?? []);
};

const readJson = async <S extends z.ZodType>(path: string, schema: S): Promise<z.output<S> | undefined> => {
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  const parsed = schema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  if (!parsed.success)
    throw new QuittanceError('STORE_CORRUPT', { message: `the file does not have its form: ${path}` });
  return parsed.data;
};

/** Runs functions one after another, so that no other promotion of this process comes between compare and change. */
const queue = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <R>(act: () => Promise<R>): Promise<R> => {
    const next = last.then(act, act);
    last = next.catch(() => undefined);
    return next;
  };
};

const mismatch = (name: string, expected: Digest | undefined, got: Digest | undefined) =>
  new QuittanceError('SERVED_MISMATCH', {
    message: `'${name}' does not serve what the caller saw`,
    expected: expected ?? 'nothing',
    got: got ?? 'nothing',
    hint: 'another ticket was deployed in between; read again',
  });
