import { listed } from '../../listed.ts';
import type { Report, ReportFinding, ReportSample } from '../schema.ts';
import { percent, plural, short } from './text.ts';
import { usedSettings } from './untried.ts';

/** Ranges from fewer samples miss much of what comes later. */
const FEW = 10;

/** From so many on results hardly change any more. */
const ENOUGH = 30;

/** Copies add time and no knowledge. */
const MANY_ALIKE = 0.25;

/** Networks are trained with values within a few units; beyond that pixels went in as they are. */
const LARGE = 32;

/** Below that `normal` has one zero too many, or pixels were scaled twice. */
const TINY = 0.05;

/** The whole input lies on one side, far from zero. */
const OFF_CENTRE = 3; // deviations

/** What the network was calibrated with. */
export function sampleFindings(report: Report): ReportFinding[] {
  return [
    ...broken(report),
    ...odd(report),
    ...few(report),
    ...alike(report),
    ...constant(report),
    ...skipped(report),
    ...colours(report),
  ];
}

type Input = ReportSample['inputs'][number];

/** Inputs that samples fill: those with a value in the config are meant to be what they are. */
function sampledInputs({
  samples,
  reproduce,
}: Report): { readonly sample: ReportSample; readonly input: Input }[] {
  const inputs = Array.isArray(reproduce.config.inputs) ? (reproduce.config.inputs as unknown[]) : [];
  const given = new Set(
    inputs.flatMap((entry) => {
      const { name, value } = entry as { name?: unknown; value?: unknown };
      return value === undefined ? [] : [name];
    }),
  );
  return samples.list.flatMap((sample) =>
    sample.inputs.filter(({ name }) => !given.has(name)).map((input) => ({ sample, input })),
  );
}

function broken(report: Report): ReportFinding[] {
  const bad = sampledInputs(report).filter(({ input }) => (input.notFinite ?? 0) > 0);
  if (bad.length === 0) return [];
  const names = bad.map(({ sample, input }) => `${sample.name} (${input.name}: ${input.notFinite})`);
  return [
    {
      level: 'problem',
      text: `Samples have values that are NaN or infinite: ${listed(names)}.`,
      advice: 'Repair or remove these files; everything measured with them is wrong.',
    },
  ];
}

/** By input, over all samples. */
function odd(report: Report): ReportFinding[] {
  const isImage = report.reproduce.config.input_type === 'image';
  const byName = new Map<string, Input[]>();
  for (const { input } of sampledInputs(report)) {
    if (input.min === null || input.max === null) continue;
    byName.set(input.name, [...(byName.get(input.name) ?? []), input]);
  }
  return [...byName].flatMap(([name, inputs]): ReportFinding[] => {
    const low = inputs.reduce((least, { min }) => Math.min(least, min!), Number.POSITIVE_INFINITY);
    const high = inputs.reduce((most, { max }) => Math.max(most, max!), Number.NEGATIVE_INFINITY);
    const range = `The input ${name} has values from ${short(low)} to ${short(high)}`;
    const largest = Math.max(Math.abs(low), Math.abs(high));
    if (isImage && largest > LARGE)
      return [
        {
          level: 'note',
          text: `${range}: pixels go in nearly as they are. Most networks are trained with values within a few units of 0.`,
          advice: 'Give mean and normal as in training: input = (pixel - mean) * normal.',
        },
      ];
    if (isImage && largest < TINY)
      return [
        {
          level: 'warning',
          text: `${range}, next to nothing beside what networks are trained with.`,
          advice: 'Check normal: it is multiplied, 1/255 is 0.00392, 1/127.5 is 0.00784.',
        },
      ];
    return offCentre(inputs, range, usedSettings(report));
  });
}

function offCentre(
  inputs: readonly Input[],
  range: string,
  config: Report['reproduce']['config'],
): ReportFinding[] {
  const mean = inputs.reduce((sum, input) => sum + (input.mean ?? 0), 0) / inputs.length;
  const deviation = inputs.reduce((sum, input) => sum + (input.deviation ?? 0), 0) / inputs.length;
  if (deviation === 0 || Math.abs(mean) < OFF_CENTRE * deviation) return [];
  return [
    {
      level: 'note',
      text: `${range}, around ${short(mean)} with a deviation of ${short(deviation)}: most of a range around 0 is unused.`,
      advice: `Check mean: is it that of the training?${isOneSided(config) ? '' : ' Else "feature_asymmetric": true gives ranges that are not centred on 0.'}`,
    },
  ];
}

/** Whether ranges can lie on one side of 0 already. */
function isOneSided(config: Report['reproduce']['config']): boolean {
  return config.feature_asymmetric === true || config.feature_quantize_method === 'EMA';
}

function few({ samples: { used } }: Report): ReportFinding[] {
  if (used >= ENOUGH) return [];
  return [
    {
      level: used < FEW ? 'warning' : 'note',
      text: `${plural(used, 'sample')} used: ${used < FEW ? 'ranges of so few miss much of what comes later' : 'more make the ranges steadier'}.`,
      advice: `Take ${ENOUGH} to 100 that differ as the real ones do.`,
    },
  ];
}

function alike({ samples: { list } }: Report): ReportFinding[] {
  const copies = list.filter(({ like }) => like !== undefined);
  if (copies.length === 0) return [];
  const share = copies.length / list.length;
  const pairs = copies.map(({ name, like }) => `${name} like ${list[like!]?.name ?? like}`);
  return [
    {
      level: share > MANY_ALIKE ? 'warning' : 'note',
      text: `${copies.length} of ${plural(list.length, 'sample')} (${percent(share)}) are nearly the same as an earlier one: ${listed(pairs)}.`,
      advice: 'They take time and add nothing: take samples that differ.',
    },
  ];
}

function constant(report: Report): ReportFinding[] {
  const flat = sampledInputs(report).filter(
    ({ input }) =>
      input.shape.reduce((a, b) => a * b, 1) > 1 && input.min !== null && input.min === input.max,
  );
  if (flat.length === 0) return [];
  const names = flat.map(({ sample, input }) => `${sample.name} (${input.name}: ${short(input.min!)})`);
  return [
    {
      level: 'warning',
      text: `${flat.length === 1 ? 'A sample is' : `${flat.length} samples are`} one value all over: ${listed(names)}.`,
      advice: 'Look at these files; if all are so, mean, normal or the crop may be wrong.',
    },
  ];
}

function skipped({ samples }: Report): ReportFinding[] {
  const { length } = samples.skipped;
  if (length === 0) return [];
  const names = samples.skipped.map(({ name, reason }) => `${name}: ${reason}`);
  return [
    {
      level: length > samples.used ? 'warning' : 'note',
      text: `${plural(length, 'file')} not used: ${listed(names)}.`,
      advice: 'Remove them from the folder, or repair those that were meant to be samples.',
    },
  ];
}

/** The default is the one of MNN's tool, and most networks are trained with the other order. */
function colours({ reproduce: { config, given } }: Report): ReportFinding[] {
  if (given === undefined || given.includes('format') || config.input_type !== 'image') return [];
  if (config.format !== 'BGR' && config.format !== 'RGB') return [];
  return [
    {
      level: 'note',
      text: `The config does not say "format", so channels go in as ${config.format}, the default of MNN's tool.`,
      advice:
        'Networks from PyTorch, TensorFlow and Keras are mostly trained with RGB, those from Caffe and OpenCV with BGR: write into the config which it is.',
    },
  ];
}
