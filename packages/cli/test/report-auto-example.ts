import type { ReportAuto, ReportTrial } from '../src/report/auto-schema.ts';
import type { Report } from '../src/report/schema.ts';

const PLAIN = { weight_quantize_method: 'MAX_ABS', equalize: false, bias_correction: false };

/** Settings and the cosine that everything in int8 has with them: those of mobilenet_v2 in docs/accuracy.md, roughly. */
const SETTINGS: readonly (readonly [settings: Record<string, unknown>, cosine: number])[] = [
  [{ feature_quantize_method: 'KL', feature_asymmetric: false, ...PLAIN }, 0.98271],
  [{ feature_quantize_method: 'MSE', feature_asymmetric: false, ...PLAIN }, 0.98412],
  [{ feature_quantize_method: 'MSE', feature_asymmetric: true, ...PLAIN }, 0.98893],
  [
    { feature_quantize_method: 'PERCENTILE', feature_percentile: 99.99, feature_asymmetric: true, ...PLAIN },
    0.98734,
  ],
  [{ feature_quantize_method: 'EMA', feature_asymmetric: false, ...PLAIN }, 0.98105],
  [
    { feature_quantize_method: 'MSE', feature_asymmetric: true, ...PLAIN, weight_quantize_method: 'GPTQ' },
    0.99027,
  ],
  [
    {
      feature_quantize_method: 'MSE',
      feature_asymmetric: true,
      ...PLAIN,
      equalize: true,
      bias_correction: true,
    },
    0.99214,
  ],
];

export interface AutoExample {
  readonly trials?: number;
  readonly outputs?: readonly string[];
  readonly target?: ReportAuto['target'];
  readonly labels?: boolean;
}

/** A search in a made-up network: settings first, then more and more layers in float, in two orders. */
export function exampleAuto(
  { layers, summary }: Pick<Report, 'layers' | 'summary'>,
  { trials: count = 24, outputs = ['prob'], target = { cosine: 0.995 }, labels = true }: AutoExample = {},
): ReportAuto {
  const { total } = summary.multiplyAdds;
  const ops = layers
    .filter(({ multiplyAdds, isolated }) => multiplyAdds > 0 && isolated?.cosine != null)
    .sort((a, b) => a.isolated!.cosine! - b.isolated!.cosine!);
  const trialOf = (
    settings: Record<string, unknown>,
    cosine: number,
    freed: readonly string[],
  ): ReportTrial => {
    const float = layers
      .filter(({ op }) => freed.includes(op))
      .reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
    return {
      settings,
      freed: [...freed],
      multiplyAdds: { int8: total - float, total },
      outputs: outputs.map((name, i) => ({ name, cosine: 1 - (1 - cosine) / 3 ** i })),
      ...(labels && { top1: Math.round(150 * (0.887 - 1.8 * (1 - cosine))) / 150 }),
      chosen: false,
    };
  };
  const trials = Array.from({ length: count }, (_, i) => {
    const [settings, cosine] = SETTINGS[Math.min(i, SETTINGS.length - 1)]!;
    const step = i - SETTINGS.length + 1;
    if (step <= 0) return trialOf(settings, cosine, []);
    // Every fourth attempt frees what helps little.
    const isPoor = step % 4 === 3;
    const size = Math.min(ops.length, Math.ceil((step * ops.length) / (2 * count)));
    const freed = (isPoor ? ops.slice(-size) : ops.slice(0, size)).map(({ op }) => op);
    const left = isPoor ? 0.97 ** size : 0.86 ** size;
    return trialOf(settings, 1 - (1 - cosine) * left, freed);
  });
  const least = (one: ReportTrial): number => one.outputs[0]!.cosine!;
  const held = trials.filter(
    (one) => least(one) >= (target?.cosine ?? 0) && (target || one.freed.length === 0),
  );
  const best = (target ? held : []).sort((a, b) => b.multiplyAdds.int8 - a.multiplyAdds.int8)[0];
  const nearest = trials
    .filter(({ freed }) => target || freed.length === 0)
    .reduce((a, b) => (least(b) > least(a) ? b : a));
  const chosen = best ?? nearest;
  return {
    ...(target && { target }),
    reached: target === undefined || best !== undefined,
    judged: { folder: 'validation/', samples: 150, own: true },
    ...(labels && { labels: 'labels.csv', accuracy: 133 / 150 }),
    runs: 2 * count + 9,
    seconds: 371.4,
    trials: trials.map((one) => ({ ...one, chosen: one === chosen })),
    sensitivity: ops.map(({ op, multiplyAdds }, i) => ({
      op,
      multiplyAdds,
      cost: multiplyAdds + total / 1000,
      before: 0.99214,
      after: 0.99214 + 0.0031 * 0.8 ** i,
    })),
  };
}

/** Corrections of a made-up network, as a run with all of them reports them. */
export function exampleCorrections({
  weights,
}: Pick<Report, 'weights'>): Pick<Report, 'corrections' | 'rounding'> {
  const sized = weights.map(({ op, min }, i) => ({ op, of: min.length, i }));
  const equalized = sized
    .filter(({ i }) => i % 3 !== 2)
    .map(({ op, of, i }) => ({
      op,
      channels: of - 1,
      of,
      largestGain: 2 + ((i * 7) % 15),
      meanGain: 1.2 + ((i * 3) % 5) / 4,
    }));
  const shifted = sized.map(({ op, of, i }) => ({
    op,
    channels: of - (i % 3),
    of,
    largestSteps: 0.4 + ((i * 5) % 11) / 3,
    meanSteps: 0.1 + ((i * 5) % 11) / 20,
  }));
  const layers = sized.map(({ op, i }) =>
    i === 1 ? { op } : { op, nearest: 31 + ((i * 7) % 13), learned: 38 + ((i * 7) % 13) },
  );
  return {
    corrections: {
      equalize: {
        convolutions: equalized.length,
        largestGain: Math.max(...equalized.map(({ largestGain }) => largestGain)),
        layers: equalized,
      },
      biasCorrection: {
        convolutions: shifted.length,
        largestSteps: Math.max(...shifted.map(({ largestSteps }) => largestSteps)),
        passes: 1,
        layers: shifted,
      },
    },
    rounding: { layers, gain: 7 },
  };
}

/** The same report, of a run that searched and corrected. */
export function searched(report: Report, example?: AutoExample): Report {
  return { ...report, ...exampleCorrections(report), auto: exampleAuto(report, example) };
}
