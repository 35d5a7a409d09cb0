// The API's Lambda: the HTTP app over the ports of its environment, with the gate policy that was deployed beside it.
import { apiHandler } from './api-handler.ts';
import { lambdaPorts, policyInForce } from './lambda-ports.ts';

const ports = lambdaPorts(process.env);

const publicPages = process.env['QUITTANCE_PUBLIC_PAGES'] === 'true';

export const handler = apiHandler(async () => ({
  ports,
  policy: await policyInForce(ports.artifacts),
  publicPages,
}));
