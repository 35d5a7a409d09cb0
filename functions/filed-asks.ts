// A draft that was made of a request from outside is filed: not where the request came to an end meanwhile, and with
// what its sender said in the same moment. Read when such a draft is filed, since most are made of none.
import { QuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { settleAsk, standingOf, stoodAs } from './asks.ts';
import { withdrawCase } from './intake/withdrawals.ts';

/**
 * INVALID_INPUT where it came to an end while the draft of `ticketId` was written: its sender wants it no more, as an
 * agent's program may say, it was put aside, or it is a case already.
 */
export const refuseSettled = async (ports: Pick<Ports, 'vault'>, id: string, ticketId: string): Promise<void> => {
  const now = (await standingOf(ports, id))?.now;
  if (now === undefined || now.is === 'waiting' || (now.is === 'case' && now.ticketId === ticketId)) return;
  const none = now.is === 'none' && now.reason === 'withdrawn' ? 'its sender has not withdrawn' : 'was not put aside';
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the request came to an end meanwhile, which its sender is told',
    expected: `a request that ${now.is === 'case' ? 'is no case yet' : none}`,
    hint: 'throw the draft away',
  });
};

/** Of a request that was filed. Who withdrew it while it was being filed has withdrawn its case. */
export const settleAsCase = async (ask: string, ticketId: string, ports: Ports): Promise<void> => {
  await settleAsk(ports, ask, { is: 'case', ticketId });
  const said = (await stoodAs(ports, ask, 'standing'))?.now;
  if (said?.is === 'none' && said.reason === 'withdrawn') await withdrawCase(ticketId, said.by, ports);
};
