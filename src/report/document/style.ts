/** How a document looks: dark where the reader wants it dark, always light on paper. */

export const style = `:root {
  color-scheme: light dark;
  --paper: #ffffff;
  --ink: #1b1d21;
  --faint: #5c6370;
  --line: #dfe2e8;
  --accent: #0062a0;
  --shade: #f4f6f9;
  --alarm: #8a3c00;
}
@media screen and (prefers-color-scheme: dark) {
:root {
  --paper: #16181c;
  --ink: #e6e8ec;
  --faint: #a0a7b4;
  --line: #343a45;
  --accent: #6cb8f0;
  --shade: #1f2329;
  --alarm: #ffb27a;
} }
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 0.3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 0.7rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 0.5rem; }
p { margin: 0.6rem 0; max-width: 46rem; overflow-wrap: anywhere; }
.subtitle { color: var(--faint); }
.lead { font-size: 1.12rem; margin: 0.4rem 0; }
.warning { border-left: 4px solid var(--alarm); background: var(--shade); padding: 0.6rem 0.9rem; }
.figures { display: flex; flex-wrap: wrap; gap: 0.8rem; list-style: none; margin: 1.3rem 0; padding: 0; }
.figures li { flex: 1 1 10rem; background: var(--shade); border-radius: 8px; padding: 0.7rem 1rem; }
.figures b { display: block; font-size: 1.55rem; line-height: 1.25; color: var(--accent); }
.figures span { color: var(--faint); font-size: 0.9rem; }
figure { margin: 1.2rem 0; overflow-x: auto; }
figure svg { display: block; width: 100%; min-width: 36rem; height: auto; background: #ffffff; border-radius: 8px; }
figcaption { color: var(--faint); font-size: 0.9rem; margin-top: 0.4rem; }
.wide { overflow-x: auto; margin: 0.8rem 0; }
table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.34rem 0.9rem 0.34rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--faint); font-weight: 600; }
.right { text-align: right; }
.marked td { font-weight: 700; color: var(--accent); }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.25rem 1.2rem; margin: 0.8rem 0; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
pre {
  background: var(--shade);
  border-radius: 8px;
  padding: 0.8rem 1rem;
  font: 0.86rem/1.6 ui-monospace, Menlo, Consolas, monospace;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.4rem; } }
@media print {
  :root { color-scheme: light; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; }
  figure, tr, pre, dl, .figures, .lead { break-inside: avoid; }
  .wide, figure { overflow: visible; }
  figure svg { min-width: 0; max-height: 92mm; }
  p:has(+ pre), p:has(+ figure), p:has(+ .wide) { break-after: avoid; }
  table { font-size: 8.5pt; }
  th, td { padding-right: 0.5rem; white-space: normal; }
}
@page { size: A4; margin: 16mm 15mm; }`;
