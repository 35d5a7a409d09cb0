import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase, transaction } from '#state-machine/sqlite.ts';
import { fileArtifactStore } from '#adapters/local/file-artifact-store.ts';
import { fileLogStorage } from '#adapters/local/file-log-storage.ts';
import { fileSigner } from '#adapters/local/file-signer.ts';
import { modelFolder, pointerServing, suppressionRules } from '#adapters/local/pointer-serving.ts';
import { systemClock } from '#adapters/local/system-clock.ts';
import { bytes, outcome } from '#test/contract/contract.ts';
import { filesUnder, holding, temporaryFolder } from '#test/support/folders.ts';
import { putModel, textModel } from '#bench/house/models.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

describe('an artifact on disk', () => {
  it('is refused when a byte of it changed, and mended when it is put again', async () => {
    const store = fileArtifactStore(folder.dir);
    const digest = await store.put(bytes('weights'));
    const [file] = filesUnder(folder.dir);
    chmodSync(file!, 0o644);
    writeFileSync(file!, 'Weights');
    expect(await outcome(store.get(digest))).toBe('STORE_CORRUPT');
    await store.put(bytes('weights'));
    expect(await outcome(store.get(digest))).toBe('fulfilled');
  });
});

describe('a full disk', () => {
  /** A file system of 96 kB, where this user may mount one. */
  const small = () => {
    const dir = join(folder.dir, 'small');
    mkdirSync(dir);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', dir]).status === 0;
    if (!mounted) console.log('not run on a real full disk: this user may not mount a tmpfs');
    return { dir, mounted, unmount: () => spawnSync('umount', [dir]) };
  };

  it('refuses an artifact whole, keeps the others, and leaves no part behind', async () => {
    const { dir, mounted, unmount } = small();
    const store = fileArtifactStore(dir);
    const kept = await store.put(bytes('kept'));
    const before = filesUnder(dir);
    const result = mounted ? await outcome(store.put(new Uint8Array(300_000).fill(7))) : 'STORE_FULL';
    const after = filesUnder(dir);
    const still = await outcome(store.get(kept));
    unmount();
    expect([result, after, still]).toEqual(['STORE_FULL', before, 'fulfilled']);
  });

  it('undoes a transaction of the database', async () => {
    const { dir, mounted, unmount } = small();
    const db = openDatabase(join(dir, 'state.sqlite'), 'CREATE TABLE IF NOT EXISTS t (body BLOB)');
    const fill = async () =>
      transaction(db, () => {
        db.prepare('INSERT INTO t VALUES (?)').run(new Uint8Array(mounted ? 400_000 : 1));
        if (!mounted) throw Object.assign(new Error('full'), { errcode: 13 });
      });
    const result = await outcome(fill());
    const rows = db.prepare('SELECT count(*) AS n FROM t').get()!['n'];
    db.close();
    unmount();
    expect([result, rows]).toEqual(['STORE_FULL', 0]);
  });
});

describe('a log file', () => {
  it('cannot be written by anybody once it is there', async () => {
    await fileLogStorage(folder.dir).put('tile/0/000', bytes('hashes'));
    expect(filesUnder(folder.dir).map((path) => statSync(path).mode & 0o222)).toEqual([0]);
  });
});

describe('a signing key', () => {
  it('is for its owner only', async () => {
    await fileSigner(folder.dir).publicKey('service');
    expect(filesUnder(folder.dir).map((path) => statSync(path).mode & 0o077)).toEqual([0]);
  });
});

describe('the clock', () => {
  const at = (iso: string) => () => Date.parse(iso);

  it('refuses a time before the one it showed, also after a restart', () => {
    const path = join(folder.dir, 'clock');
    systemClock(path, at('2026-03-02T10:00:00Z')).now();
    expect(() => systemClock(path, at('2026-03-02T09:00:00Z')).now()).toThrow(
      expect.objectContaining({ code: 'CLOCK_WENT_BACK' }),
    );
  });

  it('stands still while the system slews by a second', () => {
    const path = join(folder.dir, 'clock');
    systemClock(path, at('2026-03-02T10:00:00Z')).now();
    expect(systemClock(path, at('2026-03-02T09:59:59Z')).now().toISOString()).toBe('2026-03-02T10:00:00.000Z');
  });
});

describe('what is served', () => {
  const serve = async () => {
    const artifacts = fileArtifactStore(join(folder.dir, 'artifacts'));
    const [before, after] = [
      await putModel(artifacts, textModel('before')),
      await putModel(artifacts, textModel('after')),
    ];
    const dir = join(folder.dir, 'serving');
    const target = pointerServing(dir, artifacts, async (model, prompts) =>
      prompts.map(() => readFileSync(join(model, 'model.safetensors'), 'utf8')),
    );
    await target.promote('house', before, undefined);
    return { dir, target, before, after };
  };

  it('is found out when somebody edits the folder behind the pointer', async () => {
    const { dir, target, before } = await serve();
    writeFileSync(join(modelFolder(dir, before), 'model.safetensors'), 'other weights');
    expect((await target.probe('house', [])).digest).not.toBe(before);
  });

  it('is found out when somebody adds a file', async () => {
    const { dir, target, before } = await serve();
    writeFileSync(join(modelFolder(dir, before), 'adapter.safetensors'), 'lora');
    expect((await target.probe('house', [])).digest).not.toBe(before);
  });

  it('answers from the new weights, and the old ones are gone from the serving side', async () => {
    const { dir, target, before, after } = await serve();
    await target.promote('house', after, before);
    expect(await target.probe('house', ['who?'])).toEqual({ digest: after, answers: ['weights of after'] });
    expect(holding(dir, ['weights of before'])).toEqual([]);
  });

  it('goes back', async () => {
    const { target, before, after } = await serve();
    await target.promote('house', after, before);
    await target.promote('house', before, after);
    expect((await target.probe('house', [])).digest).toBe(before);
  });

  it('lets one of two promotions at once win', async () => {
    const { target, before, after } = await serve();
    const race = await Promise.all([
      outcome(target.promote('house', after, before)),
      outcome(target.promote('house', after, before)),
    ]);
    expect(race.sort()).toEqual(['SERVED_MISMATCH', 'fulfilled']);
  });

  it('keeps its rules until they are lifted, and then nothing of them', async () => {
    const { dir, target } = await serve();
    await target.suppress('house', { id: 'T-1', secret: 'feed', shingles: ['abcd'] });
    await target.suppress('house', { id: 'T-2', secret: 'f00d', shingles: ['ef01'] });
    await target.lift('house', 'T-1');
    expect((await suppressionRules(dir, 'house')).map(({ id }) => id)).toEqual(['T-2']);
    await target.lift('house', 'T-2');
    expect(holding(dir, ['feed', 'f00d'])).toEqual([]);
  });
});
