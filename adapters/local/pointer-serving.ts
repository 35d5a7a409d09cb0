// What is served under a model's name: a pointer file, changed by an atomic rename, to a folder that was written from
// artifacts before. A caller sees the old model or the new one. `probe` hashes the files that it answers from, so that
// an edited folder is noticed whatever the pointer says.
// Trap: the old model must not stay readable, so its folder is removed when the pointer has changed.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Digest, digestJson, digestOf } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { readChain } from '#core/model-chain.ts';
import { assistantFolder, beneath, ModelManifest, ownFiles, type FileEntry } from '#core/model.ts';
import type { ArtifactStore, ServingTarget } from '#core/ports.ts';
import { servedMismatch } from '#core/serving.ts';
import { safeName, safePath } from '#core/names.ts';
import { NamedRule } from '#core/suppression.ts';
import type { Message } from '#core/training-record.ts';
import { isMissing, readIfThere, replaceShredding, shred, sweep, writeDurably } from './durable-file.ts';

/** Greedy answers of the model in a folder: given by the composition root, which has the engine. */
export type Answer = (modelFolder: string, conversations: readonly (readonly Message[])[]) => Promise<string[]>;

const Pointer = z.strictObject({ digest: Digest });
const Rules = z.array(NamedRule);

const MANIFEST = 'manifest.json';

export const pointerServing = (dir: string, artifacts: ArtifactStore, answer: Answer): ServingTarget => {
  const pointerOf = (name: string) => join(dir, `${safeName(name)}.json`);
  const folderOf = (digest: Digest) => modelFolder(dir, digest);
  const exclusively = queue();
  const rules = rulesWriter(dir, exclusively);

  const served = async (name: string) => readJson(pointerOf(name), Pointer);
  return {
    served,
    promote: (name, next, expected) =>
      exclusively(async () => {
        const now = await served(name);
        if (now?.digest !== expected) throw servedMismatch(name, expected, now?.digest);
        await layOut(artifacts, next, folderOf(next));
        await writeDurably(pointerOf(name), Buffer.from(JSON.stringify({ digest: next })));
        if (expected !== undefined && expected !== next && !(await pointers(dir)).includes(expected))
          await rm(folderOf(expected), { recursive: true, force: true });
      }),
    probe: async (name, conversations) => {
      const now = await served(name);
      if (!now) throw new QuittanceError('MODEL_NOT_FOUND', { message: `nothing is served as ${name}` });
      const folder = folderOf(now.digest);
      await exclusively(() => removeUnserved(dir)); // a process may have been killed right after the pointer changed
      const answers = conversations.length === 0 ? [] : await answer(folder, conversations);
      return { digest: await folderDigest(folder), answers };
    },
    suppress: (name, rule) => rules(name, { id: rule.id, rule }),
    lift: (name, id) => rules(name, { id }),
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

/** A rule that a name gets, in place of any with its id; or, without one, loses. */
interface RuleChange {
  readonly id: string;
  readonly rule?: NamedRule;
}

/** All changes that wait for their turn are written together: a name's rules are one file. */
const rulesWriter = (dir: string, exclusively: ReturnType<typeof queue>) => {
  const waiting = new Map<string, { readonly changes: RuleChange[]; readonly written: Promise<void> }>();
  return (name: string, change: RuleChange): Promise<void> => {
    const group = waiting.get(name);
    if (group !== undefined) {
      group.changes.push(change);
      return group.written;
    }
    const changes = [change];
    const written = exclusively(() => {
      waiting.delete(name);
      return changeRules(dir, name, changes);
    });
    waiting.set(name, { changes, written });
    return written;
  };
};

const changeRules = async (dir: string, name: string, changes: readonly RuleChange[]): Promise<void> => {
  const before = await suppressionRules(dir, name);
  const rules = new Map(before.map((rule) => [rule.id, rule]));
  for (const { id, rule } of changes) {
    rules.delete(id);
    if (rule !== undefined) rules.set(id, rule);
  }
  const kept = [...rules.values()];
  await putRules(
    rulesOf(dir, name),
    kept,
    before.every((rule) => kept.includes(rule)),
  );
};

/** A file that holds the secret of a rule which is gone is overwritten, once the new one stands in its place. */
const putRules = async (path: string, rules: readonly NamedRule[], keepsAll: boolean): Promise<void> => {
  if (rules.length === 0) return shred(path);
  const bytes = Buffer.from(JSON.stringify(rules));
  await (keepsAll ? writeDurably(path, bytes, 0o600) : replaceShredding(path, bytes, 0o600));
  lastRead.set(path, { version: await versionOf(path), rules });
};

/**
 * Writes a model's files from artifacts into a folder, with the manifests beside them, and below it what the model is
 * made upon.
 */
const layOut = async (artifacts: ArtifactStore, digest: Digest, folder: string): Promise<void> => {
  for (const { digest: manifest, manifest: parsed, at } of await readChain(artifacts, digest)) {
    for (const [path, file] of Object.entries(ownFiles(parsed)))
      await writeDurably(join(folder, at, safePath(path)), await artifacts.get(file.digest));
    await writeDurably(join(folder, at, MANIFEST), await artifacts.get(manifest));
    await sweep(join(folder, at)); // all that lies here is what is served, and its digest is taken over all of it
  }
};

/** Models that no pointer leads to: they know whom what is served has forgotten. */
const removeUnserved = async (dir: string): Promise<void> => {
  const kept = (await pointers(dir)).map((digest) => modelFolder(dir, digest));
  const found = await readdir(join(dir, 'models')).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const name of found) {
    const folder = join(dir, 'models', name);
    if (!kept.includes(folder)) await rm(folder, { recursive: true, force: true });
  }
};

const WEIGHTS: ModelManifest = { kind: 'quittance-model/v1', files: {}, quantisation: 'none' };

/**
 * The manifest digest of the files that a folder holds now; what no file says (how it is quantised or composed) is
 * taken from its manifest.
 */
const folderDigest = async (folder: string): Promise<Digest> => {
  const told = (await readJson(join(folder, MANIFEST), ModelManifest)) ?? WEIGHTS;
  const upon = beneath(told);
  const below = upon && (await folderDigest(join(folder, upon.folder)));
  switch (told.kind) {
    case 'quittance-model/v1':
      return digestJson({ ...told, files: await filesIn(folder) });
    case 'quittance-adapter/v1':
      return digestJson({ ...told, base: below ?? told.base, files: await filesIn(folder, ['base']) });
    case 'quittance-composed/v1': {
      const folders = told.assistants.map((_, i) => assistantFolder(i));
      const found = await Promise.all(folders.map((name) => filesIn(join(folder, name))));
      const assistants = told.assistants.map(({ layers }, i) => ({ layers, files: found[i]! }));
      const stray = await filesIn(folder, ['target', ...folders]);
      const extra = Object.keys(stray).length > 0 ? { stray } : {};
      return digestJson({ ...told, target: below ?? told.target, assistants, ...extra });
    }
  }
};

const filesIn = async (folder: string, but: readonly string[] = []): Promise<Record<string, FileEntry>> => {
  const found = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return []; // what should be here is another digest's matter
    throw error;
  });
  const names = found.filter((name) => name !== MANIFEST && !but.includes(name)).sort();
  const files = await Promise.all(
    names.map(async (name) => {
      const bytes = (await readIfThere(join(folder, name))) ?? new Uint8Array();
      return [name, { digest: digestOf(bytes), bytes: bytes.byteLength }] as const;
    }),
  );
  return Object.fromEntries(files);
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
