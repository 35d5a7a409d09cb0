// The report's style sheet, which is part of the file so that it can be read, printed and archived anywhere. The file's
// content policy allows its digest only.
import { createHash } from 'node:crypto';

export const STYLE = `
:root { color-scheme: light; }
body { font: 1rem/1.5 Georgia, 'Times New Roman', serif; color: #1a1a1a; background: #fff; max-width: 52rem; margin: 0 auto; padding: 1.5rem; }
h1, h2, h3, th, caption, figcaption, dt { font-family: Helvetica, Arial, sans-serif; line-height: 1.25; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; border-bottom: 1px solid #767676; padding-bottom: .2rem; margin-top: 2.5rem; } h3 { font-size: 1.05rem; }
a { color: #004f7c; } a:focus, summary:focus { outline: 3px solid #d55e00; outline-offset: 2px; }
dl { display: grid; grid-template-columns: minmax(9rem, 14rem) 1fr; gap: .35rem 1rem; } dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font: .875rem/1.35 Helvetica, Arial, sans-serif; margin: 1rem 0; }
div.scroll { overflow-x: auto; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { border-bottom: 1px solid #c4c4c4; padding: .3rem .5rem; text-align: left; vertical-align: top; } th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font-size: .85em; overflow-wrap: anywhere; }
.verdict { font-weight: 700; } .pass::before { content: "\\2713\\00a0"; } .fail::before, .not_available::before { content: "\\2717\\00a0"; } .remediation::before { content: "\\25B2\\00a0"; }
.pass { color: #00563f; } .fail, .not_available { color: #9b2c00; } .remediation { color: #6b4a00; }
figure { margin: 1.5rem 0; } figure svg { max-width: 100%; height: auto; } figcaption { font-weight: 600; margin-bottom: .5rem; }
.notice { border-left: 4px solid #004f7c; padding: .2rem 1rem; background: #f2f7fa; }
@media print { body { max-width: none; padding: 0; font-size: 10.5pt; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } details { display: block; } }
`;

export const STYLE_DIGEST = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;
