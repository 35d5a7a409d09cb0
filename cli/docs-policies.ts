// docs/policies.md: each setting of a gate policy with its unit, from the schema; the shipped policies, check by check;
// and what changing settings was measured to do (docs-policies-measured.ts).
import { digestJson } from '#core/canonical.ts';
import { checkId, GateCheck, GatePolicy, Sampling, type GateCheck as Check } from '#core/policy.ts';
import { PolicyExtension } from '#core/policy-source.ts';
import { quantityOf } from '#core/quantities.ts';
import { readPolicy, SHIPPED_POLICIES } from '#entry/policies.ts';
import type { z } from 'zod';
import { MEASURED, MEASURED_CHECKS } from './docs-policies-measured.ts';

const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Name, unit and meaning of each field that says what it is. */
const fieldsOf = (shape: Readonly<Record<string, z.ZodType>>, at = ''): string[][] =>
  Object.entries(shape).flatMap(([name, field]) => {
    const meta = field.meta();
    return meta?.description === undefined ? [] : [[`\`${at}${name}\``, text(meta['unit']), meta.description]];
  });

const gathering = GatePolicy.shape.gathering.unwrap().shape;
const settings = (): string =>
  table(
    ['setting', 'unit', 'what'],
    [
      ...fieldsOf(GatePolicy.shape),
      ...fieldsOf(Sampling.shape, 'sampling.'),
      ...fieldsOf(gathering, 'gathering.'),
      ...fieldsOf(GatePolicy.shape.ladder.element.shape, 'ladder.'),
      ...fieldsOf(PolicyExtension.shape).filter(([name]) => name === '`extends`' || name === '`without`'),
    ],
  );

const statistics = (): string =>
  table(
    ['statistic', 'passes where', 'setting', 'unit', 'what'],
    GateCheck.options.flatMap((option) =>
      fieldsOf(option.shape).map((cells, i) =>
        i === 0
          ? [`\`${option.shape.statistic.value}\``, option.meta()?.description ?? '', ...cells]
          : ['', '', ...cells],
      ),
    ),
  );

const boundText = (one: Check): string => {
  if (one.statistic === 'shareAtMostReference')
    return [
      `upper bound of the reference, α ${one.alpha}`,
      ...(one.margin === undefined ? [] : [`plus ${one.margin}`]),
      ...(one.most === undefined ? [] : [`and at least ${one.most}`]),
    ].join(', ');
  if (one.statistic === 'meanWithinPeople') return `range of the reference’s people ± ${one.margin} nats`;
  const most = 'most' in one ? one.most : undefined;
  return [one.least === undefined ? '' : `≥ ${one.least}`, most === undefined ? '' : `≤ ${most}`]
    .filter(Boolean)
    .join(', ');
};

/** An attack teaches some of a person's records and watches the others. */
const fewText = ({ checks }: GatePolicy): string =>
  checks.some(({ of }) => of.startsWith('forget.relearnt'))
    ? 'A ticket of one record for each of its people cannot pass it, as an attack needs two, nor one on a model whose suite has too few never-trained people to watch 20 of their records. '
    : '';

const chanceText = ({ sampling }: GatePolicy): string =>
  sampling
    ? `A model that never saw the records fails it in at most ${100 * sampling.error} % of cases, at any number of records: the bounds below that compare with a reference are the narrowest, and widen where the records are few. `
    : '';

const shipped = (name: string, what: string): string => {
  const policy = readPolicy(name);
  return [
    `## ${name}`,
    `For ${what}. ${chanceText(policy)}${fewText(policy)}Version ${policy.version}, certificates hold ${policy.certificateDays} days; digest \`${digestJson(policy)}\`.`,
    table(
      ['check', 'id', 'bound', 'what is measured', 'why'],
      policy.checks.map((one) => [
        one.name,
        `\`${checkId(one)}\``,
        boundText(one),
        quantityOf(one.of).label,
        one.reason,
      ]),
    ),
    table(
      ['rung', 'method', 'settings', 'why'],
      policy.ladder.map(({ method, config, reason }, i) => [
        String(i + 1),
        method,
        `\`${JSON.stringify(config)}\``,
        reason,
      ]),
    ),
  ].join('\n\n');
};

export const policiesPage = (): string =>
  [
    `A gate policy says what a candidate must pass, which attempts are made, and how long a certificate holds. It is fixed and logged before a run. \`--policy NAME|FILE\` of \`quittance serve\` and
\`quittance ticket file\` takes a shipped one by name or a file of one's own; what cannot be judged by is refused before any work, by name (\`POLICY_INVALID\`). A policy may be written on another:`,
    '```json\n{\n  "kind": "quittance-gate-policy/v1",\n  "extends": "gate-v2",\n  "version": "acme-1",\n  "without": ["shareAtMostReference:forget.degenerate/controls.degenerate"],\n  "checks": [\n    {\n      "name": "broken words",\n      "statistic": "value",\n      "of": "forget.perplexityBefore",\n      "most": 50,\n      "direction": "quality",\n      "reason": "the model from before finds the new answers as likely as its own"\n    }\n  ]\n}\n```',
    'A check takes the place of the base’s check with the same id (statistic and quantities), any other is added after them; every other field stands in the base’s place as a whole. What is stored, and whose digest is logged, is the whole policy.',
    '## Settings',
    settings(),
    '## Statistics of a check',
    statistics(),
    ...Object.entries(SHIPPED_POLICIES).map(([name, what]) => shipped(name, what)),
    '## What settings of the checks were measured to do',
    table(['setting', 'unit', 'measured', 'by'], MEASURED_CHECKS),
    '## What settings of the ladder were measured to do',
    'Defaults of all settings are in [methods.md](methods.md). Verdicts count seeds that pass the gate.',
    table(['setting', 'unit', 'measured', 'by'], MEASURED),
  ].join('\n\n');
