// Builds the report from the JSON that stands in the page. A section whose members are absent is left out.
import './pixel_ratio.ts';
import { distribution, percentileCurve } from './latency_plots.ts';
import { phases } from './phases.ts';
import { drawPlots, redrawAll } from './plot.ts';
import type { Result } from './result.ts';
import { figures, footer, header, latencySummary, outcomes, titleOf } from './summary.ts';
import { followTheme } from './theme.ts';
import { overTime, pool } from './time_plots.ts';

const json = document.getElementById('result')!.textContent;
const result = JSON.parse(json) as Result;

document.title = `${titleOf(result)} – hearth bench`;
const sections = [figures, latencySummary, outcomes, overTime, percentileCurve, distribution, phases, pool];
document.getElementById('report')!.replaceChildren(
  header(result),
  ...sections.map((make) => make(result)).filter((made) => made !== undefined),
  footer(json),
);
followTheme(redrawAll);
drawPlots();
