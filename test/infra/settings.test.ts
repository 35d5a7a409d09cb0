// The settings of an installation, read before anything is synthesised.
import { describe, expect, it } from '@jest/globals';
import { DeclaredScope } from '#core/scope.ts';
import { readSettings, Settings } from '#infra/settings.ts';

describe('settings', () => {
  it('has a scope of its own where the settings say none, and takes none that cannot be told', () => {
    const { certificateScope } = Settings.parse({});
    expect(DeclaredScope.parse(certificateScope)).toEqual(certificateScope);
    const lists = [[], ['the model was anonymous'], Array.from({ length: 20 }, (_, i) => `${i} `.padEnd(150, 'x'))];
    for (const swept of lists)
      expect(() => Settings.parse({ certificateScope: { swept, notLookedAt: ['copies'] } })).toThrow(
        /certificateScope/,
      );
  });

  it.each([
    ['a field that nobody knows', { scope: [] }, '"scope"'],
    ['a time zone that does not exist', { timeZone: 'Europe/Atlantis' }, 'timeZone: no such time zone'],
    ['text that is no JSON', '{mail', '(root)'],
  ])('refuses settings that hold %s by name, before anything is synthesised', (_what, context, got) => {
    expect(() => readSettings(context)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', got: expect.stringContaining(got) }),
    );
  });

  it('takes settings as text, and none at all', () => {
    expect(readSettings('{"prefix":"desk-2"}').prefix).toBe('desk-2');
    expect(readSettings(undefined)).toEqual(Settings.parse({}));
  });
});
