// Every verb of every command, with every option: what a verb does not read it refuses by name, and says whose it is;
// an option that is read beside another alone is refused without it. Nothing is opened before that.
import { describe, expect, it } from '@jest/globals';
import { execute, parse, type Command, type Option } from '#cli/command.ts';
import { commands } from '#cli/commands.ts';
import { isQuittanceError } from '#core/errors.ts';

const all = await Promise.all(commands.map(async ({ load }) => load()));
const withVerbs = all.filter(({ verbs }) => verbs !== undefined);

const typed = (name: string, { kind }: Option): string[] => (kind === 'flag' ? [`--${name}`] : [`--${name}`, '1']);

/** What a command answers to these words, where it refuses them. Nothing may get beyond the table, so none runs. */
const refusal = async (command: Command, words: readonly string[]): Promise<string> => {
  const held = { ...command, run: () => Promise.reject(new Error('it ran')) };
  try {
    await execute(held, parse(held, words, {}));
    return 'nothing';
  } catch (error) {
    if (isQuittanceError(error)) return `${error.code}: ${error.message}; ${error.hint ?? ''}`;
    return String(error);
  }
};

describe('the table of a command with verbs', () => {
  it('names each of its options for a verb, and no option that it has not', () => {
    expect(withVerbs.map(({ name }) => name).sort()).toEqual(['bench', 'keys', 'model', 'people', 'ticket', 'webhook']);
    for (const { name, verbs = {}, options } of withVerbs)
      expect([name, [...new Set(Object.values(verbs).flat())].sort()]).toEqual([name, Object.keys(options).sort()]);
  });

  it.each(withVerbs.map((command) => [command.name, command] as const))(
    '%s has the verbs that its usage names, and no other',
    (_, { usage, verbs = {} }) => {
      const bare = usage.replaceAll(/\[[^[\]]*\]/g, '').replaceAll(/\[[^[\]]*\]/g, '');
      const named = bare.split(' | ').map((part) => part.trim().split(' ')[0]);
      expect([...new Set(named)].sort()).toEqual(Object.keys(verbs).sort());
    },
  );

  it.each(
    withVerbs.flatMap((command) =>
      Object.keys(command.verbs ?? {}).map((verb) => [command.name, verb, command] as const),
    ),
  )('%s %s refuses every option that it does not read, and says which verbs do', async (name, verb, command) => {
    for (const [option, kind] of Object.entries(command.options)) {
      const said = await refusal(command, [verb, ...typed(option, kind)]);
      const reads = command.verbs?.[verb]?.includes(option) ?? false;
      const unread = `USAGE: '${name} ${verb}' does not read --${option}; --${option} is read by ${name} `;
      expect([option, said.startsWith(unread)]).toEqual([option, !reads]);
    }
  });

  it('tells a mistyped verb which one is near', async () => {
    const ticket = withVerbs.find(({ name }) => name === 'ticket')!;
    expect(await refusal(ticket, ['aprove'])).toMatch(/^USAGE: ticket aprove: unknown; did you mean 'approve'\?/);
    expect(await refusal(ticket, [])).toMatch(/^USAGE: ticket : unknown/);
  });
});

describe('an option beside others', () => {
  const beside = all.flatMap((command) =>
    Object.entries(command.options).flatMap(([option, { with: needed }]) =>
      needed ? [[command.name, option, command] as const] : [],
    ),
  );
  it.each(beside)('%s --%s is refused without what it is read beside', async (_, option, command) => {
    const verb = Object.entries(command.verbs ?? {}).find(([, reads]) => reads.includes(option))?.[0];
    const words = [...(verb === undefined ? [] : [verb]), ...typed(option, command.options[option]!)];
    expect(await refusal(command, words)).toContain(`USAGE: --${option} is read beside --`);
  });

  it('covers the ones that were left out without a word', () => {
    expect(beside.map(([name, option]) => `${name} ${option}`)).toEqual(
      expect.arrayContaining(['reveal as', 'reveal ground', 'people former', 'verify base', 'doctor prefix']),
    );
  });

  it('that excludes another is refused with it', async () => {
    const demo = all.find(({ name }) => name === 'demo')!;
    expect(await refusal(demo, ['--dataset', 'tofu', '--model', 'smollm2'])).toContain(
      'USAGE: --dataset is not read beside --model',
    );
  });
});
