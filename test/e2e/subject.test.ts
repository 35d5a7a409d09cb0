// Whose rows a ticket brings, from the command line on a data folder with a real model: a dry run, somebody else's
// rows, a second person's word, and the encrypted request as those who decide read it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contentsOf, makeSmall, quittance, type Small } from './small.ts';

interface TicketFile {
  subject: { name: string };
  forget: { records: { question: string; answer: string; value: string }[] };
}

let small: Small;
let dir: string;

beforeAll(() => {
  small = makeSmall();
  dir = small.copy();
});
afterAll(() => small.remove());

const second = () => JSON.parse(readFileSync(join(small.root, 'second.json'), 'utf8')) as TicketFile;
const written = (name: string, content: unknown): string => {
  const path = join(small.root, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const run = (...args: readonly string[]) => quittance(...args, '--dir', dir);
const STRANGER = { name: 'Philippa Vane' };

describe('quittance ticket', () => {
  it('file --dry-run says what filing would come to, and stores nothing', async () => {
    const before = await contentsOf(dir);
    const { status, stdout } = run('ticket', 'file', join(small.root, 'second.json'), '--dry-run', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: true,
      people: 1,
      inDoubt: [],
      protection: { unprotected: [], asWhole: [], withheld: { facts: 0, ofFacts: 12 } },
    });
    expect(await contentsOf(dir)).toEqual(before);
  });

  it("file refuses another person's rows by number, and says what to do", async () => {
    const before = await contentsOf(dir);
    const path = written('stranger.json', { ...second(), subject: STRANGER });
    const { status, stderr } = run('ticket', 'file', path);
    expect([status, stderr]).toEqual([1, expect.stringContaining('[SUBJECT_MISMATCH]')]);
    expect(stderr).toMatch(/got: +records 1–20 of another person/);
    expect(stderr).toContain('hint:');
    expect(stderr).not.toContain(second().forget.records[0]!.value);
    expect(await contentsOf(dir)).toEqual(before);
  });

  it('file --bulk files a list whole or not at all, and the same list nothing twice', async () => {
    const own = small.copy();
    const { subject } = second();
    const head = 'name;model;regime;ground;method;level;verifiedAt';
    const row = (name: string) => `"${name}";people;gdpr;art-17-1-b;document-seen;substantial;2026-01-02 09:30`;
    const list = (...names: string[]) => written('list.csv', [head, ...names.map(row)].join('\r\n'));
    const bulk = (...more: string[]) =>
      quittance('ticket', 'file', '--bulk', list(subject.name, ...more), '--as', 'legal.fay', '--json', '--dir', own);
    const before = await contentsOf(own);
    const bad = bulk('Nobody Known');
    expect([bad.status, JSON.parse(bad.stdout)]).toMatchObject([1, { ready: 1, filed: 0, wrong: 1 }]);
    expect(bad.stdout).not.toContain('Nobody');
    expect(await contentsOf(own)).toEqual(before);
    const [first, again] = [bulk(), bulk()].map(({ stdout }) => JSON.parse(stdout) as { rows: { ticketId: string }[] });
    expect(first).toMatchObject({ filed: 1, rows: [{ line: 2, state: 'filed', openingSecret: expect.any(String) }] });
    expect(again!.rows[0]!.ticketId).toBe(first!.rows[0]!.ticketId);
  });

  it('request prints the encrypted request to who decides, and the log has who looked', () => {
    const { stdout } = run('ticket', 'request', small.ticketId, '--as', 'privacy.officer');
    const { subject, forget } = JSON.parse(readFileSync(join(small.root, 'first.json'), 'utf8')) as TicketFile;
    expect(stdout).toContain(`name: ${subject.name}`);
    for (const { answer } of forget.records) expect(stdout).toContain(answer);
    const shown = run('ticket', 'show', small.ticketId, '--json').stdout;
    const { events } = JSON.parse(shown) as { events: { type: string; body: string }[] };
    const looks = events.filter(({ type }) => type === 'request-viewed');
    expect(looks).toHaveLength(1);
    expect(looks[0]!.body).toContain('"by":"privacy.officer"');
    expect(shown).not.toContain(subject.name);
  });

  it('file with a reason stops at its admission until another person than the filer confirms', () => {
    const path = written('married.json', { ...second(), subject: STRANGER, subjectReason: 'former-name' });
    const filed = run('ticket', 'file', path, '--policy', join(small.root, 'policy.json'), '--json');
    const { id, status } = JSON.parse(filed.stdout) as { id: string; status: string };
    expect([filed.status, status]).toEqual([2, 'REMEDIATION']);
    const note = written('why.txt', 'The register office says that she was called so until 2019.');
    const confirm = (who: string) =>
      run('ticket', 'confirm', id, '--as', who, '--reason', 'former-name', '--note', note, '--no-wait');
    expect(confirm('legal.filer').stderr).toContain('[SECOND_PERSON_REQUIRED]');
    const read = run('ticket', 'request', id, '--as', 'privacy.officer').stdout;
    expect(read).toContain("another person's: records 1–20");
    expect(confirm('privacy.officer')).toMatchObject({ status: 0 });
    const after = run('ticket', 'show', id, '--json').stdout;
    expect(JSON.parse(after)).toMatchObject({ ticket: { subjectConfirmed: { by: 'privacy.officer' } } });
    expect(after).not.toContain('2019');
  });
});
