/**
 * The one stylesheet of every page: readable on a phone, in light and dark mode, and on paper. Contains no URL, so that a
 * page makes no requests.
 */
export const stylesheet = `:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --line: #dde1e7; --text: #1a1f27; --quiet: #5b6472; --link: #0b5cad;
  --good: #14713a; --good-ground: #e0f4e7; --bad: #a8201a; --bad-ground: #fde7e5;
  --warning: #7a4d00; --warning-ground: #fdf0d2; --neutral: #434b57; --neutral-ground: #e9ecf0;
  --prepare: #7b8798; --safety: #2f7fd1; --change: #d9822b; --undo: #8e55c9; --tidy: #3f9d74; --failed: #cf3a32;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12151a; --card: #1b2027; --line: #313945; --text: #e6e9ee; --quiet: #9ba5b3; --link: #79b8ff;
    --good: #7ee2a3; --good-ground: #143824; --bad: #ffa39d; --bad-ground: #471a18;
    --warning: #f4c96a; --warning-ground: #40300d; --neutral: #c3cad4; --neutral-ground: #2c333d;
    --prepare: #8b97a8; --safety: #56a0ee; --change: #eb9b4b; --undo: #b07fe4; --tidy: #56bf90; --failed: #f0625a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; margin-bottom: 1rem; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 1rem 0 .5rem; }
p { margin: 0 0 .75rem; }
a { color: var(--link); }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; margin-bottom: 1rem; }
section > :last-child { margin-bottom: 0; }
footer, .quiet { color: var(--quiet); font-size: .875rem; }
code, pre, .code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
pre { background: var(--ground); border: 1px solid var(--line); border-radius: .4rem; padding: .75rem; overflow-x: auto;
  white-space: pre-wrap; }
.badge { display: inline-block; border-radius: 1rem; padding: .05rem .6rem; font-size: .8125rem; font-weight: 600;
  white-space: nowrap; color: var(--neutral); background: var(--neutral-ground); }
.badge.good { color: var(--good); background: var(--good-ground); }
.badge.bad { color: var(--bad); background: var(--bad-ground); }
.badge.warning { color: var(--warning); background: var(--warning-ground); }
.alert { border-left: .3rem solid var(--bad); padding: .5rem .75rem; background: var(--bad-ground); border-radius: .3rem;
  margin-bottom: .75rem; }
.alert.warning { border-left-color: var(--warning); background: var(--warning-ground); }
.alert > :last-child { margin-bottom: 0; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .6rem 1.5rem; margin: 0 0 .75rem; }
dt { color: var(--quiet); font-size: .8125rem; }
dd { margin: 0; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; margin-bottom: .75rem; }
th { text-align: left; font-weight: 600; font-size: .8125rem; color: var(--quiet); }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child td { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; min-width: 7.5rem; }
th { white-space: nowrap; }
th.number:not(:last-child), td.number:not(:last-child) { padding-right: 1.25rem; }
details { margin-bottom: .5rem; }
summary { cursor: pointer; }
details > :not(summary) { margin-top: .5rem; }
.timeline ol { list-style: none; margin: 0 0 .5rem; padding: 0; }
.timeline li { display: grid; grid-template-columns: 5rem 1fr 6.5rem; align-items: center; gap: .6rem;
  font-size: .875rem; line-height: 1.6; }
.timeline svg { display: block; width: 100%; height: .75rem; background: var(--ground); border-radius: .2rem; }
.timeline .took { color: var(--quiet); font-variant-numeric: tabular-nums; }
.legend { color: var(--quiet); font-size: .8125rem; }
.legend span { display: inline-block; margin-right: .9rem; }
.legend i { display: inline-block; width: .7rem; height: .7rem; border-radius: .15rem; margin-right: .35rem; }
rect.prepare { fill: var(--prepare); } i.prepare { background: var(--prepare); }
rect.safety { fill: var(--safety); } i.safety { background: var(--safety); }
rect.change { fill: var(--change); } i.change { background: var(--change); }
rect.undo { fill: var(--undo); } i.undo { background: var(--undo); }
rect.tidy { fill: var(--tidy); } i.tidy { background: var(--tidy); }
rect.failed { fill: var(--failed); } i.failed { background: var(--failed); }
@media (max-width: 40rem) {
  body { padding: .75rem; }
  section { padding: .85rem; }
  .timeline li { grid-template-columns: 4.5rem 1fr 5rem; gap: .4rem; }
  table, tbody, tr, td { display: block; }
  thead { display: none; }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  tbody tr:first-child { padding-top: 0; }
  tbody tr:last-child { border-bottom: 0; padding-bottom: 0; }
  td, td.number { display: grid; grid-template-columns: 7rem 1fr; gap: .6rem; border: 0; padding: .1rem 0 !important;
    text-align: left; }
  td.number { min-width: 0; }
  td > .badge { justify-self: start; }
  td::before { content: attr(data-title); color: var(--quiet); font-size: .8125rem; }
}
@media print {
  body { max-width: none; background: none; }
  section { break-inside: avoid; }
  details::details-content { display: block; content-visibility: visible; }
}
`;
