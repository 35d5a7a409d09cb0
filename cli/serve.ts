// `quittance serve`: portal, API and the deployed models in one process over one data folder, until it is told to stop.
import { mkdirSync } from 'node:fs';
import { usageError } from '#core/errors.ts';
import { Role } from '#core/roles.ts';
import { openEmbedded, type Embedded } from '#entry/embedded.ts';
import { readPolicy } from '#entry/policies.ts';
import { listenOn, type Address } from '#server/listening.ts';
import { reachOf } from '#server/reach.ts';
import { admitPeople, parsePerson } from '#server/people.ts';
import type { Arguments, Command } from './command.ts';
import { whole } from './kinds.ts';
import { backend } from './engine.ts';
import { personLine } from './people.ts';
import { number } from './values.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'portal and API in one process',
  usage: '[--port N] [--host ADDRESS] [--public-url URL …] [--principal NAME=ROLE …] [--policy NAME|FILE]',
  options: {
    port: {
      kind: 'value',
      value: 'N',
      summary: 'port to listen on (default 8080; 0: any that is free)',
      is: whole(0, 65_535),
    },
    host: { kind: 'value', value: 'ADDRESS', summary: 'address to listen on (default 127.0.0.1: this machine alone)' },
    'public-url': {
      kind: 'many',
      value: 'URL',
      summary: 'another address that leads here, such as that of a proxy; requests for other hosts are refused',
    },
    policy: {
      kind: 'value',
      value: 'NAME|FILE',
      summary: 'gate policy of what is filed (default gate-v2; docs/policies.md)',
    },
    principal: {
      kind: 'many',
      value: 'NAME=ROLE',
      summary: `let a person in (roles ${Role.options.join(', ')}; comma between two) and print their token`,
      is: (spec) => void parsePerson(spec),
    },
  },
  example: 'quittance serve --port 8080 --principal legal.filer=filer --principal privacy.officer=approver',
  async run(args) {
    if (args.positionals.length > 0) throw usageError('serve takes no words, only options');
    const address = {
      port: number(args, 'port', 8080),
      host: args.value('host') ?? '127.0.0.1',
      publicUrls: args.many('public-url'),
    };
    reachOf(address.host, address.publicUrls); // refused before anything is opened
    const policy = readPolicy(args.value('policy'));
    await backend(); // the probe of a deployed model runs in this process
    mkdirSync(args.dir, { recursive: true });
    const embedded = await openEmbedded(args.dir, { policy });
    try {
      await listenUntilStopped(args, embedded, address);
    } finally {
      await embedded.close();
    }
    return 0;
  },
};

const listenUntilStopped = async (args: Arguments, embedded: Embedded, address: Address) => {
  const { url, close } = await listenOn(args.dir, embedded, address);
  try {
    const added = admitPeople(args.dir, args.many('principal')); // whose tokens are shown below, and never again
    args.print({ url, added }, () => [`listening on ${url}`, ...added.map(personLine)].join('\n'));
    await stopped();
  } finally {
    close();
  }
};

const stopped = (): Promise<void> =>
  new Promise((resolve) => {
    // not once: a group of processes is sent a signal that the parent passes on as well
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
