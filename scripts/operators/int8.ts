import { BinaryOpOperationNames } from '@mnnquant/mnn-format';
import { type Family, familyOf } from '../../packages/calibrate/src/rewrite/families.ts';
import type { GoldenOp } from './golden-ops.ts';

/** Whether an op runs in int8 in MNN, in the words of the page. */
export interface Int8Row {
  readonly answer: string;
  /** Why some or all of them run in float, where there is more to say than that MNN does so. */
  readonly exceptions: readonly string[];
}

const KINDS: Readonly<Record<Family['kind'], string>> = {
  convolution: 'yes',
  elementwise: 'yes',
  resample: 'yes',
  rectify: 'yes',
  copy: 'yes, copied',
  table: 'yes, by a table',
  float: 'no',
};

/** What the choice of int8 ops says about an op in all the ways it occurs. */
export function int8Row(samples: readonly GoldenOp[], whole: boolean): Int8Row {
  if (whole) return { answer: 'whole numbers', exceptions: [] };
  const families = samples.flatMap(familiesOf);
  const kinds = [...new Set(families.filter(({ kind }) => kind !== 'float').map(({ kind }) => KINDS[kind]))];
  return { answer: kinds.join('; ') || KINDS.float, exceptions: exceptionsOf(families) };
}

/** The choice asks whether values are negative, which no sample tells. */
function familiesOf({ op, ...around }: GoldenOp): Family[] {
  return [true, false].map((nonNegative) => familyOf(op, { ...around, nonNegative }));
}

function exceptionsOf(families: readonly Family[]): string[] {
  const reasons = families.flatMap((family) => {
    const reason = family.kind === 'float' ? family.reason : family.apart;
    return reason === undefined ? [] : [reason];
  });
  return groupByFunction([...new Set(reasons)].filter((reason) => !/^MNN runs \w+ in float$/.test(reason)));
}

/** Reasons that differ in the name of the function only, as one with all the names. */
function groupByFunction(reasons: readonly string[]): string[] {
  const names = Object.values(BinaryOpOperationNames);
  const groups = new Map<string, string[]>();
  for (const reason of reasons) {
    const name = names.find((item) => reason.split(/\W+/).includes(item));
    const key = name === undefined ? reason : reason.replace(name, '…');
    const members = groups.get(key) ?? [];
    if (name !== undefined) members.push(name);
    groups.set(key, members);
  }
  return [...groups].map(([reason, members]) => reason.replace('…', members.join(', ')));
}
