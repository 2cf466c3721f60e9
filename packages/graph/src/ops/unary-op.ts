import { OpType, UnaryOpOperation as U, UnaryOpOperationNames } from '@mnnquant/mnn-format';
import * as m from '../math/index.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementwise, elementwiseCases } from './support/elementwise.ts';
import { parameter } from './support/parameter.ts';

export interface UnaryAttributes {
  /** `UnaryOpOperation`. */
  readonly operation: number;
}

type Compute = (x: number) => number;

/** C's roundf: halves go away from zero. */
const roundAway: Compute = (x) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

/** MNN's GELU is the approximation with tanh (CommonOptFunction.cpp, 3.6.1). */
const geluTanh: Compute = (x) => 0.5 * x * (1 + m.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));

export const UNARY_FUNCTIONS: Readonly<Record<number, Compute>> = {
  [U.ABS]: Math.abs,
  [U.NEG]: (x) => -x,
  [U.FLOOR]: Math.floor,
  [U.CEIL]: Math.ceil,
  [U.SQUARE]: (x) => x * x,
  [U.SQRT]: Math.sqrt,
  [U.RSQRT]: (x) => 1 / Math.sqrt(x),
  [U.EXP]: m.exp,
  [U.LOG]: m.log,
  [U.SIN]: m.sin,
  [U.COS]: m.cos,
  [U.TAN]: m.tan,
  [U.ASIN]: m.asin,
  [U.ACOS]: m.acos,
  [U.ATAN]: m.atan,
  [U.RECIPROCAL]: (x) => 1 / x,
  [U.LOG1P]: m.log1p,
  [U.BNLL]: (x) => (x > 0 ? x + m.log1p(m.exp(-x)) : m.log1p(m.exp(x))),
  [U.ACOSH]: m.acosh,
  [U.SINH]: m.sinh,
  [U.ASINH]: m.asinh,
  [U.ATANH]: m.atanh,
  [U.SIGN]: Math.sign,
  [U.ROUND]: roundAway,
  [U.COSH]: m.cosh,
  [U.ERF]: m.erf,
  [U.ERFC]: m.erfc,
  [U.ERFINV]: m.erfinv,
  [U.EXPM1]: m.expm1,
  [U.SIGMOID]: m.sigmoid,
  [U.TANH]: m.tanh,
  [U.HARDSWISH]: (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6,
  [U.GELU]: geluTanh,
  [U.GELU_STANDARD]: (x) => 0.5 * x * (1 + m.erf(x * Math.SQRT1_2)),
  [U.SILU]: (x) => x * m.sigmoid(x),
};

/** y = f(x) for one of MNN's unary functions. */
export const unaryOp: OpDefinition<UnaryAttributes> = {
  name: 'UnaryOp',
  opTypes: [OpType.UnaryOp],
  parse(op, context) {
    const { opType } = parameter(op, 'UnaryOp', context);
    if (!(opType in UNARY_FUNCTIONS))
      throw new GraphError(`${context.where}: operation ${opType} is unknown`);
    return { operation: opType };
  },
  ...elementwise<UnaryAttributes>(({ operation }) => UNARY_FUNCTIONS[operation]),
  cases: () =>
    Object.keys(UNARY_FUNCTIONS).flatMap((key) => {
      const operation = Number(key);
      return elementwiseCases(UnaryOpOperationNames[operation], { operation });
    }),
};
