// Many tickets of few models at once, as `quittance bench tickets` counts them: each comes to its end once, in fewer
// runs than tickets and few transitions.
import { describe, expect, it } from '@jest/globals';
import { benchTickets } from '#bench/tickets.ts';

describe('twenty-four tickets filed at once', () => {
  it('share runs, each come to their end once, and take at most sixty transitions', async () => {
    const { completed, runs, transitionsPerTicket, faults } = await benchTickets({ tickets: 24, models: 2 });
    expect([completed, faults]).toEqual([24, []]);
    expect(runs).toBeLessThan(24);
    expect(transitionsPerTicket).toBeLessThanOrEqual(60);
  });
});
