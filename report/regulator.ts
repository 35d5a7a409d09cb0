// Everything about one request for a regulator who asks: the report, its row of the register, the evidence bundle, and
// what to do with them, in one file. The same request gives the same bytes.
// Trap: keys that come in the same file prove nothing; the instructions say to ask for them by another way.
import { zipSync } from 'fflate';
import { STATUSES } from '#core/statuses.ts';
import type { AuditReport } from './audit-report.ts';
import { reportHtml } from './html.ts';

export interface RegulatorParts {
  readonly report: AuditReport;
  readonly pdf: Uint8Array;
  /** The register with the request's row alone, as CSV. */
  readonly register: string;
  readonly bundle: ReadonlyMap<string, Uint8Array>;
}

export const regulatorZip = ({ report, pdf, register, bundle }: RegulatorParts): Uint8Array => {
  const text = (content: string): Uint8Array => Buffer.from(content);
  const files = {
    'README.txt': text(instructions(report)),
    'report.pdf': pdf,
    'report.html': text(reportHtml(report)),
    'report.json': text(`${JSON.stringify(report, null, 2)}\n`),
    'register.csv': text(register),
    ...Object.fromEntries([...bundle].map(([name, bytes]) => [`bundle/${name}`, bytes])),
  };
  return zipSync(files, { mtime: new Date(1980, 0, 1), level: 6 });
};

const instructions = ({ ticketId, status, asOf, executive }: AuditReport): string => `Request ${ticketId}
${STATUSES[status].label}, as of ${asOf}. ${executive.done}

Nothing here names the person who asked. What they wrote lies with the controller as long as the case is open, and is
destroyed with it; what remains is evidence of how the request was dealt with.

1. Read report.pdf. Its first page is for counsel: what was asked, when it was due and answered, what was done, what was
   tested, what limits the tests, and what is not claimed. report.html and report.json say the same.
2. See register.csv for the fields that statutes ask a controller to keep.
3. Check the evidence yourself; no account and no network are needed:
   a. Get the program quittance-verify from its makers, not from the controller. It is one file for Node.js 20 or later.
   b. Ask the controller for the keys to pin (trust-root.json) by another way than this file: on paper, by phone, from
      an earlier correspondence. Keys that come with the evidence only show that it agrees with itself.
   c. Run: quittance-verify bundle --trust-root trust-root.json
   d. It lists each check with what it found, and says which were not made and why. A single failure means that the
      evidence was changed, or is not of these keys.
4. Ask the controller for the head of its log (/ledger/checkpoint) now and later. The log can only grow: a head that does
   not continue the one in bundle/checkpoint shows that history was rewritten.
`;
