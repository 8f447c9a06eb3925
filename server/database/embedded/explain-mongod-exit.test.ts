import assert from 'node:assert/strict';
import { explainMongodExit, isPortTaken } from './explain-mongod-exit.ts';

const line = (severity: string, text: string): string => `{"t":{},"s":"${severity}","msg":"${text}"}`;
const folder = '/data/mongo';

describe('explainMongodExit', () => {
  const rows: [string, string][] = [
    [line('E', 'error 28: No space left on device, WT_PANIC'), 'disk_full'],
    [line('E', 'DBPathInUse: Unable to lock the lock file'), 'data_folder_in_use'],
    [line('E', 'pwrite: Permission denied'), 'data_folder_forbidden'],
    [line('F', 'Wrong mongod version'), 'data_folder_other_version'],
    [line('E', 'WT_TRY_SALVAGE: database corruption detected'), 'data_folder_broken'],
    [line('F', 'something new'), 'mongod_did_not_start'],
    [line('I', 'No space left on device'), 'mongod_did_not_start'],
    ['', 'mongod_did_not_start'],
  ];
  for (const [log, code] of rows) {
    it(`makes ${code} of ${log || 'nothing'}`, () => {
      const trouble = explainMongodExit({ log, output: '', folder });
      assert.equal(trouble.code, code);
      assert.match(trouble.message, /\/data\/mongo.*\.$/);
    });
  }

  it('looks at the last run only', () => {
    const log = [
      line('E', 'No space left on device'),
      line('I', '***** SERVER RESTARTED *****'),
      line('E', 'DBPathInUse'),
    ];
    assert.equal(explainMongodExit({ log: log.join('\n'), output: '', folder }).code, 'data_folder_in_use');
  });

  it('hands on what the loader misses', () => {
    const output = 'mongod: error while loading shared libraries: libssl.so.3: cannot open shared object file';
    const trouble = explainMongodExit({ log: '', output, folder });
    assert.equal(trouble.code, 'mongod_cannot_run');
    assert.match(trouble.message, /libssl3/);
  });

  it('knows a port that was taken', () => {
    assert.equal(isPortTaken(line('E', 'Failed to set up listener: SocketException: Address already in use')), true);
    assert.equal(isPortTaken(line('E', 'DBPathInUse')), false);
  });
});
