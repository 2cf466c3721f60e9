import { listed } from '../../listed.ts';
import type { Report, ReportFinding } from '../schema.ts';
import { percent, plural, short } from './text.ts';

/** Below that much of the network is no faster than before. */
const MUCH_FLOAT = 0.9;

/** A cast reads and writes a whole tensor, about what a small op costs; so many for an op in int8 are worth a look. */
const CASTS_PER_INT8_OP = 0.25;

/** What runs in int8, and what does not. */
export function quantizedFindings(report: Report): ReportFinding[] {
  const { convolutions, multiplyAdds } = report.summary;
  if (convolutions.int8 === 0) return [nothing(report)];
  const share = multiplyAdds.total === 0 ? 1 : multiplyAdds.int8 / multiplyAdds.total;
  return [...(share < MUCH_FLOAT ? [muchFloat(report, share)] : []), ...casts(report)];
}

function nothing({ summary: { convolutions, float } }: Report): ReportFinding {
  if (convolutions.total === 0)
    return {
      level: 'problem',
      text: 'Nothing was quantized: the network has no convolution, and MNN runs little else in int8.',
      advice:
        "MNN's converter has a quantization of weights alone (--weightQuantBits), which makes such a file smaller.",
    };
  const reasons = float.slice(0, 3).map(({ reason, ops }) => `${reason} (${ops.length})`);
  return {
    level: 'problem',
    text: `Nothing was quantized: none of ${plural(convolutions.total, 'convolution')} runs in int8. Why ops stay float: ${reasons.join('; ')}.`,
    advice: 'See the reason of each op; skip_quant_op_names may be wider than it was meant.',
  };
}

function muchFloat({ layers }: Report, share: number): ReportFinding {
  const heavy = layers
    .filter(({ int8, multiplyAdds }) => !int8 && multiplyAdds > 0)
    .sort((a, b) => b.multiplyAdds - a.multiplyAdds);
  const named = heavy.map(({ op, reason }) => (reason === undefined ? op : `${op} (${reason})`));
  return {
    level: 'warning',
    text: `Only ${percent(share)} of the multiply-adds run in int8${named.length > 0 ? `. In float: ${listed(named)}` : ''}.`,
    advice: 'The network gains little speed from int8 while these stay float.',
    ...(heavy[0] && { op: heavy[0].op }),
  };
}

function casts({ summary, layers }: Report): ReportFinding[] {
  const int8 = layers.filter((layer) => layer.int8 && layer.type !== 'Input').length;
  if (summary.casts === 0 || summary.casts < CASTS_PER_INT8_OP * int8) return [];
  const reasons = summary.float.map(
    ({ reason, ops }) => `${plural(ops.length, 'op')}: ${reason} (${listed(ops.map(({ op }) => op))})`,
  );
  return [
    {
      level: 'note',
      text: `${plural(summary.casts, 'cast')} between float and int8 for ${plural(int8, 'op')} in int8, ${short(summary.casts / Math.max(1, int8))} each. In float run ${reasons.slice(0, 3).join('; ')}.`,
      advice:
        'Each cast reads and writes a whole tensor. Where an int8 op stands alone between two of them, float may be as fast: measure it with the op in skip_quant_op_names.',
    },
  ];
}
