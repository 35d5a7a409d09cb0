// The app of `quittance serve` over ports in memory, with people and sessions in a folder of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import type { TicketHarness } from '#bench/house/ticket-harness.ts';
import type { Env } from '#functions/api/context.ts';
import { appFor } from '#server/app.ts';
import type { Completions } from '#server/completions.ts';
import { reachOf } from '#server/reach.ts';
import { signIn, type SignIn } from '#server/sign-in.ts';

export interface Served {
  readonly dir: string;
  /** As it is when a server starts on the folder, which listens on `host`. */
  app(completions?: Completions, host?: string): Promise<Hono<Env>>;
  remove(): void;
}

/** A model that is asked nothing. */
export const SILENT: Completions = {
  complete: async () => ({ text: '', promptTokens: 1, completionTokens: 0, ended: true }),
  rules: async () => [],
  deployed: async () => [],
};

export const servedFolder = ({ ports, policy }: Pick<TicketHarness, 'ports' | 'policy'>): Served => {
  const dir = mkdtempSync(join(tmpdir(), 'quittance-served-'));
  const opened: SignIn[] = [];
  return {
    dir,
    app: (completions = SILENT, host = '127.0.0.1') => {
      const people = signIn(dir, () => ports.clock.now());
      opened.push(people);
      return appFor(people, { ports, policy: async () => policy }, completions, reachOf(host));
    },
    remove: () => {
      for (const people of opened) people.close();
      rmSync(dir, { recursive: true });
    },
  };
};
