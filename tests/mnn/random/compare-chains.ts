import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildGraph,
  createPlan,
  createReferenceBackend,
  elementCount,
  type HostTensor,
  Program,
  type Sample,
  type TensorBackend,
} from '@mnnquant/graph';
import { DataType, MNN_DATA_FORMAT, type Net, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { main, noise } from '../../../packages/graph/test/golden/golden-case.ts';
import { type SmallOp, smallNet } from '../../../packages/graph/test/support/small-net.ts';
import type { NumpyArray } from '../npz.ts';
import { inFolder, type MnnOracle } from '../oracle.ts';
import type { chain } from './chains.ts';
import { difference, nearer } from './compare.ts';

type Chain = ReturnType<typeof chain>;

/** Many small networks side by side in one model, so that MNN starts once; lines for those that differ. */
export async function compareChains(oracle: MnnOracle, chains: readonly Chain[]): Promise<string[]> {
  const net = joined(chains);
  const feeds = new Map(
    chains.map(({ input }, i): [string, NumpyArray] => {
      const shape = [1, ...input.shape];
      return [`${i}/${input.name}`, { shape: [1, ...shape], data: noise(elementCount(shape), i + 1) }];
    }),
  );
  const expected = inFolder((folder) => {
    const path = join(folder, 'chains.mnn');
    writeFileSync(path, writeModel(net));
    return oracle.run(path, feeds);
  });
  const sample: Sample = new Map([...feeds].map(([name, { data }]) => [name, data as Float32Array]));
  const exact = await run(net, sample, createReferenceBackend({ precision: 'float64' }));
  const lines: string[] = [];
  for (const backend of [createReferenceBackend(), await createCpuBackend()]) {
    const actual = await run(net, sample, backend);
    for (const [i, { outputs, ops }] of chains.entries()) {
      const names = outputs.map((name) => `${i}/${name}`);
      const [ours, mnn, judge] = [actual, expected, exact].map((results) =>
        names.map((name) => results.get(name)!),
      ) as [HostTensor[], NumpyArray[], HostTensor[]];
      const problem = difference({}, ours, mnn);
      if (problem === undefined || nearer(judge, ours, mnn)) continue;
      lines.push(`chain ${i}, ${backend.name}: ${problem}: ${ops.map(({ type }) => type).join(', ')}`);
    }
    await backend.dispose();
  }
  return lines;
}

async function run(net: Net, sample: Sample, backend: TensorBackend): Promise<Map<string, HostTensor>> {
  const program = new Program(createPlan(buildGraph(net)), backend);
  const [results] = await program.run([sample]);
  program.dispose();
  return results;
}

function joined(chains: readonly Chain[]): Net {
  const ops = chains.flatMap(({ ops, input }, i) => {
    const own = (name: string): string => `${i}/${name}`;
    const source: SmallOp = {
      type: 'Input',
      outputs: [own(input.name)],
      main: main('Input', {
        dims: Int32Array.of(1, ...input.shape),
        dtype: DataType.DT_FLOAT,
        dformat: MNN_DATA_FORMAT.NC4HW4,
      }),
    };
    const rest = ops.map((op) => ({ ...op, inputs: op.inputs?.map(own), outputs: op.outputs.map(own) }));
    return [source, ...rest];
  });
  return smallNet(ops, {
    outputName: chains.flatMap(({ outputs }, i) => outputs.map((name) => `${i}/${name}`)),
  });
}
