// Which options each verb of `quittance ticket` reads; another is refused by its name (command.ts). Trap: a verb that
// waits for the ticket reads --no-wait, and one that shows or writes a file does not.
import { FIND_OPTIONS } from './find-options.ts';

const ACTING = ['as', 'no-wait'] as const;

export const READS: Readonly<Record<string, readonly string[]>> = {
  find: [...Object.keys(FIND_OPTIONS), 'as', 'method', 'level', 'at'],
  file: ['policy', 'bulk', 'as', 'dry-run', 'no-wait'],
  list: [],
  show: [],
  request: ['as'],
  approve: [...ACTING, 'key-file', 'evidence'],
  refuse: [...ACTING, 'reason', 'evidence'],
  confirm: [...ACTING, 'reason', 'note'],
  identity: [...ACTING, 'method', 'level', 'at'],
  extend: [...ACTING, 'reason'],
  pause: [...ACTING, 'reason', 'at', 'expected'],
  continue: [...ACTING, 'reason', 'at'],
  close: [...ACTING, 'outcome', 'reason'],
  withdraw: [...ACTING, 'reason'],
  hold: [...ACTING, 'reason', 'matter', 'review'],
  release: ACTING,
  resume: ACTING,
  letter: ['kind', 'lang', 'note', 'pdf', 'keep', 'number', 'send', 'again', 'as'],
  'refuse-part': [...ACTING, 'records', 'reason'],
  appeal: [...ACTING, 'at'],
  'decide-appeal': [...ACTING, 'decision'],
  acknowledge: [...ACTING, 'at'],
  'tell-recipient': [...ACTING, 'recipient', 'not-possible', 'at'],
  assign: [...ACTING, 'to'],
  link: [...ACTING, 'other'],
  bundle: [],
};
