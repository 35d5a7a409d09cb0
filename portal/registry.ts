// Models, ledger and verification: pages of what everybody may check.
import type { ModelRecord } from '#core/model.ts';
import type { ModelLineage } from '#core/model-lineage.ts';
import { tally, type Check } from '#core/verify/tally.ts';
import { keyLines, type TrustRoot } from '#core/trust-root.ts';
import { RECERTIFICATION_LABELS } from '#report/labels.ts';
import { html, type Html } from '#report/markup.ts';
import { right, table } from '#report/tables.ts';
import { digest, terms, time } from './layout.ts';

export const modelsBody = (models: readonly ModelRecord[]): Html =>
  models.length === 0
    ? html`<p>No model is registered.</p>`
    : table(
        'Registered models',
        ['model', 'served digest', 'status', right('deletions'), 're-certification'],
        models.map((one) => [
          html`<a href="/models/${one.name}">${one.name}</a>`,
          digest(one.digest),
          one.status,
          one.deletions,
          RECERTIFICATION_LABELS[one.recertification.state],
        ]),
      );

const OF_KIND = { weights: 'weights', adapter: 'an adapter over', composed: 'a decoder composed over' };

const lineageTerms = ({ kind, madeUpon, trainedFrom, corpus, rows, loss, screened }: ModelLineage) =>
  [
    ['Made of', madeUpon === null ? OF_KIND[kind] : html`${OF_KIND[kind]} ${digest(madeUpon)}`],
    ['Trained from', trainedFrom === null ? 'not recorded' : digest(trainedFrom)],
    ['Corpus', corpus === null ? 'not recorded' : digest(corpus)],
    ['Learnt', loss === null || rows === null ? 'not recorded' : `${rows} rows, loss of ${loss}`],
    [
      'Screened against',
      screened.length === 0
        ? 'no list'
        : html`${screened.map(({ model, list, dropped }) => html`${model} ${digest(list)}: ${dropped} rows left out `)}`,
    ],
  ] as const;

export const modelBody = (model: ModelRecord, lineage: ModelLineage): Html =>
  html`${terms([
    ['Served digest', digest(model.digest)],
    ...lineageTerms(lineage),
    ['Status', model.status],
    ['Deletions carried out', model.deletions],
    ['Re-certification', RECERTIFICATION_LABELS[model.recertification.state]],
    ['Checked', model.recertification.checkedAt === undefined ? 'never' : time(model.recertification.checkedAt)],
    ['Changed', time(model.updatedAt)],
  ])}
  ${table(
    'Certificates in force',
    ['ticket', 'certificate', 'of the model', 'valid until'],
    model.certificates.map((one) => [
      html`<a href="/tickets/${one.ticketId}">${one.ticketId}</a>`,
      digest(one.certificateDigest),
      digest(one.modelDigest),
      time(one.validUntil),
    ]),
  )}
  ${table(
    'Earlier artefacts, kept out of reach until they are destroyed',
    ['digest', 'since', 'destroyed'],
    model.quarantined.map((one) => [
      digest(one.digest),
      time(one.since),
      one.destroyedAt === undefined ? html`by ${time(one.destroyAfter)}` : time(one.destroyedAt),
    ]),
  )}`;

export interface LedgerView {
  readonly origin: string;
  readonly size: number;
  /** Signed note (c2sp.org/tlog-checkpoint); null before the first entry. */
  readonly checkpoint: string | null;
  readonly publicKey: string;
  readonly latest: readonly { readonly index: number; readonly entry: string }[];
}

export const ledgerBody = ({ origin, size, checkpoint, publicKey, latest }: LedgerView): Html =>
  html`${terms([
      ['Log', origin],
      ['Entries', size],
      ['Public key (Ed25519, base64)', digest(publicKey)],
      ['Tiles', html`<code>/ledger/tile/…</code> (c2sp.org/tlog-tiles)`],
    ])}
    <p>
      <a href="/verify">Verify a case</a> · <a href="/trust-root">Keys to pin</a> ·
      <a href="/reports">Reports and register</a>
    </p>
    <h2>Checkpoint</h2>
    ${checkpoint === null ? html`<p>Nothing is in the log yet.</p>` : html`<pre>${checkpoint}</pre>`}
    ${table(
      'Latest entries',
      [right('index'), 'entry'],
      latest.map(({ index, entry }) => [index, html`<code>${entry}</code>`]),
    )}`;

export const trustRootBody = (root: TrustRoot): Html =>
  html`<p class="notice">
      Keep these keys before you need them, and compare them with what the controller gives you by another way: on
      paper, by phone, on its own website. Then check a bundle with
      <code>quittance verify BUNDLE --trust-root FILE</code>.
    </p>
    ${table(
      `Keys of ${root.origin}`,
      ['signs as', 'name', 'key id'],
      root.keys.map(({ role, name, id }) => [role, name, digest(id)]),
    )}
    <p>
      As a file: <a href="/trust-root.json">JSON</a>, <a href="/trust-root.txt">key lines</a> (c2sp.org/signed-note),
      <a href="/trust-root.pem">PEM</a>. <code>verify</code>
      takes each.
    </p>
    <h2>Key lines</h2>
    <pre>${keyLines(root)}</pre>`;

export interface VerifyView {
  readonly ticketId: string | null;
  readonly ok: boolean | null;
  readonly checks: readonly Check[];
}

const STATES = {
  holds: { style: 'pass', word: 'holds' },
  fails: { style: 'fail', word: 'fails' },
  'not-checked': { style: '', word: 'not checked' },
} as const;

export const verifyBody = ({ ticketId, ok, checks }: VerifyView): Html =>
  html`<p class="notice">
      A check made by the one who is checked proves little. Take the bundle and run
      <code>quittance verify BUNDLE --trust-root FILE</code> on your own machine; it needs no network.
    </p>
    <form method="get" action="/verify">
      <label for="ticket">Ticket</label>
      <input id="ticket" name="ticket" value="${ticketId}" pattern="T-[0-9a-z]{8,40}" required autocomplete="off" />
      <button>Show the checks</button>
    </form>
    ${
      ok !== null &&
      html`<h2>${ok ? 'Nothing fails' : 'Not valid'}</h2>
        <p>${tally(checks)}</p>
        ${table(
          'Checks of the bundle',
          ['check', 'found', 'detail'],
          checks.map((one) => [
            one.id,
            html`<span class="state ${STATES[one.state].style}">${STATES[one.state].word}</span>`,
            one.detail,
          ]),
        )}`
    }`;
