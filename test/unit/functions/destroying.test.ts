// Old weights whose quarantine is over are destroyed; what a served model is made upon is not, whoever serves it.
import { beforeEach, expect, it } from '@jest/globals';
import type { Digest } from '#core/canonical.ts';
import type { ModelRecord } from '#core/model.ts';
import { memoryHarness, type Harness } from '#adapters/memory/ports.ts';
import { modelRecord, putModel, textModel } from '#bench/house/models.ts';
import { destroyQuarantined } from '#functions/destroy-quarantined.ts';
import { ownFiles, ModelManifest } from '#core/model.ts';
import { getJson } from '#core/stored-json.ts';
import { putAdapter, putComposed } from '#test/support/made-models.ts';

let harness: Harness;
let base: Digest;
beforeEach(async () => {
  harness = memoryHarness();
  base = await putModel(harness.ports.artifacts, textModel('base'));
});

const LONG_AGO = { since: '2020-01-01T00:00:00.000Z', destroyAfter: '2020-02-01T00:00:00.000Z' };
const quarantined = (digest: Digest) => [{ digest, ...LONG_AGO }];
const put = (change: Partial<ModelRecord>) => harness.ports.models.put(modelRecord(change), 0);
const destroy = () => destroyQuarantined.handle({ model: 'house' }, harness.ports);
const house = async () => (await harness.ports.models.get('house')).model;

/** Whether the manifest and all files are here. */
const whole = async (digest: Digest): Promise<boolean> => {
  const { artifacts } = harness.ports;
  if (!(await artifacts.has(digest))) return false;
  const files = Object.values(ownFiles(await getJson(artifacts, digest, ModelManifest)));
  return (await Promise.all(files.map(({ digest: file }) => artifacts.has(file)))).every(Boolean);
};

it('destroys weights that nothing is made upon', async () => {
  const next = await putModel(harness.ports.artifacts, textModel('next'));
  await put({ digest: next, quarantined: quarantined(base) });
  expect(await destroy()).toEqual({ destroyed: 1 });
  expect([await whole(base), await whole(next)]).toEqual([false, true]);
  expect((await house()).quarantined[0]!.destroyedAt).toBeDefined();
});

it('leaves weights that a served adapter is made upon, and goes when the adapter does', async () => {
  const adapter = await putAdapter(harness.ports.artifacts, base, 'support');
  await put({ digest: adapter, quarantined: quarantined(base) });
  expect(await destroy()).toEqual({ destroyed: 0 });
  expect([await whole(base), (await house()).quarantined[0]!.destroyedAt]).toEqual([true, undefined]);
  const next = await putModel(harness.ports.artifacts, textModel('next'));
  await harness.ports.models.put(modelRecord({ digest: next, quarantined: quarantined(base) }), 1);
  expect(await destroy()).toEqual({ destroyed: 1 });
  expect(await whole(base)).toBe(false);
});

it('leaves weights and adapter beneath a composed decoder that another name serves', async () => {
  const { artifacts } = harness.ports;
  const adapter = await putAdapter(artifacts, base, 'support');
  const composed = await putComposed(artifacts, adapter, 'support');
  const next = await putModel(artifacts, textModel('next'));
  await put({ digest: next, quarantined: [...quarantined(base), ...quarantined(adapter)] });
  await put({ name: 'other', digest: composed });
  expect(await destroy()).toEqual({ destroyed: 0 });
  expect(await Promise.all([base, adapter, composed].map(whole))).toEqual([true, true, true]);
});

it('destroys an old adapter and keeps the base that its successor is made upon', async () => {
  const { artifacts } = harness.ports;
  const [old, next] = [await putAdapter(artifacts, base, 'old'), await putAdapter(artifacts, base, 'next')];
  await put({ digest: next, quarantined: quarantined(old) });
  expect(await destroy()).toEqual({ destroyed: 1 });
  expect(await Promise.all([old, next, base].map(whole))).toEqual([false, true, true]);
});

it('takes an unregistered base along with the last adapter that was made upon it', async () => {
  const { artifacts } = harness.ports;
  const old = await putAdapter(artifacts, base, 'old');
  const next = await putModel(artifacts, textModel('merged'));
  await put({ digest: next, quarantined: quarantined(old) });
  expect(await destroy()).toEqual({ destroyed: 1 });
  expect(await Promise.all([old, base, next].map(whole))).toEqual([false, false, true]);
});

it('leaves weights that are served under another name', async () => {
  const next = await putModel(harness.ports.artifacts, textModel('next'));
  await put({ digest: next, quarantined: quarantined(base) });
  await put({ name: 'other', digest: base });
  expect(await destroy()).toEqual({ destroyed: 0 });
  expect(await whole(base)).toBe(true);
});
