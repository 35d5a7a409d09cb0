// The portal's one style sheet, served as /style.css. Contrast is at least 4.5 : 1, targets are at least 24 px, focus
// is always visible (WCAG 2.2 AA).
export const STYLE = `
:root { color-scheme: light; --ink: #1a1a1a; --line: #767676; --link: #004f7c; --focus: #d55e00; }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 Helvetica, Arial, sans-serif; color: var(--ink); background: #fff; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: #fff; padding: .5rem; }
header, main, footer { max-width: 72rem; margin: 0 auto; padding: 1rem 1.5rem; }
header { border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: 1rem; align-items: baseline; }
header p { margin: 0 0 0 auto; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0; padding: 0; }
nav a, .button, button { display: inline-block; min-height: 1.75rem; padding: .15rem .25rem; }
a { color: var(--link); } a[aria-current] { font-weight: 700; text-decoration: none; border-bottom: 3px solid var(--link); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
dl { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: .35rem 1rem; } dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .925rem; } caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .5rem; border-bottom: 1px solid #c4c4c4; } th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font-size: .85em; overflow-wrap: anywhere; } pre { white-space: pre-wrap; background: #f4f4f4; padding: .75rem; }
fieldset { border: 1px solid var(--line); margin: 1rem 0; padding: 1rem; } label { display: block; margin: .5rem 0; }
input, select, textarea, button { font: inherit; min-height: 1.9rem; border: 1px solid var(--line); border-radius: 2px; padding: .2rem .6rem; }
textarea { width: 100%; }
button { background: var(--link); color: #fff; border-color: var(--link); cursor: pointer; } button.second { background: #fff; color: var(--link); }
.verdict, .state { font-weight: 700; } .pass { color: #00563f; } .fail, .not_available, .late { color: #9b2c00; } .remediation, .soon { color: #6b4a00; }
.pass::before { content: "\\2713\\00a0"; } .fail::before, .not_available::before, .late::before { content: "\\2717\\00a0"; } .remediation::before, .soon::before { content: "\\25B2\\00a0"; }
.notice { border-left: 4px solid var(--link); background: #f2f7fa; padding: .5rem 1rem; }
@media (prefers-reduced-motion: reduce) { * { scroll-behavior: auto; } }
@media print { header nav, .skip, form { display: none; } }
`;
