import { connect } from '../connect.ts';
import { atomicChecks } from './atomic-checks.ts';
import { CheckSkipped, throwawayCollections } from './gate-check.ts';
import type { GateCheck, GateContext } from './gate-check.ts';
import { indexChecks } from './index-checks.ts';
import { killCheck } from './kill-check.ts';
import { serverChecks } from './server-checks.ts';
import { transactionChecks } from './transaction-checks.ts';

export interface GateOptions {
  /** Any replica set. The gate works in collections of its own, `gate_...`, which it drops again. */
  uri: string;
  /**
   * True for the embedded database: then acknowledged writes are also checked over `kill -9`, on a server of its own
   * with the same program. A server that somebody else runs is never killed.
   */
  embedded: boolean;
  /** Less than a minute: 2 kills instead of 20, expiry only where the server looks for it often. */
  quick?: boolean;
}

export interface GateResult {
  /** Stable name of the check. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What was seen, or why it failed or was skipped. */
  readonly detail: string;
  readonly ms: number;
}

const CHECKS: readonly GateCheck[] = [
  ...atomicChecks,
  ...transactionChecks,
  ...serverChecks,
  ...indexChecks,
  killCheck,
];

/** Names of all checks, in the order in which they run. */
export const gateCheckNames: readonly string[] = CHECKS.map((check) => check.name);

/** Runs the acceptance tests of a database one after the other and yields each result as soon as it is there. */
export async function* runGate(options: GateOptions): AsyncGenerator<GateResult, void, void> {
  const database = await connect({ uri: options.uri, poolSizeMax: 64, appName: 'parasol gate' });
  const { emptyCollection, dropAll } = throwawayCollections(database);
  const quick = options.quick ?? false;
  const kills = { kills: quick ? 2 : 20, writes: quick ? 200 : 1_000 };
  const context: GateContext = { database, quick, kills: options.embedded ? kills : undefined, emptyCollection };
  try {
    for (const check of CHECKS) yield await runCheck(check, context);
  } finally {
    await dropAll();
    await database.close();
  }
}

async function runCheck(check: GateCheck, context: GateContext): Promise<GateResult> {
  const begin = performance.now();
  const result = (outcome: GateResult['outcome'], detail: string): GateResult => ({
    name: check.name,
    outcome,
    detail,
    ms: Math.round(performance.now() - begin),
  });
  try {
    return result('passed', await check.run(context));
  } catch (error) {
    if (error instanceof CheckSkipped) return result('skipped', error.message);
    return result('failed', error instanceof Error ? error.message : String(error));
  }
}
