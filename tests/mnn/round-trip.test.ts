import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { readModel, writeModel } from '../../packages/mnn-format/src/index.ts';
import { describeWithMnn } from './environment.ts';
import type { NumpyArray } from './npz.ts';
import { inFolder, MnnOracle } from './oracle.ts';

interface RunHints {
  /** MNN's Module API: control flow, or an input of unknown rank. */
  readonly module?: boolean;
  /** For dynamic extents. */
  readonly dim?: number;
  /** Inputs where random ones will not do; with a leading sample axis. */
  readonly inputs?: () => Map<string, NumpyArray>;
  /** Only older runtimes run it. */
  readonly old?: boolean;
}

const superResolution: RunHints = {
  module: true,
  inputs: () => new Map([['IteratorGetNext', floats(1, 32, 32, 1)]]),
};
// MNN 3.6.1 has no kernel for EltwiseInt8 any more.
const eltwiseInt8: RunHints = { old: true };

const HINTS: Readonly<Record<string, RunHints>> = {
  'ESPCN_x2.mnn': superResolution,
  'FSRCNN_x2.mnn': superResolution,
  'RFB-320-quant-ADMM-32.mnn': eltwiseInt8,
  'RFB-320-quant-KL-5792.mnn': eltwiseInt8,
  'ch_PP-OCRv4_det_infer.mnn': { dim: 64 },
  'ch_ppocr_mobile_v2.0_cls_infer.mnn': { dim: 64 },
  'gtcrn_simple.mnn': { module: true },
  'silero_vad_16k_op15.mnn': {
    module: true,
    inputs: () =>
      new Map<string, NumpyArray>([
        ['input', floats(1, 512)],
        ['state', floats(2, 1, 128)],
        ['sr', { shape: [1], data: Int32Array.of(16000) }],
      ]),
  },
};

function modelFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.mnn'))
    .sort();
}

/** Path of the first difference; undefined when all is equal, every bit of every vector included. */
function difference(a: unknown, b: unknown, place: string): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return `${place}: ${String(a)} became ${String(b)}`;
  }
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    const same = a.constructor === b.constructor && bytesOf(a).equals(bytesOf(b));
    return same ? undefined : `${place}: the vectors differ`;
  }
  const keys = Object.keys(a);
  const others = Object.keys(b);
  if (keys.join() !== others.join()) return `${place}: ${keys.join()} became ${others.join()}`;
  for (const key of keys) {
    const found = difference(a[key as keyof object], b[key as keyof object], `${place}.${key}`);
    if (found) return found;
  }
  return undefined;
}

const bytesOf = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength);

/** One sample of values in [-1, 1) from a fixed sequence. */
function floats(...shape: number[]): NumpyArray {
  let state = 1;
  const data = Float32Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0; // the generator of Numerical Recipes
    return state / 2 ** 31;
  });
  return { shape: [1, ...shape], data };
}

/** What makes outputs useless as evidence: MNN may answer a failed run with nothing, or with zeros. */
function emptiness(outputs: ReadonlyMap<string, NumpyArray>): string | undefined {
  if (outputs.size === 0) return 'no outputs';
  for (const [name, { data }] of outputs) {
    const values = Array.from(data as ArrayLike<number | bigint>, Number);
    if (values.length === 0) return `${name} has no elements`;
    if (!values.every(Number.isFinite)) return `${name} is not finite`;
    if (values.every((value) => value === 0)) return `${name} is all zeros`;
  }
  return undefined;
}

/** Runs the model and its copy in MNN with the same inputs. */
function expectSameOutputs(python: string, model: string, written: Uint8Array, hints: RunHints): void {
  inFolder((folder) => {
    const oracle = new MnnOracle(python);
    const copy = join(folder, 'copy.mnn');
    writeFileSync(copy, written);
    const inputs = hints.inputs?.() ?? oracle.random(model, hints);
    const before = oracle.run(model, inputs, hints);
    const after = oracle.run(copy, inputs, hints);
    expect(emptiness(before), 'outputs of the model as it is').toBeUndefined();
    expect(difference([...before], [...after], 'outputs')).toBeUndefined();
  });
}

describeWithMnn('read and write', ({ python, oldPython, data }) => {
  const folder = join(data, 'models');
  const names = data === '' ? [] : modelFiles(folder);

  test('there are models', () => expect(names.length).toBeGreaterThan(0));

  for (const name of names) {
    const bytes = readFileSync(join(folder, name));
    const hints = HINTS[basename(name)] ?? {};

    test(`${name}: every field`, () => {
      const model = readModel(bytes, { fileName: name });
      expect(model.unknownFields).toStrictEqual([]);
      const again = readModel(writeModel(model.net), { fileName: `${name}, written` });
      expect(difference(model, again, 'model')).toBeUndefined();
    });

    test(`${name}: outputs in MNN${hints.old ? ' (an older one)' : ''}`, (context) => {
      const runtime = hints.old ? oldPython : python;
      if (runtime === undefined) {
        const reason = 'MNNQUANT_OLD_PYTHON is not set (a Python with MNN 3.0)';
        if (process.env.MNNQUANT_REQUIRE_MNN === '1') throw new Error(reason);
        return context.skip(reason);
      }
      const written = writeModel(readModel(bytes, { fileName: name }).net);
      expectSameOutputs(runtime, join(folder, name), written, hints);
    });
  }
});
