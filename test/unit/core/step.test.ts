// What a step is handed: the ports that it declares, each made when it is touched, and no other whatever its type was
// cast to.
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { SERVICE_KEY } from '#core/statements.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import { memoryHarness } from '#adapters/memory/ports.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';

const step = (run: (ports: Pick<Ports, 'clock'>) => unknown) =>
  defineStep({
    name: 'tell-time',
    input: z.strictObject({}),
    output: z.strictObject({ time: z.string() }),
    uses: ['clock'],
    run: async (_input, ports) => {
      run(ports);
      return { time: ports.clock.now().toISOString() };
    },
  });

describe('a step', () => {
  it('uses the ports that it declares', async () => {
    const { ports } = memoryHarness();
    expect(await step(() => undefined).handle({}, ports)).toMatchObject({ time: expect.stringMatching(/^2026/) });
  });

  it('is refused a port that it does not declare, by name, as on AWS, where it would have no right to it', async () => {
    const { ports } = memoryHarness();
    const wide = step((declared) => (declared as Ports).vault.createKey('T-00000000'));
    await expect(wide.handle({}, ports)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining("the port 'vault'"),
    });
  });

  it("signs with the log's key only where it says so, or appends to the log, as on AWS; with any other it may", async () => {
    const { ports } = memoryHarness();
    const signing = (more: { uses: ('signer' | 'logHead')[]; signsAsLog?: true }, keyName: string) =>
      defineStep({
        name: 'sign',
        input: z.strictObject({}),
        output: z.strictObject({ bytes: z.int() }),
        ...more,
        run: async (_input, { signer }) => {
          const signature = await signer.sign(keyName, Buffer.from('text'));
          return { bytes: signature.length + (await signer.publicKey(keyName)).length };
        },
      }).handle({}, ports);
    const refused = { code: 'INTERNAL', message: expect.stringContaining("sign signs with the log's key") };
    await expect(signing({ uses: ['signer'] }, LOG_KEY)).rejects.toMatchObject(refused);
    const signed = { bytes: 64 + 32 };
    expect(await signing({ uses: ['signer'], signsAsLog: true }, LOG_KEY)).toEqual(signed);
    expect(await signing({ uses: ['signer', 'logHead'] }, LOG_KEY)).toEqual(signed);
    expect(await signing({ uses: ['signer'] }, SERVICE_KEY)).toEqual(signed);
  });

  it('has none made that it does not touch', async () => {
    const { clock, ...others } = memoryHarness().ports;
    const ports: Ports = { ...others, clock };
    const made: string[] = [];
    for (const name of Object.keys(others)) Object.defineProperty(ports, name, { get: () => made.push(name) });
    expect(await step(() => undefined).handle({}, ports)).toHaveProperty('time');
    expect(made).toEqual([]);
  });
});
