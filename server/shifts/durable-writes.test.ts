import assert from 'node:assert/strict';
import type { CommandStartedEvent } from 'mongodb';
import { openShifts, local } from '../covers/testing/open-shifts.ts';
import { connect, type Database } from '../database/connect.ts';
import { useTestDatabase } from '../database/testing/test-database.ts';
import type { World } from '../platforms/testing/open-world.ts';
import { repairCovers } from './repair-covers.ts';
import type { IncomingEvent } from './shift-intake.ts';

const WRITES = new Set(['insert', 'update', 'delete', 'findAndModify']);

describe('writes of the intake', () => {
  const database = useTestDatabase();
  let watched: Database;
  let world: World;
  const writes: CommandStartedEvent[] = [];
  before(async () => {
    watched = await connect({ uri: `${database.uri}&monitorCommands=true` });
    watched.client.on('commandStarted', (event) => {
      if (WRITES.has(event.commandName)) writes.push(event);
    });
    world = await openShifts(watched);
  });
  after(() => watched.close());
  beforeEach(async () => {
    // Registrations follow the answers.
    await world.services.intake.drain();
    writes.splice(0);
  });

  const start = (worker: string): IncomingEvent => ({
    source: 'https://a.example/shifts',
    id: `event-${worker}`,
    type: 'shift.started',
    time: local('11:55'),
    data: { workerId: worker, shiftId: `shift-${worker}`, occupationClass: 'rider', territory: 'CN' },
  });
  const submit = (...workers: readonly string[]) =>
    world.services.intake.submit(workers.map(start), { platformId: 'plt_a', via: 'api' });
  const written = (): string[] => writes.map(({ command, commandName }) => String(command[commandName])).sort();
  const assertDurable = (): void => {
    for (const { command, commandName } of writes) {
      assert.deepEqual(command.writeConcern, { w: 'majority', j: true }, commandName);
    }
  };

  it('ask for a majority and the journal, each of them', async () => {
    await submit('a', 'b');
    await world.services.intake.drain();
    assert.deepEqual(written(), ['covers', 'periods', 'shift_events', 'workers']);
    assertDurable();
  });

  it('so does what brings back a lost cover, in a replay and in the repair', async () => {
    await submit('c');
    for (const bringBack of [() => submit('c'), () => repairCovers(world.services, { now: local('13:00') })]) {
      await world.services.models.covers.deleteMany({});
      writes.splice(0);
      await bringBack();
      assert.ok(written().includes('covers'), written().join());
      assertDurable();
    }
  });

  it('and so do heartbeats', async () => {
    await world.services.beat();
    assert.deepEqual(written(), ['heartbeats']);
    assertDurable();
  });
});
