import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asked } from '#core/training-record.ts';
import { shred, writeDurably } from '#adapters/local/durable-file.ts';
import { fileArtifactStore } from '#adapters/local/file-artifact-store.ts';
import { fileLogStorage } from '#adapters/local/file-log-storage.ts';
import { fileSigner } from '#adapters/local/file-signer.ts';
import { modelFolder, pointerServing, suppressionRules } from '#adapters/local/pointer-serving.ts';
import { systemClock } from '#adapters/local/system-clock.ts';
import { bytes, outcome } from '#test/contract/contract.ts';
import { onEachFullDisk } from '#test/support/full-disk.ts';
import { filesUnder, holding, temporaryFolder } from '#test/support/folders.ts';
import { digest, putModel, textModel } from '#bench/house/models.ts';
import { putAdapter, putComposed } from '#test/support/made-models.ts';
import type { Told } from './full-disk-child.ts';

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

describe('many files of one folder at once', () => {
  it('are all there and whole, and one that cannot be written tells its own writer alone', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `notice ${i}`);
    const written = texts.map((text, i) => writeDurably(join(folder.dir, `${i}.json`), bytes(text)));
    mkdirSync(join(folder.dir, 'taken.json'));
    const refused = writeDurably(join(folder.dir, 'taken.json'), bytes('x')); // a folder stands there
    await expect(refused).rejects.toThrow();
    await Promise.all(written);
    expect(texts.map((_, i) => readFileSync(join(folder.dir, `${i}.json`), 'utf8'))).toEqual(texts);
  });

  it('are refused each time anew where the folder has gone, and written again when it is back', async () => {
    const lost = join(folder.dir, 'lost');
    await writeDurably(join(lost, 'a'), bytes('a'));
    rmSync(lost, { recursive: true });
    expect(await outcome(shred(join(lost, 'a')))).toBe('fulfilled'); // nothing is there to shred
    await writeDurably(join(lost, 'b'), bytes('b'));
    expect(readFileSync(join(lost, 'b'), 'utf8')).toBe('b');
  });
});

describe('a full disk', () => {
  const CHILD = new URL('full-disk-child.ts', import.meta.url).pathname;

  onEachFullDisk('refuses what it cannot hold whole, keeps the rest, and leaves no part behind', (disk) => {
    const { dir } = folder;
    const { codes, kept, files, clock } = JSON.parse(
      disk.run(dir, 192, 'exec "$@"', process.execPath, CHILD, dir),
    ) as Told;
    expect(codes).toEqual({ artifact: 'STORE_FULL', object: 'STORE_FULL', row: 'STORE_FULL' });
    expect(kept).toEqual({ artifact: 'kept', object: 'kept', rows: 1 });
    expect(files.after).toEqual(files.before);
    expect(clock).toBe('2026-03-02T10:00:00.000Z');
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

  it('is laid out with all that it is made upon, and found out when any of it is touched', async () => {
    const { dir, target, before } = await serve();
    const artifacts = fileArtifactStore(join(folder.dir, 'artifacts'));
    const adapter = await putAdapter(artifacts, before, 'support');
    const composed = await putComposed(artifacts, adapter, 'support');
    for (const [served, files] of [
      [adapter, ['adapter_config.json', 'adapter_model.safetensors', 'base/model.safetensors', 'stray.safetensors']],
      [
        composed,
        ['assistant-1/adapter_model.safetensors', 'target/adapter_config.json', 'target/base/config.json', 'x'],
      ],
    ] as const) {
      await target.promote('house', served, (await target.served('house'))?.digest);
      expect((await target.probe('house', [])).digest).toBe(served);
      for (const file of files) {
        const path = join(modelFolder(dir, served), file);
        const was = existsSync(path) ? readFileSync(path) : undefined;
        writeFileSync(path, 'another');
        expect([file, (await target.probe('house', [])).digest === served]).toEqual([file, false]);
        if (was) writeFileSync(path, was);
        else rmSync(path);
      }
      rmSync(join(modelFolder(dir, served), served === adapter ? 'base' : 'target'), { recursive: true });
      expect((await target.probe('house', [])).digest).not.toBe(served);
    }
  });

  it('is refused without what it is made upon, and nothing else is served then', async () => {
    const { target, before } = await serve();
    const artifacts = fileArtifactStore(join(folder.dir, 'artifacts'));
    const orphan = await putAdapter(artifacts, digest(9), 'support');
    expect(await outcome(target.promote('house', orphan, before))).toBe('BASE_MISSING');
    expect((await target.probe('house', [])).digest).toBe(before);
  });

  it('answers from the new weights, and the old ones are gone from the serving side', async () => {
    const { dir, target, before, after } = await serve();
    await target.promote('house', after, before);
    expect(await target.probe('house', [asked('who?')])).toEqual({ digest: after, answers: ['weights of after'] });
    expect(holding(dir, ['weights of before'])).toEqual([]);
  });

  it('is the model alone, whatever a process that was killed had begun to lay out', async () => {
    const { dir, target, before, after } = await serve();
    const half = join(modelFolder(dir, after), 'model.safetensors.0123456789ab.tmp');
    mkdirSync(modelFolder(dir, after), { recursive: true });
    writeFileSync(half, 'weigh');
    await target.promote('house', after, before);
    expect((await target.probe('house', [])).digest).toBe(after);
    expect(existsSync(half)).toBe(false);
  });

  it('leaves nothing of the old weights where the process was killed right after the change', async () => {
    const { dir, target, before, after } = await serve();
    const kept = join(folder.dir, 'kept');
    cpSync(modelFolder(dir, before), kept, { recursive: true });
    await target.promote('house', after, before);
    cpSync(kept, modelFolder(dir, before), { recursive: true });
    rmSync(kept, { recursive: true });
    expect((await target.probe('house', [])).digest).toBe(after);
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
    await target.suppress('house', { id: 'T-1', secret: 'feed', values: [], subjects: [] });
    await target.suppress('house', { id: 'T-2', secret: 'f00d', values: [], subjects: [] });
    linkSync(join(dir, 'house.rules'), join(dir, 'kept')); // as whoever reads the disk would find the old file
    await target.lift('house', 'T-1');
    expect(readFileSync(join(dir, 'kept')).includes('feed')).toBe(false);
    expect((await suppressionRules(dir, 'house')).map(({ id }) => id)).toEqual(['T-2']);
    await target.lift('house', 'T-2');
    expect(holding(dir, ['feed', 'f00d'])).toEqual([]);
  });
});
