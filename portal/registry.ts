// Models, ledger and verification: pages of what everybody may check.
import type { ModelRecord } from '#core/model.ts';
import type { ModelLineage } from '#core/model-lineage.ts';
import { tally, type Check } from '#core/verify/tally.ts';
import { keyLines, type TrustRoot } from '#core/trust-root.ts';
import { html, type Html } from '#report/markup.ts';
import { right, table } from '#report/tables.ts';
import { englishHtml, saidHtml } from './forms.ts';
import { digest, terms, time } from './layout.ts';
import type { Words } from './words.ts';

export const modelsBody = (models: readonly ModelRecord[], { registry: w, codes }: Words): Html => {
  if (models.length === 0) return html`<p>${w.none}</p>`;
  const { model, digest: served, status, deletions, again } = w.columns;
  return table(
    w.registered,
    [model, served, status, right(deletions), again],
    models.map((one) => [
      html`<a href="/models/${one.name}">${one.name}</a>`,
      digest(one.digest),
      w.status[one.status],
      one.deletions,
      codes.again[one.recertification.state],
    ]),
  );
};

const lineageTerms = (
  { kind, madeUpon, trainedFrom, corpus, rows, loss, screened }: ModelLineage,
  { registry: w }: Words,
) =>
  [
    [w.made, madeUpon === null ? w.kinds[kind] : html`${w.kinds[kind]} ${digest(madeUpon)}`],
    [w.from, trainedFrom === null ? w.notRecorded : digest(trainedFrom)],
    [w.corpus, corpus === null ? w.notRecorded : digest(corpus)],
    [w.learnt, loss === null || rows === null ? w.notRecorded : w.rows(rows, loss)],
    [
      w.screened,
      screened.length === 0
        ? w.noList
        : html`${screened.map(({ model, list, dropped }) => html`${model} ${digest(list)}: ${w.leftOut(dropped)} `)}`,
    ],
  ] as const;

export const modelBody = (model: ModelRecord, lineage: ModelLineage, words: Words): Html => {
  const { registry: w } = words;
  const { state, checkedAt } = model.recertification;
  return html`${terms([
    [w.served, digest(model.digest)],
    ...lineageTerms(lineage, words),
    [w.state, w.status[model.status]],
    [w.deletions, model.deletions],
    [w.recertified, words.codes.again[state]],
    [w.checked, checkedAt === undefined ? w.never : time(checkedAt)],
    [w.changed, time(model.updatedAt)],
  ])}
  ${table(
    w.certificates,
    w.certificateColumns,
    model.certificates.map((one) => [
      html`<a href="/tickets/${one.ticketId}">${one.ticketId}</a>`,
      digest(one.certificateDigest),
      digest(one.modelDigest),
      time(one.validUntil),
    ]),
  )}
  ${table(
    w.earlier,
    w.earlierColumns,
    model.quarantined.map((one) => [
      digest(one.digest),
      time(one.since),
      one.destroyedAt === undefined ? html`${w.by} ${time(one.destroyAfter)}` : time(one.destroyedAt),
    ]),
  )}`;
};

export interface LedgerView {
  readonly origin: string;
  readonly size: number;
  /** Signed note (c2sp.org/tlog-checkpoint); null before the first entry. */
  readonly checkpoint: string | null;
  readonly publicKey: string;
  readonly latest: readonly { readonly index: number; readonly entry: string }[];
}

export const ledgerBody = ({ origin, size, checkpoint, publicKey, latest }: LedgerView, { registry: w }: Words): Html =>
  html`${terms([
      [w.log, origin],
      [w.entries, size],
      [w.publicKey, digest(publicKey)],
      [w.tiles, html`<code>/ledger/tile/…</code> (c2sp.org/tlog-tiles)`],
    ])}
    <p>
      <a href="/verify">${w.toVerify}</a> · <a href="/trust-root">${w.toKeys}</a> ·
      <a href="/reports">${w.toReports}</a>
    </p>
    <h2>${w.checkpoint}</h2>
    ${checkpoint === null ? html`<p>${w.empty}</p>` : html`<pre>${checkpoint}</pre>`}
    ${table(
      w.latest,
      [right(w.index), w.entry],
      latest.map(({ index, entry }) => [index, html`<code>${entry}</code>`]),
    )}`;

export const trustRootBody = (root: TrustRoot, { registry: w }: Words): Html =>
  html`<p class="notice">
      ${w.keysNotice}
      <code>quittance verify BUNDLE --trust-root FILE</code>.
    </p>
    ${table(
      w.keysOf(root.origin),
      w.keyColumns,
      root.keys.map(({ role, name, id }) => [role, name, digest(id)]),
    )}
    <p>
      ${w.asFile}: <a href="/trust-root.json">JSON</a>,
      <a href="/trust-root.txt">${w.keyLines}</a> (c2sp.org/signed-note), <a href="/trust-root.pem">PEM</a>.
      <code>verify</code> ${w.takesEach}
    </p>
    <h2>${w.keyLines}</h2>
    <pre>${keyLines(root)}</pre>`;

export interface VerifyView {
  readonly ticketId: string | null;
  readonly ok: boolean | null;
  readonly checks: readonly Check[];
}

const STYLES = { holds: 'pass', fails: 'fail', 'not-checked': '' } as const;

export const verifyBody = ({ ticketId, ok, checks }: VerifyView, words: Words): Html => {
  const { registry: w } = words;
  return html`<p class="notice">
      ${w.verifyNotice} <code>quittance verify BUNDLE --trust-root FILE</code> ${w.verifyHere}
    </p>
    <form method="get" action="/verify">
      <label for="ticket">${w.ticket}</label>
      <input id="ticket" name="ticket" value="${ticketId}" pattern="T-[0-9a-z]{8,40}" required autocomplete="off" />
      <button>${w.show}</button>
    </form>
    ${
      ok !== null &&
      html`<h2>${ok ? w.ok : w.notOk}</h2>
        <p>${saidHtml(tally(checks), words)}${w.englishChecks}</p>
        ${table(
          w.checks,
          w.checkColumns,
          checks.map((one) => [
            one.id,
            html`<span class="state ${STYLES[one.state]}">${w.states[one.state]}</span>`,
            englishHtml(one.detail, words),
          ]),
        )}`
    }`;
};
