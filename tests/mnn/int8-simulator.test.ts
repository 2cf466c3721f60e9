import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModel, writeModel } from '@mnnquant/mnn-format';
import { type CpuBackend, createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { CONVOLUTION_NETS, type ConvolutionNet } from './int8-convolution-nets.ts';
import { int8OpNet, OP_NET_INPUTS } from './int8-op-model.ts';
import { COMPUTING, COPIES, FLOAT } from './int8-op-nets.ts';
import type { NumpyArray } from './npz.ts';
import { MnnOracle } from './oracle.ts';
import { type Agreement, agreements, simulated } from './simulated.ts';
import { quantizeByCommand, SUBJECTS, testData } from './subjects.ts';

/** Of the issue: share of values of a one-op model that are equal to the bit, and steps that the others may be off. */
const EQUAL = 0.995;
const STEPS = 1.001;

/** Of the issue, for whole models: cosine of each output for each image, and share of images with the same top-1. */
const COSINE = 0.9995;
const SAME_TOP = 0.99;

/** `MNNQUANT_IMAGES=all` or a number: how many images whole models are fed. */
const IMAGES =
  process.env.MNNQUANT_IMAGES === 'all' ? Number.POSITIVE_INFINITY : Number(process.env.MNNQUANT_IMAGES ?? 4);

const MODELS = ['RFB-320', 'cifar_resnet20', 'squeezenet_v1.1_imagenet', 'mobilenet_v2_1.0_224_dequant'];

describeWithMnn("the int8 simulator, against MNN's runtime", ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-simulator-'));
  const rows: string[] = [];
  let backend: CpuBackend;
  beforeAll(async () => {
    backend = await createCpuBackend();
  });
  afterAll(async () => {
    await backend.dispose();
    rmSync(folder, { recursive: true, force: true });
    const file = process.env.MNNQUANT_RESULTS;
    if (file && rows.length > 0) appendFileSync(file, `${rows.join('\n')}\n`);
  });

  /** Compares all outputs of a model in a file. */
  async function compare(path: string, inputs: ReadonlyMap<string, NumpyArray>) {
    const { outputs, approximated } = await simulated(readModel(readFileSync(path)), inputs, backend);
    expect.soft(approximated).toEqual([]);
    return agreements(outputs, oracle.run(path, inputs));
  }

  describe('a convolution', () => {
    let results: (Map<string, NumpyArray> | string)[];
    beforeAll(() => {
      results = oracle.runEach(CONVOLUTION_NETS.map(({ model, inputs }) => ({ net: model.net, inputs })));
    });
    it.each([...CONVOLUTION_NETS.entries()].map(([i, net]) => [net.title, i, net] as const))(
      '%s',
      async (_, i, { model, inputs, output }: ConvolutionNet) => {
        const result = results[i];
        if (typeof result === 'string') throw new Error(result);
        const { outputs, approximated } = await simulated(model, inputs, backend);
        expect.soft(approximated).toEqual([]);
        const values = new Set(outputs.get('y')!.data as Float32Array);
        expect.soft(values.size).toBeGreaterThan(1);
        const { equal, worst } = agreements(outputs, result).get('y')!;
        expect.soft(equal).toBeGreaterThanOrEqual(EQUAL);
        expect.soft(worst / output.scale).toBeLessThanOrEqual(STEPS);
      },
    );
  });

  describe('an op between two convolutions', () => {
    for (const net of [...COPIES, ...COMPUTING, ...FLOAT])
      it(net.title, async () => {
        const target = join(folder, 'op.mnn');
        const written = await int8OpNet(net.model);
        writeFileSync(target, writeModel(written.net));
        const tensor = written.net.tensorName!.indexOf('last');
        const described = written.net.extraTensorDescribe!.find(({ index }) => index === tensor);
        const found = (await compare(target, OP_NET_INPUTS)).get('last')!;
        rows.push(`| ${net.title} | ${found.equal} | ${found.cosine} |`);
        if (described === undefined) {
          // It ends in floats, whose sums MNN takes in another order.
          expect.soft(found.cosine).toBeGreaterThan(1 - 1e-10);
          return;
        }
        expect.soft(found.equal).toBeGreaterThanOrEqual(EQUAL);
        expect.soft(found.worst / described.quantInfo!.scale).toBeLessThanOrEqual(STEPS);
      });
  });

  describe.each(MODELS)('%s', (model) => {
    const subject = SUBJECTS.find((one) => one.model === model)!;
    const official = join(data, 'models/official');
    let inputs: ReadonlyMap<string, NumpyArray>;
    beforeAll(async () => {
      ({ inputs } = await testData(subject, data, oracle, IMAGES));
    });

    describe.each(['KL', 'EMA'])('%s', (method) => {
      const config = `${model}.${method}-MAX_ABS.config.json`;
      it('written by MNN', async () => {
        judge(
          `by MNN, ${method}`,
          await compare(join(official, `${model}.${method}-MAX_ABS.mnn`), renamed()),
        );
      });

      it('written by us', async () => {
        const target = join(folder, `${model}.${method}.mnn`);
        quantizeByCommand(join(data, 'models/float', `${model}.mnn`), target, config, official);
        judge(`by us, ${method}`, await compare(target, inputs));
      });

      /** MNN's EMA may give the input another name. */
      function renamed() {
        const [[, values]] = inputs;
        const { net } = readModel(readFileSync(join(official, `${model}.${method}-MAX_ABS.mnn`)));
        const input = net.oplists!.find(({ main }) => main?.type === 'Input')!;
        return new Map([[net.tensorName![input.outputIndexes![0]], values]]);
      }
    });

    function judge(what: string, found: ReadonlyMap<string, Agreement>): void {
      for (const [name, { equal, cosine, top }] of found) {
        rows.push(
          `| ${model}, ${what} | ${name} | ${equal.toFixed(5)} | ${cosine.toFixed(7)} | ${top.toFixed(4)} |`,
        );
        expect.soft(cosine, name).toBeGreaterThanOrEqual(COSINE);
        if (subject.labels) expect.soft(top, name).toBeGreaterThanOrEqual(SAME_TOP);
      }
    }
  });
});
