// What the two Lambda mains share: the ports of a function from its environment, with the serving endpoint in front of
// the alias, and the gate policy as an artefact.
import { z } from 'zod';
import { awsPorts } from '#adapters/aws/index.ts';
import { httpCourier } from '#adapters/http/courier.ts';
import { endpointServing } from '#adapters/http/endpoint-serving.ts';
import { canonicalize, type Digest } from '#core/canonical.ts';
import { resolvePolicy } from '#core/policy-source.ts';
import type { ArtifactStore, Ports } from '#core/ports.ts';
import gateV1 from '#policies/gate-v1.json' with { type: 'json' };
import gateV2 from '#policies/gate-v2.json' with { type: 'json' };

/**
 * The policy in force and what it is written on: a function's code is one file, with no folder of policies beside it.
 */
const POLICIES = new Map<string, unknown>([
  ['gate-v2', gateV2],
  ['gate-v1', gateV1],
]);

const Environment = z.object({
  QUITTANCE_SERVING_URL: z.url().optional(),
  QUITTANCE_SERVING_DIALECT: z.enum(['chat', 'completion']).default('chat'),
  QUITTANCE_SERVING_PATIENCE_SECONDS: z.coerce.number().default(600),
});

export const lambdaPorts = (environment: Readonly<Record<string, string | undefined>>): Ports =>
  awsPorts(
    environment,
    undefined,
    (aliases) => {
      const parsed = Environment.parse(environment);
      const { QUITTANCE_SERVING_URL: url, QUITTANCE_SERVING_DIALECT: dialect } = parsed;
      if (url === undefined) return aliases;
      const patienceMs = parsed.QUITTANCE_SERVING_PATIENCE_SECONDS * 1000;
      return endpointServing(aliases, { url, dialect, patienceMs });
    },
    httpCourier(),
  );

/**
 * Puts the deployed gate policy into the store, where it may already be, and returns its digest, under which tickets
 * are filed.
 */
export const policyInForce = (artifacts: ArtifactStore): Promise<Digest> =>
  artifacts.put(Buffer.from(canonicalize(resolvePolicy('gate-v2', (name) => POLICIES.get(name)))));
