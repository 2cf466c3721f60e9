import { buildGraph, createPlan, createReferenceBackend, execute, type HostTensor } from '@mnnquant/graph';
import { expect } from 'vitest';
import type { GoldenCase, GoldenInput } from '../golden/golden-case.ts';
import { goldenModel } from '../golden/golden-model.ts';

/** The first output of one op on the reference backend. */
export const answer = async (item: Omit<GoldenCase, 'title'>): Promise<HostTensor> =>
  (await answers(item))[0];

/** All outputs of one op on the reference backend. */
export async function answers(item: Omit<GoldenCase, 'title'>): Promise<HostTensor[]> {
  const { net, feeds } = goldenModel([{ ...item, title: 'case' }]);
  const sample = new Map([...feeds].map(([name, { data }]) => [name, data]));
  const { outputs } = await execute(createPlan(buildGraph(net)), createReferenceBackend(), [sample]);
  return Array.from({ length: item.outputs ?? 1 }, (_, k) => outputs[0].get(`c0_out${k}`)!);
}

export async function expectAnswer(item: Omit<GoldenCase, 'title'>, shape: number[], data: number[]) {
  const actual = await answer(item);
  expect(actual.shape).toEqual(shape);
  expect(actual.data.length).toBe(data.length);
  for (const [i, value] of data.entries()) expect(actual.data[i], `element ${i}`).toBeCloseTo(value, 5);
}

/** A float input. */
export function tensor(shape: number[], data: number[], layout: GoldenInput['layout'] = 'NCHW'): GoldenInput {
  return { shape, data, layout };
}

/** A batch of one image; the number of channels follows from the data. */
export const image = (height: number, width: number, ...data: number[]): GoldenInput =>
  tensor([1, data.length / height / width, height, width], data, 'NC4HW4');
