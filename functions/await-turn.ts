// Waits until no other ticket of the model is in the way: no run is under way, and the deployment that this ticket is
// built on has happened.
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
    await keepToken(vault, ticketId, 'turn', taskToken); // before the check: whoever makes room from now on finds it
    const { ticket } = await openTicket(tickets, ticketId);
    // Answers its own token, whatever the vault holds by now; and removes it, because a kept token means that the
    // ticket waits.
    if (mayProceed(ticket, await queueOf({ tickets, models, results }, ticket.model)))
      await answerToken({ vault, workflows }, ticketId, 'turn', taskToken, {});
    return {};
  },
});
