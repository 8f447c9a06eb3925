import assert from 'node:assert/strict';
import { useTestDatabase } from '../testing/test-database.ts';
import { gateCheckNames, runGate } from './run-gate.ts';
import type { GateResult } from './run-gate.ts';

describe('runGate', function () {
  this.timeout(60_000);
  const database = useTestDatabase({ migrate: false });

  it('passes every check on our own mongod within a minute, and leaves nothing behind', async () => {
    const results: GateResult[] = [];
    for await (const result of runGate({ uri: database.uri, embedded: true, quick: true })) results.push(result);
    assert.deepEqual(
      results.filter((result) => result.outcome !== 'passed'),
      [],
    );
    assert.deepEqual(
      results.map((result) => result.name),
      gateCheckNames,
    );
    assert.deepEqual(await database.db.listCollections().toArray(), []);
  });

  it('does not kill a server that is not ours, and says so', async () => {
    for await (const result of runGate({ uri: database.uri, embedded: false, quick: true })) {
      if (result.name === 'kill') assert.equal(result.outcome, 'skipped');
    }
  });
});
