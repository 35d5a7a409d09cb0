// The report of a month as a page of its own. Apart from the audit report's page, as a Lambda reads that one at its
// start and this one, with its plots, never.
import { documentHtml } from '../html.ts';
import { portfolioDocument } from './document.ts';
import type { Portfolio } from './portfolio.ts';

export const portfolioHtml = (portfolio: Portfolio): string => {
  const document = portfolioDocument(portfolio);
  return documentHtml(document.title, document);
};
