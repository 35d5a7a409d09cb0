// Messages that can never be handled, as the step Lambdas get them from schedules, events and workflows: refused by
// code before anything is read or written, without a word of what they held, and without harm to the next message in
// the same process.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lambdaEnvironment, told, type Handler, type SilentAws } from '#test/support/silent-aws.ts';

const SECRET = 'Ottoline Marchbanks, Quillgate 7';
let aws: SilentAws;
let handler: Handler;
beforeAll(async () => {
  aws = await lambdaEnvironment({ QUITTANCE_STEP: 'check-continuity' });
  ({ handler } = await import('#entry/lambda.ts'));
});
afterAll(() => aws.close());

const GOOD = { model: 'house', trigger: 'change', execution: 'e-1' };
const POISON: Readonly<Record<string, unknown>> = {
  'nothing at all': undefined,
  null: null,
  'plain text': SECRET,
  'a list': [GOOD],
  'a model that is a sentence': { ...GOOD, model: SECRET },
  'a model that is a number': { ...GOOD, model: 7 },
  'a model that EventBridge did not find': { ...GOOD, model: null },
  'a model longer than any name': { ...GOOD, model: 'a'.repeat(100_000) },
  'a trigger that nobody knows': { ...GOOD, trigger: SECRET },
  'a field too many': { ...GOOD, [SECRET]: SECRET },
  'an event of another source, whole': { version: '0', source: 'aws.s3', detail: { object: { key: SECRET } } },
  'deep nesting': JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) as unknown,
  'a prototype': JSON.parse(`{"__proto__": ${JSON.stringify(GOOD)}}`) as unknown,
};

describe.each(Object.keys(POISON))('%s', (name) => {
  it('is refused by code, unread and unquoted, and harms no other', async () => {
    const before = aws.asked.length;
    const refused = await told(handler, POISON[name]);
    expect([refused.name, aws.asked.length]).toEqual(['INVALID_INPUT', before]);
    for (const word of ['Ottoline', 'Quillgate', 'a'.repeat(200)]) expect(refused.text).not.toContain(word);
    expect(refused.text.length).toBeLessThan(2_000);
    expect((await told(handler, GOOD)).name).toBe('MODEL_NOT_FOUND');
  });
});
