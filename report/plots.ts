// The report's plots, in reading order; those for which there is no data are left out, and the report says why.
import type { AuditReport } from './audit-report.ts';
import { distributionPair } from './plots/distribution-pair.ts';
import { forgetUtility } from './plots/forget-utility.ts';
import { gateOverview } from './plots/gate-overview.ts';
import { forgetting, loss, relearning } from './plots/over-updates.ts';
import type { Plot } from './plots/plot.ts';

export const plotsOf = (report: AuditReport): Plot[] =>
  [gateOverview, distributionPair, forgetUtility, forgetting, loss, relearning].flatMap((make) => make(report) ?? []);
