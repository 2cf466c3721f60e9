import { isOneNumber, likeness } from '../likeness.ts';
import type { Report, ReportFinding } from '../schema.ts';
import { cosineText, short } from './text.ts';
import { otherSettings } from './untried.ts';

/** Noise of a third of the signal: answers change. */
const FAR_OFF = 0.95;

/** Noise of a seventh: close calls change. */
const OFF = 0.99;

/** How far the network's results are from the float network's. */
export function outputFindings(report: Report): ReportFinding[] {
  const { outputs, layers } = report;
  return outputs.flatMap((result): ReportFinding[] => {
    const { name, error } = result;
    const { snr, worst } = error;
    const cosine = likeness(result);
    const op = layers.find(({ output, tensorName }) => output && tensorName === name)?.op;
    const about = op === undefined ? {} : { op };
    if (cosine === null)
      return [
        {
          level: 'problem',
          text: `The output ${name} has values that are no finite numbers, first for ${worst.name}.`,
          advice: 'If the float network has them as well, the samples or their preprocessing are wrong.',
          ...about,
        },
      ];
    if (cosine >= OFF) return [];
    const noise = snr === null ? '' : ` (${short(snr)} dB)`;
    const least = worst.cosine === null ? '' : `, at worst ${cosineText(worst.cosine)} for ${worst.name}`;
    return [
      {
        level: cosine < FAR_OFF ? 'problem' : 'warning',
        text: `The output ${name} is ${cosine < FAR_OFF ? 'far' : 'noticeably'} off: ${isOneNumber(result) ? `${short(snr ?? 0)} dB from the float network` : `cosine ${cosineText(cosine)} to the float network${noise}${least}`}.`,
        advice: `Calibrate with samples like the real ones, try ${otherSettings(report)}, or leave the worst layers float (skip_quant_op_names).`,
        ...about,
      },
    ];
  });
}
