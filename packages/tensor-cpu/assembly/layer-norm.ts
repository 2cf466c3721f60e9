/**
 * (x - mean) / sqrt(variance + epsilon) * gamma + beta over rows of `count` floats, in double precision and
 * rounded once. `gamma` and `beta` hold `count` floats. Without `centered` the mean counts as 0.
 */
export function layerNorm(
  x: usize, y: usize, rows: i32, count: i32, gamma: usize, beta: usize, epsilon: f64, centered: i32,
): void {
  const bytes = <usize>count << 2;
  for (let row = 0; row < rows; row++, x += bytes, y += bytes) {
    let sum: f64 = 0;
    for (let at: usize = 0; at < bytes; at += 4) sum += <f64>load<f32>(x + at);
    const mean = centered ? sum / <f64>count : 0;
    let squares: f64 = 0;
    for (let at: usize = 0; at < bytes; at += 4) {
      const distance = <f64>load<f32>(x + at) - mean;
      squares += distance * distance;
    }
    const factor = 1.0 / sqrt<f64>(squares / <f64>count + epsilon);
    for (let at: usize = 0; at < bytes; at += 4) {
      const value = (<f64>load<f32>(x + at) - mean) * factor * <f64>load<f32>(gamma + at);
      store<f32>(y + at, <f32>(value + <f64>load<f32>(beta + at)));
    }
  }
}
