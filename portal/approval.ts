// The page on which a second person decides: what was tested and its limits beside the gate, then three ways out, kept
// apart: into service, back to the engineers, or a refusal of the person's request, which is another act with its own
// second person.
import type { AuditReport } from '#report/audit-report.ts';
import { blockHtml } from '#report/blocks-html.ts';
import { gateBlocks } from '#report/content/document.ts';
import { html, type Html } from '#report/markup.ts';
import { fieldHtml, hiddenInputs, type Returned } from './forms.ts';
import { digest, terms } from './layout.ts';
import { limits } from './case/tests.ts';
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

/** `hidden.csrf` is bound to this person, ticket and evidence: a form from before the evidence changed is refused. */
export const approvalBody = (
  view: ApprovalView,
  report: AuditReport,
  {
    hidden,
    unlockedBy,
    mayRefuse,
    returned,
  }: {
    readonly hidden: Readonly<Record<string, string>>;
    readonly unlockedBy: 'passphrase' | 'sign-in';
    readonly mayRefuse: boolean;
    readonly returned: Returned | undefined;
  },
  words: Words,
): Html => {
  const { ticketId } = view;
  const a = words.approval;
  const action = `/tickets/${ticketId}/approval`;
  return html`<p class="crumbs">
      <a href="/tickets">${words.frame.cases}</a> / <a href="/tickets/${ticketId}">${ticketId}</a>
    </p>
    <p>${a.bound} ${digest(view.evidence)}</p>
    ${returned && problem(returned, words)} ${limits(report, words)}
    <h2>${words.tests.gate}</h2>
    ${gateBlocks(view.gate).map(blockHtml)}
    <h2>${a.decision}</h2>
    <div class="two">
      <form method="post" action="${action}" novalidate>
        ${hiddenInputs({ ...hidden, evidence: view.evidence })}
        <fieldset>
          <legend>${a.service}</legend>
          <p>${a.serviceText}</p>
          ${unlockedBy === 'passphrase' && fieldHtml({ name: 'passphrase', label: a.passphrase, hint: a.passphraseHint, kind: 'secret', required: true }, returned, words)}
          <p><button name="decision" value="approved">${a.service}</button></p>
        </fieldset>
      </form>
      <form method="post" action="${action}" novalidate>
        ${hiddenInputs({ ...hidden, evidence: view.evidence })}
        <fieldset>
          <legend>${a.back}</legend>
          <p>${a.backText}</p>
          ${fieldHtml({ name: 'reason', label: words.fields.reason, kind: 'choice', choices: Object.entries(words.sendBacks), required: true }, returned, words)}
          <p><button class="second" name="decision" value="refused">${a.back}</button></p>
        </fieldset>
      </form>
      ${
        mayRefuse &&
        html`<section>
          <h3>${a.refuse}</h3>
          <p>${a.refuseText}</p>
          <p><a class="button stop" href="/tickets/${ticketId}/refuse">${words.acts.refuse.button}</a></p>
        </section>`
      }
    </div>
    <h2>${words.evidence.rests}</h2>
    ${terms(Object.entries(view.reproduce).map(([name, value]) => [name, digest(value)] as const))}`;
};

const problem = ({ problem: found }: Returned, { form }: Words): Html | undefined =>
  found &&
  html`<div class="problem" role="alert">
    <h2>${form.refused}</h2>
    <p>${found.title}.</p>
    ${found.expected && html`<p>${form.expected}: ${found.expected}</p>`}
    ${found.hint && html`<p>${form.todo}: ${found.hint}</p>`}
    <p>${form.kept}</p>
  </div>`;
