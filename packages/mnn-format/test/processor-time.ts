/**
 * Seconds of this process, the system's work for it among them: what others do at the same time is no fault of the reader,
 * memory that it asks for is.
 */
export function secondsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}
