// Task tokens of waiting workflow tasks. A token is the right to answer a task, so it is kept in the ticket's vault,
// never in a message, and is destroyed with it.
// Trap: a decision is committed before the workflow hears of it; after a crash in between, the same call again answers
// the token.
import { ERROR_CODES, isQuittanceError, type ErrorCode } from '#core/errors.ts';
import type { Ports, Vault } from '#core/ports.ts';

/** What a workflow task may wait for. */
export const WAITS = ['identity', 'turn', 'approval', 'release'] as const;
export type Wait = (typeof WAITS)[number];

const nameOf = (wait: Wait) => `task-token-${wait}`;

export const keepToken = (vault: Vault, ticketId: string, wait: Wait, taskToken: string): Promise<void> =>
  vault.put(ticketId, nameOf(wait), new TextEncoder().encode(taskToken));

/** The token of a task that still waits; undefined when there is none or it was answered. */
export const openToken = async (vault: Vault, ticketId: string, wait: Wait): Promise<string | undefined> => {
  try {
    return new TextDecoder().decode(await vault.get(ticketId, nameOf(wait))) || undefined;
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND') || isQuittanceError(error, 'VAULT_KEY_DESTROYED')) return undefined;
    throw error;
  }
};

type Answering = Pick<Ports, 'vault' | 'workflows'>;

/** Answers the waiting task, if one waits. */
export const answerWait = async (
  ports: Answering,
  ticketId: string,
  wait: Wait,
  output: Readonly<Record<string, string>>,
): Promise<void> => {
  const token = await openToken(ports.vault, ticketId, wait);
  if (token !== undefined) await answerToken(ports, ticketId, wait, token, output);
};

/** Answers the task that has this token, which need no longer be the one that was kept last. */
export const answerToken = (
  ports: Answering,
  ticketId: string,
  wait: Wait,
  token: string,
  output: Readonly<Record<string, string>>,
): Promise<void> => settle(ports, ticketId, wait, token, () => ports.workflows.sendTaskSuccess(token, output));

/** Lets the waiting task, if one waits, fail with a code. */
export const failWait = async (ports: Answering, ticketId: string, wait: Wait, code: ErrorCode): Promise<void> => {
  const token = await openToken(ports.vault, ticketId, wait);
  if (token === undefined) return;
  await settle(ports, ticketId, wait, token, () => ports.workflows.sendTaskFailure(token, code, ERROR_CODES[code]));
};

/**
 * A task that has ended counts as answered: its workflow has caught the timeout, or tries again with a new token, which
 * is kept.
 */
const settle = async (
  { vault }: Answering,
  ticketId: string,
  wait: Wait,
  token: string,
  answer: () => Promise<void>,
): Promise<void> => {
  try {
    await answer();
  } catch (error) {
    if (!isQuittanceError(error, 'TASK_TOKEN_TIMED_OUT') && !isQuittanceError(error, 'TASK_TOKEN_INVALID')) throw error;
  }
  if ((await openToken(vault, ticketId, wait)) === token) await vault.put(ticketId, nameOf(wait), new Uint8Array());
};
