import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Net, readModel, writeModel } from '@mnnquant/mnn-format';
import { expect, it, onTestFinished } from 'vitest';
import { quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { twoInputNet } from '../../packages/cli/test/sample-files.ts';
import { describeWithMnn } from './environment.ts';
import { meanCosine } from './evaluation.ts';
import type { NumpyArray } from './npz.ts';
import { runOfficialTool } from './official-tool.ts';
import { MnnOracle } from './oracle.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-sequence-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Values from -1 to 1 that both tools read alike: nine digits are enough for a float32. */
function values(seed: number, shape: readonly number[]): Float32Array {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 17.3 + i * (1 + seed / 7)));
}

/** Samples as MNN's documentation has them; samples come back stacked, as the oracle takes them. */
function writeSamples(folder: string, shapes: Shapes, count: number): Map<string, NumpyArray> {
  for (let seed = 0; seed < count; seed++) {
    const at = join(folder, `input_${seed}`);
    mkdirSync(at, { recursive: true });
    const inputs = Object.entries(shapes).map(([name, shape]) => ({ name, shape }));
    writeFileSync(join(at, 'input.json'), JSON.stringify({ inputs, outputs: [] }));
    for (const [name, shape] of Object.entries(shapes)) {
      mkdirSync(resolve(at, name, '..'), { recursive: true });
      writeFileSync(
        join(at, `${name}.txt`),
        [...values(seed, shape)].map((v) => v.toPrecision(9)).join('\n'),
      );
    }
  }
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const data = Float32Array.from(Array.from({ length: count }, (_, i) => [...values(i, shape)]).flat());
      return [name, { shape: [count, ...shape], data }];
    }),
  );
}

async function quantize(folder: string, source: string, config: Readonly<Record<string, unknown>>) {
  const target = join(folder, 'ours.mnn');
  const path = join(folder, 'ours.json');
  writeFileSync(path, JSON.stringify(config));
  const outcome = await quantizeFile({ source, target, config: path, memoryBytes: 2 ** 30 });
  return { target, outcome };
}

function scalesOf(net: Net): Map<number, number> {
  return new Map(
    net.extraTensorDescribe?.flatMap(({ index, quantInfo }) => (quantInfo ? [[index, quantInfo.scale]] : [])),
  );
}

describeWithMnn('sequence samples', ({ python, data }) => {
  const oracle = new MnnOracle(python);

  it('feed a network with two inputs', async () => {
    const folder = scratch();
    const source = join(folder, 'float.mnn');
    writeFileSync(source, writeModel(twoInputNet()));
    const inputs = writeSamples(
      join(folder, 'samples'),
      { image: [1, 3, 6, 8], 'shift/by': [1, 4, 6, 8] },
      4,
    );
    const { target } = await quantize(folder, source, {
      path: join(folder, 'samples'),
      input_type: 'sequence',
    });
    const [output] = oracle.run(source, inputs).values();
    const [int8] = oracle.run(target, inputs).values();
    expect(meanCosine(output, int8)).toBeGreaterThan(0.99);
  });

  const models: [string, readonly number[]][] = [
    ['ad01_fp32', [1, 640]],
    ['face_blendshape_mp', [1, 146, 2]],
    ['FSRCNN_x2', [1, 32, 32, 1]],
    ['ESPCN_x2', [1, 32, 32, 1]],
  ];
  for (const [model, shape] of models) {
    it(`${model}: int8 in MNN is near float`, async () => {
      const folder = scratch();
      const source = resolve(data, 'models/float', `${model}.mnn`);
      const [input] = readModel(readFileSync(source)).net.oplists!.filter(
        ({ main }) => main?.type === 'Input',
      );
      const inputs = writeSamples(join(folder, 'samples'), { [input.name!]: shape }, 4);
      const { target, outcome } = await quantize(folder, source, {
        path: join(folder, 'samples'),
        input_type: 'sequence',
      });
      expect(outcome.images.used.length).toBe(4);
      const float = oracle.run(source, inputs, { module: true });
      const int8 = oracle.run(target, inputs, { module: true });
      for (const [name, output] of float) {
        const cosine = meanCosine(output, int8.get(name)!);
        console.info(`${model} ${name}: ${outcome.prediction.convolutions.int8} int8, cosine ${cosine}`);
        expect(cosine).toBeGreaterThan(0.98);
      }
    });
  }

  for (const [model, shape] of models.filter(([name]) => name !== 'face_blendshape_mp')) {
    it(`${model}: scales are those of MNN's own tool on the same folder`, async () => {
      const folder = scratch();
      const source = resolve(data, 'models/float', `${model}.mnn`);
      const [input] = readModel(readFileSync(source)).net.oplists!.filter(
        ({ main }) => main?.type === 'Input',
      );
      writeSamples(join(folder, 'samples'), { [input.name!]: shape }, 4);
      const config = {
        path: join(folder, 'samples'),
        input_type: 'sequence',
        feature_quantize_method: 'KL',
        weight_quantize_method: 'MAX_ABS',
      };
      const official = runOfficialTool(python, source, config, folder);
      expect(official.crashed, official.output).toBe(false);
      const { target } = await quantize(folder, source, config);
      const theirs = scalesOf(readModel(readFileSync(official.target)).net);
      const ours = scalesOf(readModel(readFileSync(target)).net);
      const ratios = [...ours].flatMap(([tensor, scale]) =>
        theirs.has(tensor) ? [scale / theirs.get(tensor)!] : [],
      );
      const near = ratios.filter((ratio) => Math.abs(ratio - 1) < 0.02).length;
      console.info(
        `${model}: ${near} of ${ratios.length} scales agree: ${ratios.map((ratio) => ratio.toFixed(3))}`,
      );
      expect(ratios.length).toBeGreaterThan(2);
      expect(near / ratios.length).toBeGreaterThan(0.5);
    });
  }
});
