// The file for a regulator, from the stores: for the command line and the HTTP app alike.
import { assembleBundle, type BundlePorts } from '#core/bundle.ts';
import { auditReport, type AuditReport } from '#report/audit-report.ts';
import { gatherReport, type ReportPorts } from '#report/gather.ts';
import { factsOf } from '#report/portfolio/facts.ts';
import { regulatorZip } from '#report/regulator.ts';

/** NOT_FOUND for a request that has not ended. `print`: of the report, as it is large and read on use. */
export const regulatorFile = async (
  ports: BundlePorts & ReportPorts,
  ticketId: string,
  print: (report: AuditReport) => Promise<Uint8Array>,
): Promise<Uint8Array> => {
  const bundle = await assembleBundle(ports, ticketId);
  const parts = await gatherReport(ports, ticketId);
  const report = auditReport(parts);
  const facts = factsOf(parts.ticket, parts.events, { now: ports.clock.now().toISOString() });
  const { registerCsv, registerRows } = await import('#report/portfolio/register.ts'); // read on use, as the printer
  const register = registerCsv(await registerRows([facts]));
  return regulatorZip({ report, pdf: await print(report), register, bundle });
};
