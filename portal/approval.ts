// The page on which a second person decides: what was tested and its limits beside the gate, then three ways out, kept
// apart: into service, back to the engineers, or a refusal of the person's request, which is another act with its own
// second person.
import type { AuditReport } from '#report/audit-report.ts';
import { html, type Html } from '#report/markup.ts';
import { fieldHtml, hiddenInputs, problemHtml, type Returned } from './forms.ts';
import { digest, terms } from './layout.ts';
import { gateHtml, limits } from './case/tests.ts';
import type { Words } from './words.ts';

export interface ApprovalView {
  readonly ticketId: string;
  readonly evidence: string;
  readonly version: number;
  readonly gate: AuditReport['gate'];
  readonly tested: readonly string[];
  readonly notClaimed: readonly string[];
  readonly reproduce: Readonly<Record<string, string>>;
}

interface Asking {
  readonly hidden: Readonly<Record<string, string>>;
  readonly unlockedBy: 'passphrase' | 'sign-in';
  readonly mayRefuse: boolean;
  readonly returned: Returned | undefined;
}

/** `hidden.csrf` is bound to this person, ticket and evidence: a form from before the evidence changed is refused. */
export const approvalBody = (view: ApprovalView, report: AuditReport, asking: Asking, words: Words): Html => {
  const { ticketId } = view;
  const { returned, mayRefuse } = asking;
  const a = words.approval;
  return html`<p class="crumbs">
      <a href="/tickets">${words.frame.cases}</a> / <a href="/tickets/${ticketId}">${ticketId}</a>
    </p>
    <p>${a.bound} ${digest(view.evidence)}</p>
    ${returned && problem(returned, words)} ${limits(report, words)} ${view.gate && gateHtml(view.gate, words)}
    <h2>${a.decision}</h2>
    <div class="two">
      ${decisionForm(view, asking, intoService(asking, words))} ${decisionForm(view, asking, sentBack(asking, words))}
      ${mayRefuse && toRefusal(ticketId, words)}
    </div>
    <h2>${words.evidence.rests}</h2>
    ${terms(Object.entries(view.reproduce).map(([name, value]) => [words.evidenceText(name), digest(value)] as const))}`;
};

const decisionForm = ({ ticketId, evidence }: ApprovalView, { hidden }: Asking, fields: Html): Html =>
  html`<form method="post" action="/tickets/${ticketId}/approval" novalidate>
    ${hiddenInputs({ ...hidden, evidence })}
    <fieldset>${fields}</fieldset>
  </form>`;

const intoService = ({ unlockedBy, returned }: Asking, words: Words): Html => {
  const { service, serviceText, passphrase, passphraseHint } = words.approval;
  const secret = {
    name: 'passphrase',
    label: passphrase,
    hint: passphraseHint,
    kind: 'secret',
    required: true,
  } as const;
  return html`<legend>${service}</legend>
    <p>${serviceText}</p>
    ${unlockedBy === 'passphrase' && fieldHtml(secret, returned, words)}
    <p><button name="decision" value="approved">${service}</button></p>`;
};

const sentBack = ({ returned }: Asking, words: Words): Html => {
  const { back, backText } = words.approval;
  const choices = Object.entries(words.sendBacks);
  const reason = { name: 'reason', label: words.fields.reason, kind: 'choice', choices, required: true } as const;
  return html`<legend>${back}</legend>
    <p>${backText}</p>
    ${fieldHtml(reason, returned, words)}
    <p><button class="second" name="decision" value="refused">${back}</button></p>`;
};

/** Refusing the person's request is another act, on a page of its own. */
const toRefusal = (ticketId: string, { approval: { refuse, refuseText }, acts }: Words): Html =>
  html`<section>
    <h3>${refuse}</h3>
    <p>${refuseText}</p>
    <p><a class="button stop" href="/tickets/${ticketId}/refuse">${acts.refuse.button}</a></p>
  </section>`;

const problem = ({ problem: found }: Returned, words: Words): Html | undefined =>
  found &&
  html`<div class="problem" role="alert">
    <h2>${words.form.refused}</h2>
    ${problemHtml(found, words)}
    <p>${words.form.kept}</p>
  </div>`;
