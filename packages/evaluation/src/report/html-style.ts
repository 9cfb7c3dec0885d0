import { plotColors, plotStyle } from "@kokeshi/plots";

const variables = (ground: "light" | "dark") =>
  Object.entries(plotColors)
    .map(([name, color]) => `--${name}:${color[ground]}`)
    .join(";");

/** The style sheet of a report: light or dark as the reader's system is, and readable on a telephone. */
export const style = `
:root{color-scheme:light dark;--page:#f4f5f7;--best:#e8f1f8;${variables("light")}}
@media (prefers-color-scheme:dark){:root{--page:#101318;--best:#1d3448;${variables("dark")}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,"Noto Sans","Noto Sans CJK JP",sans-serif}
header,main,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;line-height:1.3;margin:0 0 .2rem;overflow-wrap:anywhere}
h3{font-size:1rem;margin:1.6rem 0 .2rem}
p{margin:.2rem 0 .9rem;max-width:46rem}
header p,.note,footer{color:var(--soft)}
section{background:var(--ground);border:1px solid var(--rule);border-radius:10px;padding:1.25rem 1.4rem 1.4rem;margin:1.25rem 0}
footer{padding-bottom:2.5rem;font-size:.875rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.75rem;margin:1.25rem 0 0;padding:0;list-style:none}
.tiles li{background:var(--ground);border:1px solid var(--rule);border-radius:10px;padding:.8rem 1rem}
.tiles b{display:block;font-size:1.7rem;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles span{color:var(--soft);font-size:.875rem;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin-top:.8rem}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;min-width:100%}
caption{text-align:left;color:var(--soft);padding-bottom:.4rem}
th,td{padding:.32rem .6rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}
th:first-child,td:first-child{padding-left:0}
thead th{vertical-align:bottom;white-space:normal;color:var(--soft);font-weight:600}
tbody th{text-align:left;font-weight:400}
td.text,th.text{text-align:left}
td.text{color:var(--soft)}
tr.mean th,tr.mean td{font-style:italic;color:var(--soft)}
tr.mean td.best{color:var(--ink)}
td.best{font-weight:700;background:var(--best)}
details{margin-top:1rem}
summary{cursor:pointer;color:var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.6rem 0 .4rem;padding:0;font-size:.9rem}
.legend li{display:flex;align-items:center;gap:.4rem}
figure{margin:.8rem 0 0}
svg{display:block;max-width:100%;height:auto;overflow:visible}
${plotStyle((name) => `var(--${name})`)}
.narrow{display:none}
.heat-map svg{max-width:none}
.heat-map svg text{font-size:inherit;fill:revert-layer}
.heat-map svg .ink{fill:var(--ink)}
.heat-map svg .ground{fill:var(--ground)}
@media (max-width:46rem){
header{padding-top:1.5rem}
header,main,footer{padding-left:.75rem;padding-right:.75rem}
section{padding:1rem .9rem;border-radius:8px}
.wide,.metric{display:none}.narrow{display:block}
th,td{padding-left:.45rem;padding-right:.45rem}
td.text{white-space:normal}
}
@media print{body,section{background:none}section{break-inside:avoid}}
`;
