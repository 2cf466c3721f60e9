import type { LayerError, Prediction, SignalError } from '@mnnquant/calibrate';
import { finite } from '../finite.ts';
import type { ReportMeasurement } from '../job/measure.ts';
import type { EncodedPicture, SeenInput, SeenSample } from '../job/see-samples.ts';
import type { RoundingOutcome } from '../rounding-outcome.ts';
import type { SkippedFile } from '../samples/opened.ts';
import { findingsOf } from './findings/index.ts';
import {
  REPORT_VERSION,
  type Report,
  type ReportError,
  type ReportHistogram,
  type ReportLayer,
  type ReportSample,
  type ReportWeights,
} from './schema.ts';

/** Everything that a report is made of. */
export interface ReportParts
  extends Pick<Report, 'tool' | 'source' | 'written' | 'reproduce' | 'corrections' | 'auto'> {
  readonly timings: readonly Report['timings'][number][];
  readonly layers: readonly LayerError[];
  readonly measured: ReportMeasurement;
  readonly prediction: Prediction;
  /** With weights learned from the samples. */
  readonly rounding: RoundingOutcome | undefined;
  /** Of an int8 weight in the file. */
  readonly bits: number;
  readonly warnings: readonly string[];
  readonly samples: readonly SeenSample[];
  readonly skipped: readonly SkippedFile[];
}

/** The report as plain data: numbers that are not finite become null. */
export function assembleReport(parts: ReportParts): Report {
  const { prediction, measured, samples, skipped, corrections, rounding, auto } = parts;
  const nameOf = (sample: number): string => samples[sample]?.name ?? `sample ${sample}`;
  const data: Report = {
    version: REPORT_VERSION,
    tool: parts.tool,
    source: parts.source,
    written: parts.written,
    reproduce: parts.reproduce,
    summary: {
      convolutions: { ...prediction.convolutions },
      multiplyAdds: { ...prediction.multiplyAdds },
      casts: prediction.casts,
      float: floatOps(prediction),
      findings: [],
      warnings: [...parts.warnings],
    },
    outputs: outputsOf(parts, nameOf),
    layers: layersOf(parts, nameOf),
    histograms: histogramsOf(parts),
    weights: measured.weights.map((one) => weightsOf(one, parts.bits)),
    ...(corrections && { corrections }),
    ...(rounding && { rounding: { ...rounding, layers: rounding.layers.map((one) => ({ ...one })) } }),
    ...(auto && { auto }),
    samples: {
      used: samples.length,
      skipped: skipped.map((one) => ({ ...one })),
      list: samples.map(sampleOf),
    },
    timings: [...parts.timings],
  };
  return { ...data, summary: { ...data.summary, findings: findingsOf(data) } };
}

function errorOf(
  { cosine, snr, maxError, worst }: SignalError,
  nameOf: (sample: number) => string,
): ReportError {
  return {
    cosine: finite(cosine),
    snr: finite(snr),
    maxError: finite(maxError),
    worst: {
      sample: Math.max(0, worst.sample),
      name: nameOf(worst.sample),
      cosine: finite(worst.cosine),
    },
  };
}

function layersOf({ layers, measured }: ReportParts, nameOf: (sample: number) => string): ReportLayer[] {
  const placed = layers.map((layer) => ({ layer, step: measured.steps.get(layer.tensor) }));
  placed.sort((a, b) => (a.step?.order ?? 0) - (b.step?.order ?? 0) || a.layer.tensor - b.layer.tensor);
  return placed.map(({ layer, step }) => {
    const { op, type, tensor, tensorName, int8, output, samples, isolated, overflow, clipped } = layer;
    const params = measured.rounding.get(tensor);
    return {
      op,
      type,
      tensor,
      tensorName,
      order: step?.order ?? 0,
      int8,
      ...(!int8 && step?.reason !== undefined && { reason: step.reason }),
      output,
      ...(step && { reads: [...step.reads] }),
      multiplyAdds: step?.multiplyAdds ?? 0,
      samples,
      accumulated: errorOf(layer, nameOf),
      ...(isolated && { isolated: errorOf(isolated, nameOf) }),
      ...(overflow !== undefined && { overflow: finite(overflow) }),
      ...(clipped !== undefined && { clipped: finite(clipped) }),
      ...(params && { scale: params.scale, zeroPoint: params.zeroPoint }),
    };
  });
}

/** In the order of the file; whole numbers and what depends on the data have no error. */
function outputsOf({ layers, measured }: ReportParts, nameOf: (sample: number) => string): Report['outputs'] {
  return measured.outputs.flatMap(({ tensor, name }) => {
    const layer = layers.find((one) => one.output && one.tensor === tensor);
    if (layer === undefined) return [];
    return [{ name, shape: [...(measured.shapes.get(tensor) ?? [])], error: errorOf(layer, nameOf) }];
  });
}

function histogramsOf({ measured: { distributions, rounding } }: ReportParts): ReportHistogram[] {
  return [...distributions].map(([tensor, { count: _, counts, ...distribution }]) => {
    const params = rounding.get(tensor);
    return {
      tensor,
      ...distribution,
      counts: [...counts],
      ...(params && {
        clip: {
          low: (params.min - params.zeroPoint) * params.scale,
          high: (params.max - params.zeroPoint) * params.scale,
        },
      }),
    };
  });
}

function weightsOf(
  { op, type, shape, min, max, int8 }: ReportParts['measured']['weights'][number],
  bits: number,
): ReportWeights {
  return {
    op,
    type,
    shape: [...shape],
    bits: int8 ? bits : FLOAT_BITS,
    min: min.map(finite),
    max: max.map(finite),
    ...(int8 && { scale: int8.scale.map(finite), snr: int8.snr.map(finite) }),
  };
}

const FLOAT_BITS = 32;

/** By reason, most first. */
function floatOps({ ops, outside }: Prediction): Report['summary']['float'] {
  const reasons = new Map<string, { op: string; type: string }[]>();
  const add = (reason: string, op: string, type: string): void => {
    const known = reasons.get(reason);
    if (known) known.push({ op, type });
    else reasons.set(reason, [{ op, type }]);
  };
  for (const { int8, reason, name, type } of ops)
    if (!int8) add(reason ?? 'MNN has no int8 version', name, type);
  for (const { reason, name, type } of outside) add(reason, name, type);
  return [...reasons]
    .map(([reason, list]) => ({ reason, ops: list }))
    .sort((a, b) => b.ops.length - a.ops.length);
}

function sampleOf({ name, inputs, like }: SeenSample): ReportSample {
  return { name, inputs: inputs.map(inputOf), ...(like !== undefined && { like }) };
}

function inputOf({
  name,
  shape,
  min,
  max,
  mean,
  deviation,
  notFinite,
  preview,
}: SeenInput): ReportSample['inputs'][number] {
  return {
    name,
    shape: [...shape],
    min: finite(min),
    max: finite(max),
    mean: finite(mean),
    deviation: finite(deviation),
    ...(notFinite > 0 && { notFinite }),
    ...(preview && { preview: pngOf(preview) }),
  };
}

function pngOf({ width, height, png }: EncodedPicture) {
  let bytes = '';
  for (const byte of png) bytes += String.fromCharCode(byte);
  return { width, height, png: `data:image/png;base64,${btoa(bytes)}` };
}
