import { createPlan, type ExecutionPlan, type QuantParams } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { int8Graph } from '../simulate/index.ts';

/** A tensor of the model, and how to read the values of the one that has them. */
export interface HeldTensor {
  readonly tensor: number;
  /** Absent where it holds floats. */
  readonly params?: QuantParams;
}

/** The int8 network as MNN computes it, for fixed input shapes. */
export interface SimulatedPlan {
  readonly plan: ExecutionPlan;
  /** By tensor of `plan`: of which tensor of the model it has the values. */
  readonly held: ReadonlyMap<number, HeldTensor>;
  /** Tensors of the model in the order in which a program of `plan` announces their values. */
  readonly order: readonly number[];
}

/** @param plan of the written model */
export function simulatedPlan(model: MnnModel, plan: ExecutionPlan): SimulatedPlan {
  const { graph, holders } = int8Graph(model, plan);
  const shapes = new Map(plan.inputs.map(({ name, desc }) => [name, desc.shape]));
  const simulated = createPlan(graph, shapes);
  const held = new Map<number, HeldTensor>();
  for (const [tensor, { tensor: own, params }] of holders) {
    const maker = graph.producer.get(own);
    // Of several results some are cast, which comes after all of them: the floats keep the order.
    const cast = maker !== undefined && maker.index < 0 && maker.inputs[0] === tensor;
    const several = (graph.producer.get(tensor)?.outputs.length ?? 1) > 1;
    if (params !== undefined && !(cast && several)) held.set(own, { tensor, params });
    else held.set(tensor, { tensor });
  }
  const announced = [
    ...simulated.inputs.map(({ tensor }) => tensor),
    ...simulated.steps.flatMap(({ node }) => node.outputs),
  ];
  const order = announced.flatMap((own) => held.get(own)?.tensor ?? []);
  return { plan: simulated, held, order };
}
