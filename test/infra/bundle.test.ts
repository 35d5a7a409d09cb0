// What is uploaded as a Lambda: small, whole, and saying the same as what it was made of.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { holidayCalendar } from '#adapters/aws/holiday-calendar.ts';
import { everyRegime } from '#core/regimes.ts';
import { bundleLambda } from '#infra/bundle.ts';
import { leanD3, leanSdk } from '#infra/lean.ts';
import { bundleCode, type Code } from '#infra/stacks.ts';
import { VARIABLES } from '#infra/variables.ts';
import { draw, type Chart } from '#report/charts/chart.ts';
import { portfolioOf } from '#report/portfolio/portfolio.ts';
import { volumesPlot } from '#report/portfolio/plots.ts';
import { CASES, MARCH, streamed } from '#test/support/month-cases.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { dir, remove } = temporaryFolder();
let code: Code;
beforeAll(async () => void (code = await bundleCode(dir, { region: 'DE-BE', entities: {} })));
afterAll(remove);

/** What a fresh Node prints for a script that has the bundle's exports as `bundle`. */
const inNode = (folder: string, script: string, env: Record<string, string> = {}): string => {
  const source = `const bundle = await import(${JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href)}); ${script}`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', source], {
    env: { PATH: process.env['PATH'] ?? '', AWS_REGION: 'eu-central-1', ...env },
    encoding: 'utf8',
  });
};

/** The file that starts and those that it imports, not the ones that it asks for later. */
const readAtStart = (folder: string, name = 'index.mjs', seen = new Set<string>()): Set<string> => {
  const path = join(folder, name);
  if (seen.has(path)) return seen;
  seen.add(path);
  const imported = readFileSync(path, 'utf8').matchAll(/(?:from|import)"\.\/([^"]+\.mjs)"/g);
  for (const [, next] of imported) readAtStart(folder, next, seen);
  return seen;
};

const MARKS = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star'] as const;
const POINTS = [
  [0, 0.1],
  [1, 0.9],
  [2, 0.4],
] as const;
const LINE = { kind: 'line', points: POINTS, stroke: { color: '#000', width: 2 } } as const;
/** With every kind of line and mark. */
const MARKED: Chart = {
  ...{ width: 300, height: 200, x: { title: 'x', domain: [0, 2] }, y: { title: 'y', domain: [0, 1], nice: true } },
  layers: [
    { ...LINE, name: 'line' },
    { ...LINE, step: true },
    {
      kind: 'band',
      points: [
        [0, 0, 1],
        [2, 0.2, 0.8],
      ],
      fill: '#ccc',
      step: true,
    },
    {
      kind: 'band',
      points: [
        [0, 0, 1],
        [2, 0.2, 0.8],
      ],
      fill: '#ccc',
    },
    ...MARKS.map(
      (name) => ({ kind: 'marks', name, points: POINTS, mark: { symbol: name, color: '#000', area: 30 } }) as const,
    ),
  ],
};

