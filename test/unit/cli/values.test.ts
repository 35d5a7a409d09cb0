// Settings of a method as they are typed, `--config k=v`: nested by dots, and refused by name where two contradict.
import { describe, expect, it } from '@jest/globals';
import { settings } from '#cli/values.ts';

describe('--config', () => {
  it('nests by dots, and reads JSON where it is JSON', () => {
    expect(settings(['update.step=0.2', 'update.projection=none', 'stop={"land":false}', 'stop.valueAuc=1'])).toEqual({
      update: { step: 0.2, projection: 'none' },
      stop: { land: false, valueAuc: 1 },
    });
  });

  it.each([
    [['update=5', 'update.step=0.2'], 'update.step'],
    [['update.step=0.2', 'update=5'], 'update'],
    [['update=[1]', 'update.step=0.2'], 'update.step'],
    [['update.step=0.2', 'update.step=0.3'], 'update.step'],
  ])('%j is refused with the setting that is given twice', (pairs, path) => {
    expect(() => settings(pairs)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: `--config gives '${path}' a second time` }),
    );
  });

  it.each(['step', '=1', '__proto__.step=1'])('%s is refused', (pair) => {
    expect(() => settings([pair])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
