const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `work` (synchronous) once when this process exits, also when a signal ends it. A program that handles the
 * signal itself is left to shut down in its own order and to exit. Returns a function that withdraws it.
 */
export function onProcessEnd(work: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1 + listenersOfSignalExit()) return;
    withdraw();
    work();
    // Listening has suspended the signal's own effect: have it now.
    process.kill(process.pid, signal);
  };
  const onExit = (): void => {
    withdraw();
    work();
  };
  const withdraw = (): void => {
    process.off('exit', onExit);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  process.on('exit', onExit);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return withdraw;
}

/** proper-lockfile brings the package signal-exit, whose listeners only watch; it publishes how many it has. */
function listenersOfSignalExit(): number {
  const emitter: unknown = Reflect.get(process, '__signal_exit_emitter__');
  if (typeof emitter !== 'object' || emitter === null || !('count' in emitter)) return 0;
  return typeof emitter.count === 'number' ? emitter.count : 0;
}