describe('a bundle', () => {
  const named = ['steps', 'api', 'operations'] as const;
  it.each(named)('of the %s is under 2 MB, laws and letters included, without what prints files', (name) => {
    const files = readdirSync(code[name]).filter((file) => file.endsWith('.mjs') && !/^(?:pdf|register)-/.test(file));
    const bytes = files.reduce((sum, file) => sum + statSync(join(code[name], file)).size, 0);
    expect(bytes).toBeLessThan(2_000_000);
  });

  it.each(named)('of the %s reads less than 1.45 MB before it can answer', (name) => {
    expect([...readAtStart(code[name])].reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(1_450_000);
  });

  it.each(named)('of the %s loads in every part, and answers', (name) => {
    const parts = readdirSync(code[name]).filter((file) => file.endsWith('.mjs') && file !== 'index.mjs');
    const at = JSON.stringify(`${pathToFileURL(code[name]).href}/`);
    // what asks for a client of sign-in services, which are left out, is never asked itself
    const script = `const leftOut = (error) => { if (!error.message.includes('@aws-sdk/nested-clients')) throw error; };
      for (const part of ${JSON.stringify(parts)}) await import(${at} + part).catch(leftOut);
      const answer = await bundle.handler({}).then(({ statusCode }) => statusCode, ({ name }) => name);
      console.log(JSON.stringify(answer)); process.exit();`;
    const of = { QUITTANCE_STEP: 'locate-ticket', QUITTANCE_OPERATION: 'export-history' };
    // without a bucket the API's start fails, and it says so before it asks anybody
    const env = { ...VARIABLES, ...of, QUITTANCE_ARTIFACTS_BUCKET: '' };
    expect(JSON.parse(inNode(code[name], script, env))).toBe(name === 'api' ? 400 : 'INVALID_INPUT');
  });

  it('is the same bytes when made again, so that nothing is uploaded that did not change', async () => {
    const made = await Promise.all(
      ['first', 'second'].map((name) => bundleLambda(join(dir, name), ['DE-BE'], 'entry/lambda-operations.ts')),
    );
    const [first, second] = made.map(({ folder }) => readFileSync(join(folder, 'index.mjs')));
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
  });

  it('refuses a malformed event by code, and throws no stack that could quote it', () => {
    const script = `await bundle.handler({ ticketId: 'T-secret-secret!' }).catch((e) => console.log(JSON.stringify([e.name, e.stack, e.cause ?? null])));`;
    const [name, stack, cause] = JSON.parse(
      inNode(code.steps, script, { QUITTANCE_STEP: 'locate-ticket' }),
    ) as string[];
    expect(name).toBe('INVALID_INPUT');
    expect(stack).toMatch(/^INVALID_INPUT: /);
    expect([stack?.includes('secret'), stack?.includes('\n'), cause]).toEqual([false, false, null]);
  });

  it('of another step than it was deployed for does not start', () => {
    expect(() => inNode(code.steps, '', { QUITTANCE_STEP: 'grant-everything' })).toThrow(/no step is called/);
  });

  it('prints PDFs with the fonts that lie beside it', async () => {
    const { folder } = await bundleLambda(join(dir, 'paper'), ['DE-BE'], 'report/paper.ts');
    const script = `const paper = bundle.newPaper({ title: 'Report', at: new Date('2026-11-21T00:00:00Z') });
      paper.paragraph('Zażółć');
      const text = Buffer.from(await paper.finish()).toString('latin1');
      console.log(JSON.stringify([text.slice(0, 8), text.includes('/FontFile2'), text.includes('/OutputIntent')]));`;
    expect(JSON.parse(inNode(folder, script))).toEqual(['%PDF-1.7', true, true]);
    // the step that tries letters again prints them, and no operation prints anything
    for (const printing of [code.api, code.steps]) expect(readdirSync(join(printing, 'data'))).toHaveLength(3);
    expect(readdirSync(code.operations)).not.toContain('data');
  });

  it('draws what the packages draw that its charts are cut from: lines, steps, bands and every mark', async () => {
    const plots = [MARKED, volumesPlot(await portfolioOf(streamed(CASES), MARCH))?.chart].filter(
      (one) => one !== undefined,
    );
    const folder = join(dir, 'charts');
    const outfile = join(folder, 'index.mjs');
    const entryPoints = [join(ROOT, 'report/charts/chart.ts')];
    await build({
      entryPoints,
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      plugins: [leanD3],
    });
    const script = `console.log(JSON.stringify(${JSON.stringify(plots)}.map(bundle.draw)));`;
    expect(JSON.parse(inNode(folder, script))).toEqual(JSON.parse(JSON.stringify(plots.map(draw))));
  });

  it.each(['s3', 'sesv2', 'batch', 'dynamodb'])('has schemas of %s that say what the SDK ships', async (client) => {
    const entry = join(ROOT, `node_modules/@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`);
    // what a schema refers to is a function, which JSON leaves out
    const script = 'console.log(JSON.stringify(bundle));';
    const [kept, shipped] = await Promise.all(
      [[leanSdk], []].map(async (plugins, i) => {
        const folder = join(dir, `schemas-${client}-${i}`);
        const outfile = join(folder, 'index.mjs');
        await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', plugins });
        return inNode(folder, script);
      }),
    );
    expect(kept?.length).toBeGreaterThan(10_000);
    expect(kept).toBe(shipped);
  });

  it('keeps the calendars by which a country of its own counts: Hebrew, Islamic, Persian, Bengali, Julian', async () => {
    const regions = ['IL', 'AE', 'IR', 'BD', 'RS'];
    const { folder } = await bundleLambda(join(dir, 'counting'), regions, 'adapters/aws/holiday-calendar.ts');
    const places = regions.map((region) => ({ region, timeZone: 'UTC' }));
    const script = `const c = bundle.holidayCalendar({ home: ${JSON.stringify(places[0])}, entities: {} });
      const all = ${JSON.stringify(places)}.map((place) => c.around(new Date('2026-11-21T00:00:00Z'), place));
      console.log(JSON.stringify(await Promise.all(all)));`;
    const whole = holidayCalendar({ home: { region: 'IL', timeZone: 'UTC' }, entities: {} });
    const own = await Promise.all(places.map((place) => whole.around(new Date('2026-11-21T00:00:00Z'), place)));
    expect(JSON.parse(inNode(folder, script))).toEqual(own);
  });

  it('knows the same days of the Chinese and Japanese calendars for forty years', async () => {
    const { folder } = await bundleLambda(join(dir, 'moons'), ['DE-BE'], 'adapters/aws/holiday-calendar.ts');
    const places = { home: { region: 'DE-BE', timeZone: 'Europe/Berlin' }, entities: {} };
    const far = everyRegime().flatMap(([, { place }]) => (/^(?:TW|KR|JP|SG)/.test(place.region) ? [place] : []));
    const years = Array.from({ length: 21 }, (_, i) => `${2020 + 2 * i}-06-01T00:00:00Z`);
    const script = `const c = bundle.holidayCalendar(${JSON.stringify(places)});
      const days = [];
      for (const at of ${JSON.stringify(years)}) for (const place of ${JSON.stringify(far)}) days.push((await c.around(new Date(at), place)).holidays);
      console.log(JSON.stringify(days));`;
    const whole = holidayCalendar(places);
    const own: (readonly string[])[] = [];
    for (const at of years) for (const place of far) own.push((await whole.around(new Date(at), place)).holidays);
    expect(far.length).toBeGreaterThan(2);
    expect(own.flat().length).toBeGreaterThan(1000);
    expect(JSON.parse(inNode(folder, script))).toEqual(own);
  });

  it('knows the same holidays as the package it was cut from', async () => {
    const { folder } = await bundleLambda(join(dir, 'calendar'), ['DE-BE'], 'adapters/aws/holiday-calendar.ts');
    const places = { home: { region: 'DE-BE', timeZone: 'Europe/Berlin' }, entities: {} };
    const laws = everyRegime().map(([, { place }]) => place);
    const script = `const c = bundle.holidayCalendar(${JSON.stringify(places)});
      const all = ${JSON.stringify([places.home, ...laws])}.map((place) => c.around(new Date('2026-11-21T00:00:00Z'), place));
      console.log(JSON.stringify(await Promise.all(all)));`;
    const from = new Date('2026-11-21T00:00:00Z');
    const whole = holidayCalendar(places);
    const own = await Promise.all([places.home, ...laws].map((place) => whole.around(from, place)));
    expect(JSON.parse(inNode(folder, script))).toEqual(own);
    // Women's Day is a holiday in Berlin and not in all of Germany
    expect(own[0]?.holidays).toContain('2026-03-08');
  });
});
