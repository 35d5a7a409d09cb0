// Renders chat templates in a child process that can be killed, because a template is a program that a stranger wrote.
// Only chat.ts talks to it, over IPC.
// Trap: a worker thread would not be enough: a thread that runs out of memory ends the whole process.
import { Template } from '@huggingface/jinja';
import { withinSteps } from './chat-work.ts';

export type Request =
  | { template: string }
  | { render: Readonly<Record<string, unknown>>; messages: number; /** ms since 1970 */ now: number };
export type Reply = { ready: true } | { text: string } | { error: string } | { overflow: string };

const reply = (message: Reply) => process.send?.(message);

let template: Template | undefined;

const answer = (request: Request): Reply => {
  if ('render' in request) {
    const render = () => template?.render(request.render) ?? '';
    return { text: withinSteps(request.messages, new Date(request.now), render) };
  }
  template = new Template(request.template);
  return { ready: true };
};

process.on('message', (request: Request) => {
  try {
    reply(answer(request));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply(error instanceof RangeError ? { overflow: message } : { error: message });
  }
});
process.on('disconnect', () => process.exit());
reply({ ready: true });
