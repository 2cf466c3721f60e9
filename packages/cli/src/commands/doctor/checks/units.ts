import type { Check, Found } from '../finding.ts';

/** Deviations of ImageNet's channels, in units of 0..1. */
const DEVIATIONS = [0.229, 0.224, 0.225];
const MEANS = [0.485, 0.456, 0.406];

/** Numbers of other tools, which divide by 255 first and by the deviation then; here it is (pixel - mean) * normal. */
export const units: Check = {
  name: 'units',
  find({ config: { config } }): Found[] {
    if (config === undefined || config.input_type !== 'image') return [];
    const { mean = [], normal = [] } = config;
    return [...meanFindings(mean), ...normalFindings(normal), ...offCentre(mean, normal)];
  },
};

const isNear = (given: readonly number[], wanted: readonly number[], factor = 1): boolean =>
  given.length >= 3 &&
  [wanted, wanted.toReversed()].some((trio) =>
    trio.every((value, i) => Math.abs(given[i]! / (value * factor) - 1) <= 0.02),
  );

function meanFindings(mean: readonly number[]): Found[] {
  const isHalf = mean.length > 0 && mean.every((value) => value === 0.5);
  if (!isHalf && !isNear(mean, MEANS)) return [];
  return [
    {
      level: 'warning',
      text: `mean [${mean.join(', ')}] is in units of 0 to 1, pixels here are from 0 to 255: next to nothing is subtracted`,
      advice: `"mean": [${mean.map((value) => round(255 * value)).join(', ')}]`,
    },
  ];
}

function normalFindings(normal: readonly number[]): Found[] {
  const by255 = isNear(normal, DEVIATIONS, 255);
  if (!by255 && !isNear(normal, DEVIATIONS)) return [];
  const factor = by255 ? 1 : 255;
  return [
    {
      level: 'warning',
      text: `normal [${normal.join(', ')}] are deviations, by which other tools divide; here it is a factor: (pixel - mean) * normal`,
      advice: `"normal": [${normal.map((value) => round(1 / (factor * value))).join(', ')}]`,
    },
  ];
}

/** 1/127.5 is made for values around 127.5: without that mean they go from 0 to 2, as no network is trained. */
function offCentre(mean: readonly number[], normal: readonly number[]): Found[] {
  const isHalfRange = normal.length > 0 && normal.every((value) => value >= 1 / 128.1 && value <= 1 / 127.4);
  if (!isHalfRange || mean.some((value) => value !== 0)) return [];
  return [
    {
      level: 'warning',
      text: `normal [${normal.join(', ')}] without a mean gives input values from 0 to 2`,
      advice: `"mean": [${normal.map(() => 127.5).join(', ')}] for -1 to 1, or "normal": [${normal.map(() => 0.00392157).join(', ')}] for 0 to 1`,
    },
  ];
}

/** Six digits, as configs have them. */
const round = (value: number): number => Number(value.toPrecision(6));
