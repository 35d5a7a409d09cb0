// Waits until nothing of another ticket of the model stands in the way: a run under way, or the deployment that this
// one is built on.
import { mayProceed } from '#core/gathering.ts';
import { defineStep } from '#core/step.ts';
import { Nothing, openTicket, TokenInput } from './step-support.ts';
import { answerToken, keepToken } from './task-tokens.ts';
import { queueOf } from './turns.ts';

export const awaitTurn = defineStep({
  name: 'await-turn',
  input: TokenInput,
  output: Nothing,
  uses: ['tickets', 'models', 'results', 'vault', 'workflows'],
  async run({ ticketId, taskToken }, { tickets, models, results, vault, workflows }) {
    await keepToken(vault, ticketId, 'turn', taskToken); // before the look: who makes room from now on finds it
    const { ticket } = await openTicket(tickets, ticketId);
    // its own token, whatever the vault holds by now; and not by the token alone: one that stays looks like a wait
    if (mayProceed(ticket, await queueOf({ tickets, models, results }, ticket.model)))
      await answerToken({ vault, workflows }, ticketId, 'turn', taskToken, {});
    return {};
  },
});
