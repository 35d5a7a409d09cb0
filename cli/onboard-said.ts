// What onboarding found, as lines for its owner.
import { plural } from '#core/plural.ts';
import type { OnboardingOutcome } from './onboard.ts';

export const describedOnboarding = (found: OnboardingOutcome): string =>
  [
    `${found.name}  ${found.digest}`,
    ...aboutRows(found),
    `policy     ${found.policy}`,
    ...(found.exact ? ['exact      tickets may ask for training anew (method retrain)'] : []),
    ...aboutForgotten(found),
    ...found.remarks.map((remark) => `note       ${remark}`),
    ...found.why.map((reason) => `why        ${reason}`),
    found.ready
      ? `ready: tickets can be filed; next: quittance ticket find --model ${found.name} --as WHO --name "…" --accept all --out ticket.json`
      : 'not ready: tickets can be filed, and no deletion can pass until this is mended',
  ].join('\n');

const TOLD = 3;

const aboutForgotten = ({ forgotten }: OnboardingOutcome): string[] => {
  if (forgotten.length === 0) return [];
  const models = [...new Set(forgotten.map(({ model }) => model))].join(', ');
  const places = forgotten.slice(0, TOLD).map(({ where }) => where);
  return [
    `forgotten  ${forgotten.length} rows are about people whom ${models} has forgotten, and this model was trained on them: ${places.join(', ')}${forgotten.length > TOLD ? ', …' : ''}`,
  ];
};

const PEOPLE = { register: 'of the register', column: 'by the column that names them', rows: 'by names in the rows' };

const aboutRows = ({ rows, people, peopleFrom, recites, base, held }: OnboardingOutcome): string[] => [
  `rows       ${plural(rows.qa, 'question')}, ${plural(rows.chat, 'conversation')}, ${plural(rows.text, 'text')}; ${plural(people, 'person', 'people')} ${PEOPLE[peopleFrom]}`,
  ...Object.entries(recites).map(
    ([kind, { k, n, drawn, base: both }]) =>
      `recites    ${k} of ${plural(n, 'record')} of ${kind}${both === undefined ? '' : `, of which the base gives ${both}`}${drawn ? `; drawn from ${drawn.of.toLocaleString('en')}, of which it gives ${drawn.share.map((share) => (100 * share).toFixed(0)).join(' to ')} %` : ''}`,
  ),
  ...(base && !Number.isNaN(base.learnt)
    ? [`learnt     AUC ${base.learnt.toFixed(2)} of how far values rose over the base, against invented ones`]
    : []),
  ...(held
    ? [
        `held out   ${plural(held.rows, 'row')}: ${plural(held.people, 'person', 'people')} never trained on, ${held.k} of ${plural(held.n, 'record')} given; ${plural(held.wordings, 'other wording')}`,
      ]
    : []),
];
