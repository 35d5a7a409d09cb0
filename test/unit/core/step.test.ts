// What a step is handed: the ports that it declares, each made when it is touched, and no other whatever its type was
// cast to.
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
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

  it('has none made that it does not touch', async () => {
    const { clock, ...others } = memoryHarness().ports;
    const ports: Ports = { ...others, clock };
    const made: string[] = [];
    for (const name of Object.keys(others)) Object.defineProperty(ports, name, { get: () => made.push(name) });
    expect(await step(() => undefined).handle({}, ports)).toHaveProperty('time');
    expect(made).toEqual([]);
  });
});
