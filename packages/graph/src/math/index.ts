export { erf, erfc, erfinv } from './error-function.ts';
export { exp, expm1 } from './exp.ts';
export { acosh, asinh, atanh, cosh, sigmoid, sinh, tanh } from './hyperbolic.ts';
export { log, log1p } from './log.ts';
export { power } from './power.ts';
export { acos, asin, atan, atan2, cos, sin, tan } from './trigonometry.ts';
