// docs/regimes.md: what the product takes each law to say, from where, and what is counsel's to check. Made from
// core/regimes. Trap: what is not in a law's file is not on the page; what the house does not know is listed as such.
import { periodText, type PauseRule } from '#core/counting.ts';
import type { RegimeFile } from '#core/regime-file.ts';
import { everyRegime, type Regime } from '#core/regimes.ts';

const HEAD = `A law is one file under [core/regimes](../core/regimes): how it counts, its grounds and refusals, each with the place that it comes from, the day or month on which that was read, and how far it can
be trusted (\`primary\`: the law's own text; \`secondary\`: a firm's or an authority's summary; \`background\`: known, and not read again; \`policy\`: this product's choice). **These are readings, not
advice: no file is signed off by counsel until its \`signOff\` names who did it.** A ticket keeps how its law counted when it was filed.

Two dates follow from a clock: the statutory one, on the reading that is accepted, and the safe one, the earliest that can be defended: not rolled on to a working day, without pauses that only
guidance grants, with the earlier reading of an extension, and with holidays not taken out of working days. Work goes by the safe one. Days are those of the request's own place, else of its entity,
else of the installation where that lies in the law's territory, else of where the law is at home. Golden dates: [test/golden/deadlines](../test/golden/deadlines).

Not here, for want of facts: Singapore (the house's sources say that it gives no right to erasure), China and Australia (a practice or no general right, and nothing that could be counted).`;

const PAUSE_TEXTS: Readonly<Record<PauseRule, string>> = {
  never: 'runs on',
  guidance: 'stands still, by guidance',
  statute: 'stands still',
  restart: 'begins when it has come',
};

const overview = (): string => {
  const rows = everyRegime().map(([name, { label, counting, file }]) => {
    const { respond, extend, acknowledge, rolls, pauses } = counting;
    const cells = [
      `\`${name}\``,
      label,
      acknowledge ? periodText(acknowledge) : '–',
      periodText(respond),
      extend ? `+${periodText(extend)}` : '–',
      rolls ? 'next working day' : 'as it is',
      PAUSE_TEXTS[pauses.identity],
      appealText(file),
      file.signOff.state === 'signed' ? `${file.signOff.by}, ${file.signOff.on}` : 'nobody yet',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| regime | law | acknowledge | respond | extension | ends on a day off | while identity is asked for | after the answer | signed off by |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
};

const appealText = ({ appeal }: RegimeFile): string =>
  appeal ? `${appeal.value.kind}, ${appeal.value.what} in ${periodText(appeal.value.within)}` : '–';

type Field = { source: string; read: string; standing: string; check?: string | undefined };

const section = (name: string, { file, place, territory }: Regime): string => {
  const fields: readonly [string, string, Field | undefined][] = [
    ['counts from', file.effectiveFrom.value, file.effectiveFrom],
    ['acknowledge', file.acknowledge ? periodText(file.acknowledge.value) : '', file.acknowledge],
    ['respond', periodText(file.respond.value), file.respond],
    ['extension', file.extend ? `+${periodText(file.extend.value)}` : '', file.extend],
    ['after the answer', appealText(file), file.appeal],
    ['ends on a day off', file.rolls.value ? 'next working day' : 'as it is', file.rolls],
    ['waiting', waitingText(file), file.pauses],
    ['identity', file.identityLevel.value, file.identityLevel],
    ['grounds', codes(file.grounds.value), file.grounds],
    ['refusals', codes(file.refusals.value), file.refusals],
    ['complaint to', file.authority.value, file.authority],
    ['letters must say', mustSay(file), file.mustSay],
  ];
  const rows = fields.flatMap(([what, value, field]) => (field ? [row(what, value, field)] : []));
  return [
    `## ${name}`,
    `${file.label}. Entities in ${territory.join(', ')} count by their own place, others by ${place.region} (${place.timeZone}).`,
    ['| what | value | source | read | standing | counsel checks |', '|---|---|---|---|---|---|', ...rows].join('\n'),
    ['Not known, or not in this product:', '', ...file.missing.map((text) => `- ${text}`)].join('\n'),
  ].join('\n\n');
};

const row = (what: string, value: string, { source, read, standing, check }: Field): string =>
  `| ${[what, value, source, read, standing, check ?? ''].join(' | ')} |`;

const codes = (found: Readonly<Record<string, string>>): string =>
  Object.entries(found)
    .map(([code, text]) => `\`${code}\` ${text}`)
    .join('; ');

const mustSay = ({ mustSay: { value } }: RegimeFile): string =>
  Object.entries(value)
    .map(([kind, elements]) => `${kind}: ${elements.join(', ')}`)
    .join('; ') || 'nothing beside what every letter says';

const waitingText = ({ pauses }: RegimeFile): string =>
  Object.entries(pauses.value)
    .map(([reason, rule]) => `${reason}: ${PAUSE_TEXTS[rule]}`)
    .join('; ');

export const regimesPage = (): string =>
  [HEAD, overview(), ...everyRegime().map(([name, regime]) => section(name, regime))].join('\n\n');
