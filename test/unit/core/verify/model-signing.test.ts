// The list of the model's files for OpenSSF's tools: in their form, of the certified files, and of no others. With
// their package at hand (QUITTANCE_PYTHON, model_signing) the list is compared with what they make of the same folder.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { digestOf } from '#core/canonical.ts';
import { signEnvelope } from '#core/dsse.ts';
import type { WeightsManifest } from '#core/model.ts';
import { modelSigningStatement } from '#core/model-signing.ts';
import { pythonWith, runPython } from '#test/support/python.ts';
import {
  failedChecks,
  jsonBytes,
  payloadOf,
  readJson,
  relisted,
  trueBundle,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';

const NAME = 'model-signing.dsse.json';
let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

const Predicate = z.object({ resources: z.array(z.object({ name: z.string(), digest: z.string() })) });

describe("the model's files for other tools", () => {
  it('are all of them with their digests, in order, under one digest over theirs', () => {
    const { predicateType, subject, predicate } = payloadOf(truth.files, NAME);
    const { files } = readJson<WeightsManifest>(truth.files, 'model.json');
    const { resources } = Predicate.parse(predicate);
    expect(predicateType).toBe('https://model_signing/signature/v1.0');
    expect(resources.map(({ name }) => name)).toEqual(Object.keys(files).sort());
    for (const { name, digest } of resources) expect(`sha256:${digest}`).toBe(files[name]!.digest);
    const over = createHash('sha256');
    for (const { digest } of resources) over.update(Buffer.from(digest, 'hex'));
    expect(subject[0]?.digest.sha256).toBe(over.digest('hex'));
  });

  it('are refused where the service lists another file, or somebody else signs', async () => {
    const statement = payloadOf(truth.files, NAME);
    const { files } = readJson<WeightsManifest>(truth.files, 'model.json');
    const more = { ...files, 'extra.bin': { digest: digestOf('extra'), bytes: 5 } };
    for (const [said, key] of [
      [modelSigningStatement('house', more), 'service'],
      [statement, 'somebody'],
    ] as const) {
      const envelope = jsonBytes(await signEnvelope(said, truth.signer, [key]));
      expect(
        failedChecks(
          truth,
          relisted(truth.files, (all) => all.set(NAME, envelope)),
        ),
      ).toContain('model-signing');
    }
  });

  const python = pythonWith('model_signing', 'OpenSSL');
  if (!python) process.stdout.write('skipped: no Python with model_signing and pyopenssl (QUITTANCE_PYTHON)\n');
  (python ? it : it.skip)('are those that model_signing lists of the folder, in the same order', () => {
    const folder = mkdtempSync(join(tmpdir(), 'quittance-oms-'));
    const texts = {
      'config.json': '{}',
      'model.safetensors': 'w',
      'base/tokenizer.json': '[]',
      'B.txt': 'b',
      'a.txt': 'a',
    };
    for (const [name, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const printed = runPython(python!, ['-c', LISTING, folder]);
    rmSync(folder, { recursive: true });
    const entries = Object.entries(texts).map(
      ([name, text]) => [name, { digest: digestOf(text), bytes: text.length }] as const,
    );
    const { predicate, subject } = modelSigningStatement('m', Object.fromEntries(entries));
    const { resources } = Predicate.parse(predicate);
    const [listed, over] = JSON.parse(printed) as [unknown, string];
    expect(listed).toEqual(resources.map(({ name, digest }) => [name, digest]));
    expect(over).toBe(subject[0]?.digest.sha256);
  });
});

/** What their library lists, and the digest that it puts into the statement it would sign. */
const LISTING = `
import sys, json, hashlib, model_signing
config = model_signing.hashing.Config().set_ignored_paths(paths=[], ignore_git_paths=False)
found = list(config.hash(sys.argv[1]).resource_descriptors())
over = hashlib.sha256(b"".join(d.digest.digest_value for d in found)).hexdigest()
print(json.dumps([[[d.identifier, d.digest.digest_hex] for d in found], over]))`;
