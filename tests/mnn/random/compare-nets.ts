import {
  buildGraph,
  createPlan,
  createReferenceBackend,
  execute,
  type HostTensor,
  type Sample,
  type TensorBackend,
} from '@mnnquant/graph';
import { type Net, opTypeName } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import type { NumpyArray } from '../npz.ts';
import type { MnnOracle } from '../oracle.ts';
import { difference, nearer } from './compare.ts';
import type { RandomNet } from './control-nets.ts';

/**
 * The numbers in such networks are about 1. Where they cancel, what is left is rounding of 1e-7, which bears no relation
 * to how small it is.
 */
const LEAST = 1e-2;

/** What MNN's modules answer to the networks, against both of our backends; lines for what nothing explains. */
export async function compareNets(oracle: MnnOracle, nets: readonly RandomNet[]): Promise<string[]> {
  const answers = oracle.runEach(
    nets.map(({ net, feeds }) => ({ net, inputs: feeds })),
    { module: true },
  );
  const backends = [createReferenceBackend(), await createCpuBackend()];
  const lines: string[] = [];
  for (const [i, item] of nets.entries()) {
    const problem = await problemOf(item, answers[i], backends);
    if (problem !== undefined && item.known === undefined)
      lines.push(`network ${i}: ${problem}: ${typesOf(item.net)}`);
  }
  for (const backend of backends) await backend.dispose();
  return lines;
}

async function problemOf(
  item: RandomNet,
  expected: Map<string, NumpyArray> | string,
  backends: readonly TensorBackend[],
): Promise<string | undefined> {
  if (typeof expected === 'string') return `MNN fails: ${expected}`;
  const names = item.net.outputName!;
  const wanted = names.map((name) => expected.get(name)!);
  for (const backend of backends) {
    let actual: HostTensor[];
    try {
      actual = await run(item, backend);
    } catch (error) {
      return `${backend.name} fails: ${error instanceof Error ? error.message : error}`;
    }
    const problem = difference({ least: LEAST }, actual, wanted);
    if (problem === undefined) continue;
    const exact = await run(item, createReferenceBackend({ precision: 'float64' }));
    if (!nearer(exact, actual, wanted)) return `${backend.name}: ${problem}`;
  }
  return undefined;
}

async function run({ net, feeds }: RandomNet, backend: TensorBackend): Promise<HostTensor[]> {
  const sample = new Map([...feeds].map(([name, { data }]) => [name, data])) as unknown as Sample;
  const { outputs } = await execute(createPlan(buildGraph(net)), backend, [sample]);
  return net.outputName!.map((name) => outputs[0].get(name)!);
}

function typesOf({ oplists = [], subgraphs = [] }: Net): string {
  const list = (ops: Net['oplists']): string => (ops ?? []).map(({ type }) => opTypeName(type)).join(' ');
  return [list(oplists), ...subgraphs.map(({ name, nodes }) => `${name}: ${list(nodes)}`)].join('; ');
}
