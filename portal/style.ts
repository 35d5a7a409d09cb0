// The portal's one style sheet, served as /style.css: tokens for a light and a dark scheme first, everything else reads
// them. Contrast is at least 4.5 : 1 in both, targets are at least 24 px, focus is always visible (WCAG 2.2 AA); the
// grid is 4 px. Trap: the pages' policy allows no style attribute, so a length that depends on data is drawn as SVG.
export const STYLE = `
:root { color-scheme: light dark;
  --paper: light-dark(#fbfbf9, #14161a); --card: light-dark(#ffffff, #1b1e23); --ink: light-dark(#1a1c20, #e9e7e2);
  --soft: light-dark(#575c64, #a8adb5); --hair: light-dark(#dcddd8, #31353c); --line: light-dark(#767b83, #7d838c);
  --accent: light-dark(#124478, #8fbcee); --on-accent: light-dark(#ffffff, #0f151c); --wash: light-dark(#edf2f8, #1d2732);
  --good: light-dark(#1c5f40, #7ecb9f); --warn: light-dark(#755000, #e3b55c); --bad: light-dark(#962719, #f29c8e);
  --sans: "Inter", system-ui, "Segoe UI", Helvetica, Arial, sans-serif; --serif: Charter, "Iowan Old Style", Georgia, serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
* { box-sizing: border-box; }
html { font: 1rem/1.5 var(--sans); }
body { margin: 0; color: var(--ink); background: var(--paper); display: grid; grid-template-columns: 13rem minmax(0, 1fr); min-height: 100vh; }
body.alone { display: block; }
a { color: var(--accent); text-underline-offset: .18em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -99rem; z-index: 2; } .skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; }
.rail { border-right: 1px solid var(--hair); padding: 1.25rem 1rem; position: sticky; top: 0; height: 100vh; display: flex; flex-direction: column; gap: 1.5rem; overflow-y: auto; }
.rail strong { font-size: 1.05rem; } .rail ul { list-style: none; margin: 0; padding: 0; } .rail nav { margin: 0 -.6rem; }
.rail nav a { display: flex; justify-content: space-between; padding: .45rem .6rem; border-radius: 6px; color: inherit; text-decoration: none; }
.rail nav a:hover { background: var(--wash); } .rail nav a[aria-current] { background: var(--wash); font-weight: 600; box-shadow: inset 3px 0 var(--accent); }
.rail .who { margin-top: auto; font-size: .875rem; color: var(--soft); display: grid; gap: .5rem; } .rail .who p { margin: 0; overflow-wrap: anywhere; }
.alone .rail { position: static; height: auto; border: 0; border-bottom: 1px solid var(--hair); flex-direction: row; justify-content: space-between; } .alone .rail .who { margin: 0; }
main { padding: 2rem clamp(1rem, 4vw, 3rem) 3rem; max-width: 76rem; width: 100%; } .alone main { margin: 0 auto; }
.foot { padding: 1rem clamp(1rem, 4vw, 3rem); font-size: .875rem; color: var(--soft); display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; grid-column: 2; } .foot p { margin: 0; } .alone .foot { max-width: 76rem; width: 100%; margin: 0 auto; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; letter-spacing: -.01em; max-width: 46rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; line-height: 1.35; margin: 2.25rem 0 .75rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { max-width: 46rem; } .lead { font-family: var(--serif); font-size: 1.15rem; margin: 0 0 1.25rem; } .soft { color: var(--soft); } small, .small { font-size: .875rem; }
.crumbs { font-size: .875rem; margin: 0 0 .75rem; } .row { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; align-items: center; } .spread { justify-content: space-between; align-items: flex-start; }
button, .button { display: inline-block; min-height: 2.5rem; padding: .45rem 1rem; border-radius: 6px; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; line-height: 1.5; text-decoration: none; cursor: pointer; }
button:hover, .button:hover { filter: brightness(1.08); } button.second, .button.quiet { background: transparent; color: var(--accent); } button.stop, .button.stop { border-color: var(--bad); background: transparent; color: var(--bad); }
.plain button, button.link { min-height: 1.75rem; padding: 0; border: 0; background: none; color: var(--accent); font-weight: 400; text-decoration: underline; }
.acts { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0 1.25rem; padding: 0; list-style: none; }
.pill { display: inline-flex; gap: .4em; align-items: center; padding: .1rem .6rem; border: 1px solid var(--line); border-radius: 99px; font-size: .85rem; line-height: 1.5; }
.pill.good { color: var(--good); border-color: currentColor; } .pill.warn { color: var(--warn); border-color: currentColor; } .pill.bad { color: var(--bad); border-color: currentColor; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin: 0 0 1rem; font-size: .9375rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .5rem; } caption.quiet { position: absolute; left: -99rem; }
th { text-align: left; vertical-align: bottom; font-weight: 600; color: var(--soft); font-size: .85rem; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
td { text-align: left; vertical-align: top; padding: .55rem .75rem .55rem 0; border-bottom: 1px solid var(--hair); overflow-wrap: break-word; } th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; } tbody tr:hover { background: var(--wash); }
td > a { white-space: nowrap; } td small { display: block; color: var(--soft); }
dl { display: grid; grid-template-columns: minmax(8rem, 13rem) minmax(0, 1fr); gap: .5rem 1rem; margin: 0 0 1rem; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font-family: var(--mono); font-size: .85em; overflow-wrap: anywhere; } pre { white-space: pre-wrap; background: var(--wash); padding: .75rem 1rem; border-radius: 6px; }
.due { display: grid; gap: .25rem; min-width: 11rem; max-width: 34rem; } .due .row { gap: .25rem 1rem; font-size: .9375rem; } .due svg { width: 100%; height: 14px; display: block; overflow: visible; }
.due .track { fill: var(--hair); } .due .gone { fill: var(--accent); } .due .now { fill: var(--ink); } .due.late .gone { fill: var(--bad); } .due .words { font-weight: 600; } .whole { white-space: nowrap; } .due.late .words { color: var(--bad); } .due.soon .words { color: var(--warn); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); background: var(--card); border: 1px solid var(--hair); border-radius: 8px; overflow: hidden; margin: 0 0 1.5rem; padding: 0; list-style: none; }
.tiles a { display: block; box-shadow: 1px 1px var(--hair); padding: 1rem; color: inherit; text-decoration: none; } .tiles a:hover { background: var(--wash); } .tiles strong { display: block; font-size: 1.9rem; line-height: 1.15; font-variant-numeric: tabular-nums; } .tiles .bad strong { color: var(--bad); }
.tabs { display: flex; gap: 1.5rem; border-bottom: 1px solid var(--hair); margin: 1.5rem 0; overflow-x: auto; padding: 0; list-style: none; } .tabs a { display: block; padding: .6rem 0; color: var(--soft); text-decoration: none; white-space: nowrap; } .tabs a:hover { color: var(--ink); } .tabs a[aria-current] { color: var(--ink); font-weight: 600; box-shadow: inset 0 -2px var(--accent); }
.steps { list-style: none; margin: 0 0 1rem .5rem; padding: 0; border-left: 2px solid var(--hair); } .steps li { padding: 0 0 1rem 1.5rem; position: relative; } .steps li::before { content: ""; position: absolute; left: -7px; top: .35rem; width: 12px; height: 12px; border-radius: 50%; background: var(--paper); border: 2px solid var(--line); }
.steps .done::before { background: var(--good); border-color: var(--good); } .steps .now::before { background: var(--accent); border-color: var(--accent); } .steps .now { font-weight: 600; } .steps small { display: block; font-weight: 400; } progress { width: 100%; max-width: 34rem; height: 8px; accent-color: var(--accent); }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 0 2.5rem; align-items: start; }
fieldset { border: 0; border-top: 1px solid var(--hair); margin: 1.5rem 0 0; padding: 1rem 0 0; } legend { font-weight: 600; padding: 0 .75rem 0 0; }
.field { margin: 0 0 1.25rem; max-width: 36rem; } label { display: block; font-weight: 600; margin: 0 0 .25rem; } .field small { display: block; color: var(--soft); margin: 0 0 .25rem; }
.tick { display: grid; grid-template-columns: 1.5rem 1fr; gap: .5rem; margin: .5rem 0; } .tick label { font-weight: 400; margin: 0; } .tick input { min-height: 1.5rem; width: 1.25rem; accent-color: var(--accent); }
input, select, textarea { font: inherit; color: inherit; background: var(--card); min-height: 2.5rem; border: 1px solid var(--line); border-radius: 6px; padding: .4rem .6rem; max-width: 100%; min-width: 0; } .field input, .field select, textarea { width: 100%; } textarea { display: block; }
[aria-invalid="true"] { border: 2px solid var(--bad); } .fault { color: var(--bad); font-weight: 600; margin: 0 0 .25rem; font-size: .9375rem; } .fault::before { content: "\\2717\\00a0"; }
.problem { border-left: 4px solid var(--bad); background: var(--wash); padding: .75rem 1rem; margin: 0 0 1.5rem; max-width: 46rem; } .problem h2 { margin: 0 0 .25rem; font-size: 1rem; color: var(--bad); } .problem p, .problem ul { margin: .25rem 0; }
.filters { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: 0 0 1rem; } .filters label { font-size: .85rem; font-weight: 400; color: var(--soft); } .filters .grow { flex: 1 1 14rem; } .filters .grow input { width: 100%; }
.chips { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: 0 0 1rem; } .chips a { text-decoration: none; padding: .15rem 0; } .chips a[aria-current] { font-weight: 600; color: inherit; box-shadow: inset 0 -2px var(--accent); } .chips .number { color: var(--soft); font-variant-numeric: tabular-nums; }
.facets { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0 2rem; } .facets h3 { margin-top: .5rem; font-size: .85rem; color: var(--soft); } .facets ul { list-style: none; padding: 0; margin: 0 0 .75rem; font-size: .9375rem; } .facets li { display: flex; justify-content: space-between; gap: .5rem; }
.say { border-left: 3px solid var(--hair); padding: .1rem 0 .1rem .9rem; font-family: var(--serif); margin: .4rem 0; }
.gate { display: grid; grid-template-columns: minmax(9rem, 16rem) 1fr 7rem 6.5rem; gap: .35rem 1rem; align-items: center; font-size: .9375rem; margin: 0; padding: 0; list-style: none; } .gate li { display: contents; } .gate svg { width: 100%; height: 14px; } .gate .track { fill: var(--hair); } .gate .window { fill: var(--good); opacity: .4; } .gate .mark { fill: var(--ink); } .gate .n { text-align: right; font-variant-numeric: tabular-nums; }
.gate .n small { display: block; }
.bars { display: grid; grid-template-columns: minmax(8rem, 12rem) minmax(0, 26rem) 3rem; gap: .35rem 1rem; align-items: center; margin: 0 0 1rem; padding: 0; list-style: none; font-size: .9375rem; } .bars li { display: contents; } .bars svg { width: 100%; height: 14px; } .bars .track { fill: var(--hair); } .bars .open { fill: var(--accent); } .bars .late { fill: var(--bad); } .bars .n { text-align: right; font-variant-numeric: tabular-nums; }
.verdict, .state { font-weight: 700; } .pass { color: var(--good); } .fail, .not_available, .late-word { color: var(--bad); } .remediation { color: var(--warn); }
.pass::before { content: "\\2713\\00a0"; } .fail::before, .not_available::before { content: "\\2717\\00a0"; } .remediation::before { content: "\\25B2\\00a0"; }
.paper { background: var(--card); border: 1px solid var(--hair); border-radius: 6px; padding: 1.5rem clamp(1rem, 4vw, 2.5rem); max-width: 46rem; margin: 0 0 1.5rem; font-family: var(--serif); } .paper h3 { margin: 0 0 1rem; font-size: 1.15rem; } .paper .text { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 0 .75rem; }
.notice { border-left: 4px solid var(--accent); background: var(--wash); padding: .6rem 1rem; max-width: 46rem; }
figure { margin: 1.5rem 0; } figure svg { max-width: 100%; height: auto; background: #fff; border-radius: 6px; } figcaption { font-weight: 600; margin-bottom: .5rem; }
.live { margin: 0 0 1.5rem; } .live p { margin: 0 0 .35rem; font-variant-numeric: tabular-nums; }
.notes, .bare { list-style: none; margin: 0 0 1rem; padding: 0; max-width: 46rem; } .bare { margin: 0; } .notes li { border-bottom: 1px solid var(--hair); padding: .75rem 0; } .notes p { margin: 0; } .notes .text { white-space: pre-wrap; overflow-wrap: anywhere; } .more { margin: -.5rem 0 1.25rem; } .more summary { cursor: pointer; color: var(--accent); min-height: 1.75rem; } .more ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; margin: .5rem 0; padding: 0; } .more a { display: inline-block; padding: .2rem 0; }
.empty { border: 1px dashed var(--line); border-radius: 8px; padding: 1.5rem; color: var(--soft); }
@media (max-width: 50rem) {
  body { display: block; } .rail { position: static; height: auto; border: 0; border-bottom: 1px solid var(--hair); padding: .75rem 1rem; gap: .5rem; } .rail nav { overflow-x: auto; } .rail nav ul { display: flex; } .rail nav a { white-space: nowrap; } .rail nav a[aria-current] { box-shadow: inset 0 -2px var(--accent); } .rail .who { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: center; }
  main { padding-top: 1.25rem; } h1 { font-size: 1.35rem; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin: 0 0 .6rem; }
  .cards thead { position: absolute; left: -99rem; } .cards tr { display: grid; grid-template-columns: 1fr auto; gap: .35rem .75rem; padding: .9rem 0; border-bottom: 1px solid var(--hair); } .cards td { border: 0; padding: 0; } .cards td.wide { grid-column: 1 / -1; } .cards td.spare { display: none; }
  .gate { grid-template-columns: 1fr auto auto; } .gate svg { grid-column: 1 / -1; grid-row: auto; }
}
@media screen and (prefers-color-scheme: dark) { figure svg { filter: invert(.92) hue-rotate(180deg); } }
@media (prefers-reduced-motion: reduce) { * { scroll-behavior: auto; } }
@media (forced-colors: active) { .bars .track { fill: GrayText; } .bars .open, .bars .late { fill: Highlight; } .due .track { fill: GrayText; } .due .gone, .gate .window { fill: Highlight; } .due .now, .gate .mark { fill: CanvasText; } }
@media print { :root { color-scheme: light; } .rail, .foot, .acts, .tabs, .filters, form, .skip { display: none; } body { display: block; font-size: 10.5pt; } main { padding: 0; max-width: none; } figure, tr, .field { break-inside: avoid; } h2 { break-after: avoid; } }
`;
